DROP TABLE mail_reports;
DROP TABLE mail_attempts;
DROP INDEX mails_by_kind_and_state;
DROP INDEX mails_by_kind;
DROP INDEX mails_by_state;
-- A mail that came back had been sent.
UPDATE mails SET state = 'sent', returned_at = NULL WHERE state = 'returned';
ALTER TABLE mails DROP CONSTRAINT mails_returned_has_time, DROP CONSTRAINT mails_state;
ALTER TABLE mails
    DROP COLUMN mark,
    DROP COLUMN kind_key,
    DROP COLUMN returned_at,
    DROP COLUMN returned_because,
    ADD CONSTRAINT mails_state CHECK (state IN ('queued', 'sent', 'failed', 'dropped'));
CREATE INDEX mails_trouble ON mails (id) WHERE state IN ('failed', 'dropped');
