-- Signing in at an issuer of the operator or of partners (OpenID Connect), beside passwords.

-- By what other systems name a partner: the claim of an issuer says it, too.
ALTER TABLE partners ADD COLUMN external_id TEXT COLLATE "C"
    CONSTRAINT partners_external_id CHECK (external_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$');
COMMENT ON COLUMN partners.external_id IS 'By what the provider''s other systems and the issuers of partners name it.';
CREATE UNIQUE INDEX partners_by_external_id ON partners (external_id);

-- Whoever is connected with an issuer can sign in without a password.
ALTER TABLE users ADD COLUMN connected BOOLEAN NOT NULL DEFAULT FALSE;
COMMENT ON COLUMN users.connected IS 'Whether there is a row in identities, so that the user can sign in without a password.';
ALTER TABLE users DROP COLUMN state;
ALTER TABLE users ADD COLUMN state TEXT NOT NULL GENERATED ALWAYS AS (
    CASE
        WHEN email LIKE '%@erased.invalid' THEN 'erased'
        WHEN disabled_at IS NOT NULL THEN 'locked'
        WHEN password_hash IS NULL AND NOT connected THEN 'invited'
        ELSE 'active'
    END
) STORED;
COMMENT ON COLUMN users.state IS 'What the list is narrowed to: whether the user has been invited, can sign in, is locked, or was erased.';
CREATE INDEX users_by_state ON users (state, email);
CREATE INDEX users_by_kind_and_state ON users (kind, state, email);

CREATE TABLE identities (
    issuer TEXT NOT NULL CONSTRAINT identities_issuer CHECK (issuer <> ''),
    subject TEXT NOT NULL CONSTRAINT identities_subject CHECK (subject <> ''),
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    connected_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    PRIMARY KEY (issuer, subject)
);
COMMENT ON TABLE identities IS 'Who of an issuer is which user. Never found by an e-mail address.';
COMMENT ON COLUMN identities.issuer IS 'The claim iss: the address of the issuer.';
COMMENT ON COLUMN identities.subject IS 'The claim sub: by what the issuer knows the person for ever.';
COMMENT ON COLUMN identities.used_at IS 'When the person last signed in with it.';
CREATE UNIQUE INDEX identities_by_user ON identities (user_id, issuer);

CREATE TABLE issuer_requests (
    id UUID PRIMARY KEY,
    issuer SMALLINT NOT NULL,
    purpose TEXT NOT NULL CONSTRAINT issuer_requests_purpose CHECK (purpose IN ('sign_in', 'invitation', 'connect', 'prove')),
    user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
    link_id UUID REFERENCES password_links (id) ON DELETE CASCADE,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    way TEXT NOT NULL,
    attempt_id BIGINT,
    valid_until TIMESTAMPTZ NOT NULL,
    CONSTRAINT issuer_requests_person CHECK ((user_id IS NOT NULL) = (purpose IN ('connect', 'prove'))),
    CONSTRAINT issuer_requests_link CHECK ((link_id IS NOT NULL) = (purpose = 'invitation'))
);
COMMENT ON TABLE issuer_requests IS 'Who was sent to an issuer, by the state that comes back: ten minutes, single use, and good only in the session that has the id.';
COMMENT ON COLUMN issuer_requests.issuer IS 'Number of the issuer in the settings.';
COMMENT ON COLUMN issuer_requests.link_id IS 'The invitation that is followed.';
COMMENT ON COLUMN issuer_requests.nonce IS 'What the token has to repeat.';
COMMENT ON COLUMN issuer_requests.verifier IS 'PKCE: what the code is exchanged with.';
COMMENT ON COLUMN issuer_requests.way IS 'Where to go afterwards: a path of the portal, or empty.';
COMMENT ON COLUMN issuer_requests.attempt_id IS 'The attempt that counts as failed until the person has come back.';
CREATE INDEX issuer_requests_by_user ON issuer_requests (user_id);
CREATE INDEX issuer_requests_by_link ON issuer_requests (link_id);
CREATE INDEX issuer_requests_by_age ON issuer_requests (valid_until);

CREATE TABLE issuer_sessions (
    id UUID PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    sid TEXT,
    tokens TEXT NOT NULL,
    began_at TIMESTAMPTZ NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL,
    good_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
COMMENT ON TABLE issuer_sessions IS 'What an issuer says of a session that began there. A session without its row, or with one that has ended, is over.';
COMMENT ON COLUMN issuer_sessions.sid IS 'By what the issuer names its own session, if it does.';
COMMENT ON COLUMN issuer_sessions.tokens IS 'What the issuer is asked with, encrypted with a key that follows from the secret of the portal.';
COMMENT ON COLUMN issuer_sessions.checked_at IS 'When the issuer was last asked about the person.';
COMMENT ON COLUMN issuer_sessions.good_at IS 'When it last said that the person may come in.';
COMMENT ON COLUMN issuer_sessions.ended_at IS 'Since when it is over; it stays for a moment, so that the person can sign out at the issuer, too.';
CREATE INDEX issuer_sessions_by_user ON issuer_sessions (user_id);
CREATE INDEX issuer_sessions_by_subject ON issuer_sessions (issuer, subject);
CREATE INDEX issuer_sessions_by_age ON issuer_sessions (began_at);

ALTER TABLE attempts DROP CONSTRAINT attempts_kind;
ALTER TABLE attempts ADD CONSTRAINT attempts_kind
    CHECK (kind IN ('login', 'token', 'reset', 'check', 'late', 'code', 'invitation', 'passkey', 'issuer'));
