ALTER TABLE attempts DROP CONSTRAINT attempts_kind,
    ADD CONSTRAINT attempts_kind CHECK (kind IN ('login', 'token', 'reset', 'check', 'late'));
