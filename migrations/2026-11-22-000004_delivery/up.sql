-- What became of a mail after it was written: every attempt, what came back, and the mark by which it is found again.
ALTER TABLE mails
    ADD COLUMN mark UUID NOT NULL DEFAULT gen_random_uuid() CONSTRAINT mails_mark_key UNIQUE,
    ADD COLUMN kind_key TEXT NOT NULL GENERATED ALWAYS AS (kind ->> 'kind') STORED,
    ADD COLUMN returned_at TIMESTAMPTZ,
    ADD COLUMN returned_because TEXT;
COMMENT ON COLUMN mails.mark IS 'Random; stands in the header X-AVV-Mail, so that a bounce finds its mail and nobody can guess another.';
COMMENT ON COLUMN mails.kind_key IS 'Which mail, for filters.';
COMMENT ON COLUMN mails.returned_because IS 'Status and words of the bounce, addresses masked.';
ALTER TABLE mails DROP CONSTRAINT mails_state;
ALTER TABLE mails
    ADD CONSTRAINT mails_state CHECK (state IN ('queued', 'sent', 'returned', 'failed', 'dropped')),
    ADD CONSTRAINT mails_returned_has_time CHECK ((state = 'returned') = (returned_at IS NOT NULL));
DROP INDEX mails_trouble;
-- The operator's list: newest first under every filter, each page one short range of one of these.
CREATE INDEX mails_by_state ON mails (state, id);
CREATE INDEX mails_by_kind ON mails (kind_key, id);
CREATE INDEX mails_by_kind_and_state ON mails (kind_key, state, id);

CREATE TABLE mail_attempts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail_id BIGINT NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
    at TIMESTAMPTZ NOT NULL,
    outcome TEXT NOT NULL CONSTRAINT mail_attempts_outcome CHECK (outcome IN ('sent', 'later', 'failed', 'dropped')),
    reply TEXT NOT NULL
);
COMMENT ON TABLE mail_attempts IS 'Every attempt to hand a mail over, with the word of the mail server (EV-06).';
CREATE INDEX mail_attempts_by_mail ON mail_attempts (mail_id, id);

CREATE TABLE mail_reports (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail_id BIGINT NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
    at TIMESTAMPTZ NOT NULL,
    verdict TEXT NOT NULL CONSTRAINT mail_reports_verdict
        CHECK (verdict IN ('returned', 'delayed', 'expired', 'other_recipient', 'not_sent', 'other')),
    status TEXT NOT NULL,
    diagnostic TEXT NOT NULL,
    CONSTRAINT mail_reports_once UNIQUE (mail_id, verdict, status, diagnostic)
);
COMMENT ON TABLE mail_reports IS 'Delivery reports that other mail servers sent back about a mail (RFC 3464), each once.';
