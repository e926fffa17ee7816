-- What somebody waits for is handed over before what goes to everybody at once, however many of the
-- second are queued. Each is one index in its order.
CREATE INDEX mails_due_prompt ON mails (next_attempt_at, id)
    WHERE state = 'queued' AND kind_key NOT IN ('announcement', 'new_version');
CREATE INDEX mails_due_bulk ON mails (next_attempt_at, id)
    WHERE state = 'queued' AND kind_key IN ('announcement', 'new_version');

-- Of what goes to everybody at once, one domain gets so many a minute: the others get a time of their own.
ALTER TABLE mails ADD COLUMN has_turn BOOLEAN NOT NULL DEFAULT FALSE;
COMMENT ON COLUMN mails.has_turn IS 'Whether its time was set so that its domain does not get too many at once. Then it counts as queued at that time, too.';
