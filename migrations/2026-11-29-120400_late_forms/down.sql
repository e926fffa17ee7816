DELETE FROM attempts WHERE kind = 'late';
ALTER TABLE attempts DROP CONSTRAINT attempts_kind,
    ADD CONSTRAINT attempts_kind CHECK (kind IN ('login', 'token', 'reset', 'check'));
