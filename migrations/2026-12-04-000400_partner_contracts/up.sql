-- What binds the partners to the operator. It comes after the accounts because it names who recorded it.

CREATE TABLE partner_contracts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partner_id BIGINT NOT NULL REFERENCES partners (id),
    signed_on DATE NOT NULL,
    valid_until DATE,
    reference TEXT NOT NULL,
    file_id UUID REFERENCES files (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by BIGINT NOT NULL REFERENCES users (id),
    CONSTRAINT partner_contracts_period CHECK (valid_until >= signed_on),
    CONSTRAINT partner_contracts_proof CHECK (reference <> '' OR file_id IS NOT NULL)
);
COMMENT ON TABLE partner_contracts IS 'Contracts under Art. 28(4) GDPR with partners (EV-14); the one recorded last counts, the others stay.';
COMMENT ON COLUMN partner_contracts.valid_until IS 'Its last day; empty if it has no end.';
CREATE INDEX partner_contracts_by_partner ON partner_contracts (partner_id, id);
