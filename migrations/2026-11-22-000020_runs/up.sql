-- Tens of thousands of rows that are due at the very same moment: pages of work are read from the
-- index in its order, with nothing left to sort.
DROP INDEX case_rows_next;
CREATE INDEX case_rows_next ON case_rows (next_at, number) WHERE next_at IS NOT NULL;
DROP INDEX mails_due;
CREATE INDEX mails_due ON mails (next_attempt_at, id) WHERE state = 'queued';

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
