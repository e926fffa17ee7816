ALTER TABLE announcements DROP CONSTRAINT announcements_confirmed,
    ADD COLUMN state TEXT CONSTRAINT announcements_state CHECK (state IN ('draft', 'sending', 'paused', 'sent')),
    ADD COLUMN finished_at TIMESTAMPTZ,
    ADD COLUMN recipients BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN made BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN after_number BIGINT NOT NULL DEFAULT 0;
UPDATE announcements SET state = 'draft' WHERE run_id IS NULL;
UPDATE announcements a SET recipients = coalesce(r.customers, 0), made = r.done, finished_at = r.ended_at,
    state = CASE WHEN r.ended_at IS NOT NULL THEN 'sent' WHEN r.paused_at IS NOT NULL THEN 'paused' ELSE 'sending' END,
    after_number = CASE WHEN r.round = 2 THEN -1 ELSE r.after_number END
FROM bulk_runs r WHERE r.id = a.run_id;
ALTER TABLE announcements ALTER COLUMN state SET NOT NULL, DROP COLUMN run_id,
    ADD CONSTRAINT announcements_confirmed CHECK ((state = 'draft') = (confirmed_at IS NULL)),
    ADD CONSTRAINT announcements_finished CHECK ((state = 'sent') = (finished_at IS NOT NULL));
COMMENT ON COLUMN announcements.recipients IS 'Agreements in force when it was confirmed.';
COMMENT ON COLUMN announcements.made IS 'Notices that were made so far.';
COMMENT ON COLUMN announcements.after_number IS 'Every customer up to this number has its notice; -1: all have, but for those overtaken while they concluded.';
CREATE INDEX announcements_by_state ON announcements (state, position);
DELETE FROM bulk_run_failures f USING bulk_runs b WHERE b.id = f.run_id AND b.kind = 'announcement';
DELETE FROM bulk_runs WHERE kind = 'announcement';
