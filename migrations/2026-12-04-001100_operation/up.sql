-- What the operator looks at every day: the periodic work, what needs a person, and how the figures went.

CREATE TABLE runs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job TEXT NOT NULL CONSTRAINT runs_job CHECK (job IN ('remind', 'late', 'refresh', 'deliver')),
    began_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    seconds INTEGER NOT NULL CONSTRAINT runs_seconds CHECK (seconds >= 0),
    done BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    ended TEXT CONSTRAINT runs_ended CHECK (ended IN ('finished', 'stopped'))
);
COMMENT ON TABLE runs IS 'Passes of periodic work that took longer than a few seconds, one row for each worker; kept for a month.';
COMMENT ON COLUMN runs.seen_at IS 'When the worker last said how far it is; long ago and without an end, its process died.';
COMMENT ON COLUMN runs.seconds IS 'How long it worked, by a clock that nobody sets.';

-- What needs a person at the operator (M14), as a list with an owner and an end.
CREATE TABLE alerts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT alerts_kind CHECK (
        kind IN ('no_address', 'undeliverable', 'contract_undelivered', 'address_by_partner', 'address_of_partner',
                 'demand_unanswered', 'dissent', 'certificate_ends', 'administrator_added', 'forward_failed', 'mail_setup',
                 'stamp_refused', 'clock_wrong', 'partner_contract_ends')),
    customer_number TEXT COLLATE customer_number REFERENCES customers (number),
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

-- For the chart on the operator's start page.
CREATE TABLE status_days (
    day DATE NOT NULL,
    status TEXT NOT NULL,
    customers BIGINT NOT NULL CONSTRAINT status_days_customers CHECK (customers >= 0),
    PRIMARY KEY (day, status)
);
COMMENT ON TABLE status_days IS 'How many customers had each status on a day, Berlin time. All statuses of a day are written at once, also those nobody has.';
