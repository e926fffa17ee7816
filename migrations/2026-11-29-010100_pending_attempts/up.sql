-- What is still being looked at is neither failed nor good.
ALTER TABLE attempts
    ADD COLUMN pending BOOLEAN NOT NULL DEFAULT false,
    ADD CONSTRAINT attempts_pending_is_open CHECK (NOT (pending AND succeeded));
COMMENT ON COLUMN attempts.pending IS 'Still being looked at: counts as failed only when nobody wrote down how it ended.';
