-- Who signs in, what throttles strangers, what was typed in vain, and what was uploaded.

CREATE TABLE users (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email TEXT NOT NULL UNIQUE CONSTRAINT users_email_lower CHECK (email = lower(email)),
    name TEXT NOT NULL,
    role TEXT NOT NULL CONSTRAINT users_role CHECK (role IN ('operator', 'partner', 'customer')),
    operator_role TEXT CONSTRAINT users_operator_role CHECK (operator_role IN ('administrator', 'legal', 'support', 'auditor')),
    partner_id BIGINT REFERENCES partners (id),
    customer_number TEXT COLLATE customer_number REFERENCES customers (number),
    contracts BOOLEAN NOT NULL,
    manages_users BOOLEAN NOT NULL DEFAULT FALSE CONSTRAINT users_manages CHECK (NOT manages_users OR role <> 'operator'),
    password_hash TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    disabled_at TIMESTAMPTZ,
    made_by BIGINT REFERENCES users (id),
    first_sign_in_at TIMESTAMPTZ,
    confirmed_by BIGINT REFERENCES users (id),
    confirmed_at TIMESTAMPTZ,
    last_sign_in_at TIMESTAMPTZ,
    kind TEXT NOT NULL GENERATED ALWAYS AS (coalesce(operator_role, role)) STORED,
    state TEXT NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN email LIKE '%@erased.invalid' THEN 'erased'
            WHEN disabled_at IS NOT NULL THEN 'locked'
            WHEN password_hash IS NULL THEN 'invited'
            ELSE 'active'
        END
    ) STORED,
    CONSTRAINT users_role_object CHECK (
        (role = 'operator' AND operator_role IS NOT NULL AND partner_id IS NULL AND customer_number IS NULL)
        OR (role = 'partner' AND operator_role IS NULL AND partner_id IS NOT NULL AND customer_number IS NULL)
        OR (role = 'customer' AND operator_role IS NULL AND partner_id IS NULL AND customer_number IS NOT NULL)
    ),
    -- An account of one's own is not the second person that approvals want.
    CONSTRAINT users_made_by CHECK (made_by IS NULL OR role = 'operator'),
    CONSTRAINT users_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL))
);
COMMENT ON COLUMN users.email IS 'To sign in with; erased-KEY@erased.invalid once the user was erased.';
COMMENT ON COLUMN users.contracts IS 'Permission "Verträge": the customer user may see the AVV and object to it (A-04).';
COMMENT ON COLUMN users.operator_role IS 'What one of the operator''s people is there for; says which changes the person may make.';
COMMENT ON COLUMN users.manages_users IS 'Permission "Benutzerverwaltung": the user manages the other users of the own partner or customer.';
COMMENT ON COLUMN users.made_by IS 'Who made an administrator''s account in the portal; empty for one made on the command line, which is believed at once.';
COMMENT ON COLUMN users.first_sign_in_at IS 'When an administrator''s account that was made in the portal was first signed in with.';
COMMENT ON COLUMN users.confirmed_at IS 'When a third administrator confirmed who stands behind the account.';
COMMENT ON COLUMN users.last_sign_in_at IS 'When the user signed in last.';
COMMENT ON COLUMN users.kind IS 'What the list is narrowed to: the job of one of the operator''s people, or partner, or customer.';
COMMENT ON COLUMN users.state IS 'What the list is narrowed to: whether the user has been invited, can sign in, is locked, or was erased.';
-- The list goes by address, with either filter, with both or with none: each is one range of one index.
CREATE INDEX users_by_kind ON users (kind, email);
CREATE INDEX users_by_state ON users (state, email);
CREATE INDEX users_by_kind_and_state ON users (kind, state, email);
CREATE INDEX users_by_customer ON users (customer_number) WHERE customer_number IS NOT NULL;
CREATE INDEX users_by_partner ON users (partner_id) WHERE partner_id IS NOT NULL;
CREATE INDEX users_administrators ON users (id) WHERE role = 'operator';
-- Locked users whose time is over are found by this (A9); their rows stay without name and address,
-- because other rows say by their key who did something.
CREATE INDEX users_forgettable ON users (disabled_at)
    WHERE disabled_at IS NOT NULL AND email NOT LIKE '%@erased.invalid';

CREATE TABLE user_words (
    word TEXT COLLATE "C" NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (word, user_id)
);
COMMENT ON TABLE user_words IS 'Words by which a user is found, from their beginning: those of the name, and of the e-mail address, which begin with @. The company is found by its own words.';
CREATE INDEX user_words_user ON user_words (user_id);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id BIGINT REFERENCES users (id),
    state JSONB NOT NULL CONSTRAINT sessions_state CHECK (jsonb_typeof(state) = 'object'),
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE sessions IS 'Signed-in browsers. The id is the SHA-256 of what the cookie holds (S-30).';
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_seen ON sessions (seen_at);

CREATE TABLE password_links (
    id UUID PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    valid_until TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
COMMENT ON TABLE password_links IS 'Links to set a password: single use, one hour (S-38); invitations last longer.';
CREATE INDEX password_links_by_user ON password_links (user_id);

CREATE TABLE second_factors (
    user_id BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    last_step BIGINT NOT NULL,
    set_up_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE second_factors IS 'Authenticator apps: the second factor of signing in (S-36).';
COMMENT ON COLUMN second_factors.secret IS 'What the app knows, encrypted with a key that follows from the secret of the portal: a dump makes no codes.';
COMMENT ON COLUMN second_factors.last_step IS 'Half minute since 1970 of the code that was accepted last: that one and earlier ones are not accepted again.';

CREATE TABLE recovery_codes (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    used_at TIMESTAMPTZ,
    PRIMARY KEY (user_id, hash)
);
COMMENT ON TABLE recovery_codes IS 'Ten for each person with a second factor, for whoever lost the device; each good once.';
COMMENT ON COLUMN recovery_codes.hash IS 'SHA-256: a code has 80 random bits, which nobody guesses however fast the hash is.';

CREATE TABLE passkeys (
    id UUID PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL CONSTRAINT passkeys_name CHECK (name <> ''),
    credential BYTEA NOT NULL UNIQUE CONSTRAINT passkeys_credential CHECK (octet_length(credential) BETWEEN 16 AND 1023),
    handle BYTEA NOT NULL CONSTRAINT passkeys_handle CHECK (octet_length(handle) = 64),
    public_key BYTEA NOT NULL,
    counted BYTEA NOT NULL CONSTRAINT passkeys_counted CHECK (octet_length(counted) = 7),
    added_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
COMMENT ON TABLE passkeys IS 'Passkeys (WebAuthn): second factor of signing in, or password and second factor in one (S-36).';
COMMENT ON COLUMN passkeys.credential IS 'What the device calls it.';
COMMENT ON COLUMN passkeys.handle IS 'Random, the same for all passkeys of a person: what the device knows the account by.';
COMMENT ON COLUMN passkeys.public_key IS 'The public key and what was said of it when it was made; no secret.';
COMMENT ON COLUMN passkeys.counted IS 'Counter of the device and its flags as they were last; a counter that goes back is refused.';
CREATE INDEX passkeys_by_user ON passkeys (user_id);

CREATE TABLE passkey_challenges (
    id UUID PRIMARY KEY,
    purpose TEXT NOT NULL CONSTRAINT passkey_challenges_purpose CHECK (purpose IN ('add', 'prove', 'sign_in')),
    user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
    state BYTEA NOT NULL,
    attempt_id BIGINT,
    valid_until TIMESTAMPTZ NOT NULL,
    CONSTRAINT passkey_challenges_person CHECK ((user_id IS NULL) = (purpose = 'sign_in')),
    CONSTRAINT passkey_challenges_attempt CHECK ((attempt_id IS NULL) = (purpose <> 'sign_in'))
);
COMMENT ON TABLE passkey_challenges IS 'What browsers were asked to sign, by the id that their session knows: five minutes, single use.';
COMMENT ON COLUMN passkey_challenges.user_id IS 'Who is asked; a visitor who signs in with a passkey alone is nobody yet.';
COMMENT ON COLUMN passkey_challenges.state IS 'What the answer is held against.';
COMMENT ON COLUMN passkey_challenges.attempt_id IS 'The attempt that counts as failed until the answer is right.';
CREATE INDEX passkey_challenges_by_user ON passkey_challenges (user_id);
CREATE INDEX passkey_challenges_by_age ON passkey_challenges (valid_until);

-- Checks on the public page are throttled like unknown links.
CREATE TABLE attempts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT attempts_kind CHECK (kind IN ('login', 'token', 'reset', 'check', 'late', 'code', 'invitation', 'passkey')),
    account TEXT NOT NULL,
    source TEXT NOT NULL,
    succeeded BOOLEAN NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    pending BOOLEAN NOT NULL DEFAULT FALSE,
    -- What is still being looked at is neither failed nor good.
    CONSTRAINT attempts_pending_is_open CHECK (NOT (pending AND succeeded))
);
COMMENT ON TABLE attempts IS 'Sign-ins, unknown links, reset requests and invitations by companies, counted for throttling across processes. Account and source are keyed hashes, never plain.';
COMMENT ON COLUMN attempts.pending IS 'Still being looked at: counts as failed only when nobody wrote down how it ended.';
CREATE INDEX attempts_by_source ON attempts (kind, source, at);
CREATE INDEX attempts_by_account ON attempts (kind, account, at);
CREATE INDEX attempts_by_time ON attempts (at);

-- What somebody typed and could not save, because the session had ended or another field was wrong. It
-- waits an hour for the same person.
CREATE TABLE kept_forms (
    id UUID PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    page TEXT NOT NULL CONSTRAINT kept_forms_page_is_local CHECK (page LIKE '/%' AND page NOT LIKE '//%'),
    action TEXT NOT NULL,
    fields JSONB NOT NULL CONSTRAINT kept_forms_are_bounded CHECK (pg_column_size(fields) < 8388608),
    kept_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE kept_forms IS 'Forms that were typed in vain: given back to the same person within an hour, then forgotten. Never a password.';
COMMENT ON COLUMN kept_forms.page IS 'Where the form stands.';
COMMENT ON COLUMN kept_forms.action IS 'Where it was sent.';
CREATE INDEX kept_forms_by_user ON kept_forms (user_id, kept_at);
CREATE INDEX kept_forms_by_age ON kept_forms (kept_at);

CREATE TABLE kept_files (
    id UUID PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    form_id UUID REFERENCES kept_forms (id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes BYTEA NOT NULL CONSTRAINT kept_files_are_bounded CHECK (octet_length(bytes) <= 25165824),
    kept_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE kept_files IS 'Files that were chosen in such a form, or in one that had another field to correct.';
COMMENT ON COLUMN kept_files.name IS 'What the file was called; to be shown, never to be used as a path.';
CREATE INDEX kept_files_by_user ON kept_files (user_id, kept_at);
CREATE INDEX kept_files_by_form ON kept_files (form_id);
CREATE INDEX kept_files_by_age ON kept_files (kept_at);

CREATE TABLE files (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT files_kind CHECK (kind IN ('pdf', 'png', 'jpeg')),
    bytes BYTEA NOT NULL CONSTRAINT files_size CHECK (octet_length(bytes) BETWEEN 1 AND 10485760),
    sha256 TEXT NOT NULL,
    uploaded_at TIMESTAMPTZ NOT NULL,
    uploaded_by BIGINT NOT NULL REFERENCES users (id)
);
COMMENT ON TABLE files IS 'What people uploaded (S-77). The name it had on their machine is not kept. Never updated.';
COMMENT ON COLUMN files.kind IS 'By its first bytes, never by what the browser said.';
CREATE TRIGGER files_immutable BEFORE UPDATE ON files
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
