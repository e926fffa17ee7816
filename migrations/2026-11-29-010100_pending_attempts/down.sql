ALTER TABLE attempts DROP CONSTRAINT attempts_pending_is_open, DROP COLUMN pending;
