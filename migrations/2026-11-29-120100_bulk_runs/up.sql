-- Work over many customers, one after the other. One row for each run, whatever it does, and one for
-- each customer it could not reach; telling the customers of a blocked partner is the first kind.
CREATE TABLE bulk_runs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT bulk_runs_kind CHECK (
        kind IN ('announcement', 'roll_out', 'block', 'new_version', 'take_off')),
    subject TEXT NOT NULL,
    begun_at TIMESTAMPTZ NOT NULL,
    starts_on DATE NOT NULL,
    paused_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    how TEXT CONSTRAINT bulk_runs_how CHECK (how IN ('done', 'ended', 'superseded')),
    customers BIGINT,
    round SMALLINT NOT NULL DEFAULT 1,
    after_number BIGINT NOT NULL DEFAULT 0,
    seen BIGINT NOT NULL DEFAULT 0,
    done BIGINT NOT NULL DEFAULT 0,
    failed BIGINT NOT NULL DEFAULT 0,
    worked_ms BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT bulk_runs_ended_with_how CHECK ((ended_at IS NULL) = (how IS NULL)),
    CONSTRAINT bulk_runs_figures CHECK (seen >= 0 AND done >= 0 AND failed >= 0 AND worked_ms >= 0)
);
COMMENT ON TABLE bulk_runs IS 'Work over many customers, one after the other: how far each run has come.';
COMMENT ON COLUMN bulk_runs.subject IS 'What it is about, by its key: an announcement, a partner, the number of a version.';
COMMENT ON COLUMN bulk_runs.starts_on IS 'The first Berlin day on which it reaches anybody.';
COMMENT ON COLUMN bulk_runs.customers IS 'How many customers there were at the beginning; empty if they were too many to count.';
COMMENT ON COLUMN bulk_runs.round IS 'The second time it looks for those who were overtaken the first time.';
COMMENT ON COLUMN bulk_runs.after_number IS 'Every customer up to this number has been looked at in this round.';
COMMENT ON COLUMN bulk_runs.seen IS 'Customers looked at. Those neither done nor failed needed nothing.';
COMMENT ON COLUMN bulk_runs.failed IS 'Customers that could not be written; outlasts them.';
COMMENT ON COLUMN bulk_runs.worked_ms IS 'Time spent on it, without pauses and nights.';
CREATE UNIQUE INDEX bulk_runs_one_open ON bulk_runs (kind, subject) WHERE ended_at IS NULL;

CREATE TABLE bulk_run_failures (
    run_id BIGINT NOT NULL REFERENCES bulk_runs (id),
    customer_number BIGINT NOT NULL REFERENCES customers (number),
    failed_at TIMESTAMPTZ NOT NULL,
    tried_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (run_id, customer_number)
);
COMMENT ON TABLE bulk_run_failures IS 'Customers a run could not write; tried again while it is open. Erased with the customer.';
COMMENT ON COLUMN bulk_run_failures.failed_at IS 'When that happened first.';
CREATE INDEX bulk_run_failures_by_customer ON bulk_run_failures (customer_number);

INSERT INTO bulk_runs (kind, subject, begun_at, starts_on, ended_at, how, after_number, failed)
SELECT 'block', b.partner_id::text, b.begun_at, (b.begun_at AT TIME ZONE 'Europe/Berlin')::date, b.ended_at,
       CASE WHEN b.ended_at IS NOT NULL THEN 'done' END, b.after_number, cardinality(b.left_over)
FROM block_rounds b ORDER BY b.id;
INSERT INTO bulk_run_failures (run_id, customer_number, failed_at, tried_at)
SELECT r.id, c.number, b.begun_at, b.begun_at
FROM block_rounds b
JOIN bulk_runs r ON r.kind = 'block' AND r.subject = b.partner_id::text AND r.begun_at = b.begun_at
JOIN customers c ON c.number = ANY (b.left_over)
ON CONFLICT DO NOTHING;
DROP TABLE block_rounds;
