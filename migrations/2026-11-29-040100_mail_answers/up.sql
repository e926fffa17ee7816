-- What other mail servers answer: whom it speaks of (row 8, D1 to D3), and what a receiver can check of a mail (F8).

ALTER TABLE mail_reports DROP CONSTRAINT mail_reports_verdict;
ALTER TABLE mail_reports ADD CONSTRAINT mail_reports_verdict
    CHECK (verdict IN ('returned', 'delayed', 'expired', 'sender_refused', 'other_recipient', 'not_sent', 'other'));

-- Two kinds more, whatever the list holds by now.
DO $$
DECLARE
    known TEXT := (SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint
        WHERE conname = 'alerts_kind' AND conrelid = 'alerts'::regclass);
BEGIN
    ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
    EXECUTE format('ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (%s OR kind IN (''forward_failed'', ''mail_setup''))', known);
END
$$;

ALTER TABLE mails ADD COLUMN parts JSONB;
ALTER TABLE mails ADD CONSTRAINT mails_parts CHECK (parts IS NULL OR jsonb_typeof(parts) = 'array');
COMMENT ON COLUMN mails.body_hash IS 'SHA-256 of the decoded text part, hex, if parts is set; of the whole message in mails sent before.';
COMMENT ON COLUMN mails.parts IS 'What was sent, part by part, the text first: content type, file name, SHA-256 of what it says once decoded (texts with single line feeds).';
