-- Addresses of customers that partners entered (5.6-11): what waits for the operator or for the end of
-- its waiting time, what is in use, and what was decided.
CREATE TABLE entered_addresses (
    id UUID PRIMARY KEY,
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    customer_number BIGINT NOT NULL REFERENCES customers (number),
    email TEXT NOT NULL CONSTRAINT entered_addresses_email CHECK (email LIKE '%_@_%'),
    former TEXT,
    entered_at TIMESTAMPTZ NOT NULL,
    wait_hours INTEGER CONSTRAINT entered_addresses_wait CHECK (wait_hours > 0),
    told_at TIMESTAMPTZ,
    used_from TIMESTAMPTZ,
    left_at TIMESTAMPTZ,
    judged_at TIMESTAMPTZ,
    verdict TEXT CONSTRAINT entered_addresses_verdict CHECK (verdict IN ('confirmed', 'refused', 'stopped')),
    CONSTRAINT entered_addresses_judged CHECK ((judged_at IS NULL) = (verdict IS NULL)),
    CONSTRAINT entered_addresses_stoppable CHECK (wait_hours IS NULL OR former IS NOT NULL)
);
COMMENT ON TABLE entered_addresses IS 'Addresses of customers that partners entered. Erased with the customer.';
COMMENT ON COLUMN entered_addresses.position IS 'The order in which they were entered.';
COMMENT ON COLUMN entered_addresses.former IS 'The last address no partner had entered or the operator had confirmed; told of this one, and in its place again when it is refused.';
COMMENT ON COLUMN entered_addresses.wait_hours IS 'How long the former address has to stop it; NULL: it needs the operator.';
COMMENT ON COLUMN entered_addresses.told_at IS 'When the server of the former address took the mail; the time runs from here.';
COMMENT ON COLUMN entered_addresses.used_from IS 'Since when it stands in the master data.';
COMMENT ON COLUMN entered_addresses.left_at IS 'Since when it neither waits nor stands there any more.';
CREATE INDEX entered_addresses_of_customer ON entered_addresses (customer_number, position);
CREATE UNIQUE INDEX entered_addresses_one_waits ON entered_addresses (customer_number) WHERE used_from IS NULL AND left_at IS NULL;
CREATE UNIQUE INDEX entered_addresses_one_used ON entered_addresses (customer_number) WHERE used_from IS NOT NULL AND left_at IS NULL;

ALTER TABLE agreements DROP CONSTRAINT agreements_how,
    ADD CONSTRAINT agreements_how CHECK (how IN ('objected', 'replaced', 'ended', 'disowned'));
