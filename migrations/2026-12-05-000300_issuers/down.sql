DELETE FROM attempts WHERE kind = 'issuer';
ALTER TABLE attempts DROP CONSTRAINT attempts_kind;
ALTER TABLE attempts ADD CONSTRAINT attempts_kind
    CHECK (kind IN ('login', 'token', 'reset', 'check', 'late', 'code', 'invitation', 'passkey'));

DROP TABLE issuer_sessions;
DROP TABLE issuer_requests;
DROP TABLE identities;

ALTER TABLE users DROP COLUMN state;
ALTER TABLE users DROP COLUMN connected;
ALTER TABLE users ADD COLUMN state TEXT NOT NULL GENERATED ALWAYS AS (
    CASE
        WHEN email LIKE '%@erased.invalid' THEN 'erased'
        WHEN disabled_at IS NOT NULL THEN 'locked'
        WHEN password_hash IS NULL THEN 'invited'
        ELSE 'active'
    END
) STORED;
COMMENT ON COLUMN users.state IS 'What the list is narrowed to: whether the user has been invited, can sign in, is locked, or was erased.';
CREATE INDEX users_by_state ON users (state, email);
CREATE INDEX users_by_kind_and_state ON users (kind, state, email);

ALTER TABLE partners DROP COLUMN external_id;
