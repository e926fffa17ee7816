ALTER TABLE mails DROP COLUMN parts;
COMMENT ON COLUMN mails.body_hash IS NULL;

DELETE FROM alerts WHERE kind IN ('forward_failed', 'mail_setup');
DO $$
DECLARE
    known TEXT := (SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint
        WHERE conname = 'alerts_kind' AND conrelid = 'alerts'::regclass);
BEGIN
    ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
    EXECUTE format('ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (%s AND kind NOT IN (''forward_failed'', ''mail_setup''))', known);
END
$$;

UPDATE mail_reports SET verdict = 'other' WHERE verdict = 'sender_refused';
ALTER TABLE mail_reports DROP CONSTRAINT mail_reports_verdict;
ALTER TABLE mail_reports ADD CONSTRAINT mail_reports_verdict
    CHECK (verdict IN ('returned', 'delayed', 'expired', 'other_recipient', 'not_sent', 'other'));
