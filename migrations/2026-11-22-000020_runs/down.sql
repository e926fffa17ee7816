DROP TABLE runs;
DROP INDEX mails_due;
CREATE INDEX mails_due ON mails (next_attempt_at) WHERE state = 'queued';
DROP INDEX case_rows_next;
CREATE INDEX case_rows_next ON case_rows (next_at) WHERE next_at IS NOT NULL;
