-- What needs a person at the operator (M14), as a list with an owner and an end.

CREATE TABLE alerts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT alerts_kind CHECK (kind IN (
        'no_address', 'undeliverable', 'contract_undelivered', 'address_by_partner', 'address_of_partner', 'demand_unanswered', 'dissent', 'certificate_ends')),
    customer_number BIGINT REFERENCES customers (number),
    subject TEXT NOT NULL DEFAULT '',
    stage INTEGER,
    raised_at TIMESTAMPTZ NOT NULL,
    taken_by BIGINT REFERENCES users (id),
    taken_at TIMESTAMPTZ,
    done_by BIGINT REFERENCES users (id),
    done_at TIMESTAMPTZ,
    note TEXT,
    CONSTRAINT alerts_taken CHECK ((taken_by IS NULL) = (taken_at IS NULL)),
    CONSTRAINT alerts_done CHECK (done_at IS NOT NULL OR (done_by IS NULL AND note IS NULL))
);
COMMENT ON TABLE alerts IS 'What needs a person at the operator; erased with its customer, and a year after it was done.';
COMMENT ON COLUMN alerts.customer_number IS 'About whom; empty for the portal itself.';
COMMENT ON COLUMN alerts.subject IS 'What it is about besides the customer: an agreement, a notice, a certificate. Never a name or an address.';
COMMENT ON COLUMN alerts.stage IS 'For what is said again as it comes nearer, for example days that are left; each stage of a subject is said once.';
COMMENT ON COLUMN alerts.done_by IS 'Who finished it; empty while it is open, and when its cause had gone by itself.';

-- The same open alert is not raised twice, and a stage is not said twice, however it ended.
CREATE UNIQUE INDEX alerts_once ON alerts (kind, customer_number, subject) NULLS NOT DISTINCT WHERE done_at IS NULL;
CREATE UNIQUE INDEX alerts_stage ON alerts (kind, subject, stage) WHERE stage IS NOT NULL;
-- The pages of the list: open ones and a person's own, the oldest first; all, the newest first.
CREATE INDEX alerts_open ON alerts (raised_at, id) WHERE done_at IS NULL;
CREATE INDEX alerts_open_kind ON alerts (kind, raised_at, id) WHERE done_at IS NULL;
CREATE INDEX alerts_mine ON alerts (taken_by, raised_at, id) WHERE done_at IS NULL;
CREATE INDEX alerts_all ON alerts (raised_at DESC, id DESC);
CREATE INDEX alerts_all_kind ON alerts (kind, raised_at DESC, id DESC);
CREATE INDEX alerts_of_customer ON alerts (customer_number) WHERE customer_number IS NOT NULL;
CREATE INDEX alerts_done ON alerts (done_at) WHERE done_at IS NOT NULL;

-- How long mails wait is looked at by the time they were queued.
CREATE INDEX mails_waiting ON mails (queued_at) WHERE state = 'queued';
