-- Other systems of the provider: who they are, what they call things, and what they sent before.

CREATE TABLE api_clients (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL CONSTRAINT api_clients_name UNIQUE,
    scopes TEXT[] NOT NULL CONSTRAINT api_clients_scopes CHECK (cardinality(scopes) > 0 AND array_position(scopes, NULL) IS NULL),
    networks TEXT[] NOT NULL DEFAULT '{}' CONSTRAINT api_clients_networks CHECK (array_position(networks, NULL) IS NULL),
    per_minute INTEGER NOT NULL CONSTRAINT api_clients_per_minute CHECK (per_minute > 0),
    created_at TIMESTAMPTZ NOT NULL,
    created_by BIGINT REFERENCES users (id) ON DELETE SET NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ
);
COMMENT ON TABLE api_clients IS 'Systems of the provider that use the API.';
COMMENT ON COLUMN api_clients.scopes IS 'What it may do, as keys.';
COMMENT ON COLUMN api_clients.networks IS 'From where it may call; empty: from anywhere.';
COMMENT ON COLUMN api_clients.per_minute IS 'Requests a minute that each process of the portal answers.';
COMMENT ON COLUMN api_clients.created_by IS 'Who made it; empty for one made on the command line.';
COMMENT ON COLUMN api_clients.last_used_at IS 'To the minute.';
CREATE INDEX api_clients_by_maker ON api_clients (created_by);

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    client_id UUID NOT NULL REFERENCES api_clients (id) ON DELETE CASCADE,
    hash BYTEA NOT NULL CONSTRAINT api_tokens_hash CHECK (octet_length(hash) = 32),
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
COMMENT ON TABLE api_tokens IS 'What clients prove themselves with; at most two of a client are valid, so that one can replace the other.';
COMMENT ON COLUMN api_tokens.id IS 'The readable part of the token.';
COMMENT ON COLUMN api_tokens.hash IS 'SHA-256 of the whole token, which is shown once and stored nowhere.';
CREATE INDEX api_tokens_by_client ON api_tokens (client_id);

CREATE TABLE idempotency_keys (
    client_id UUID NOT NULL REFERENCES api_clients (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    request BYTEA NOT NULL CONSTRAINT idempotency_keys_request CHECK (octet_length(request) = 32),
    status SMALLINT NOT NULL,
    answer JSONB NOT NULL CONSTRAINT idempotency_keys_answer CHECK (jsonb_typeof(answer) = 'object'),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (client_id, key)
);
COMMENT ON TABLE idempotency_keys IS 'What a POST of a client was answered, for 48 hours: the same request gets the same answer and is done once.';
COMMENT ON COLUMN idempotency_keys.request IS 'SHA-256 of method and address.';
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

ALTER TABLE bookings ADD COLUMN external_id TEXT COLLATE "C"
    CONSTRAINT bookings_external_id CHECK (external_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$');
COMMENT ON COLUMN bookings.external_id IS 'Its key in the other systems of the provider, if it has one there.';
CREATE UNIQUE INDEX bookings_by_external_id ON bookings (external_id);

ALTER TABLE users ADD COLUMN external_id TEXT COLLATE "C"
    CONSTRAINT users_external_id CHECK (external_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$');
COMMENT ON COLUMN users.external_id IS 'Its key in the other systems of the provider, if it has one there.';
CREATE UNIQUE INDEX users_by_external_id ON users (external_id);

ALTER TABLE customers ADD COLUMN source_version BIGINT;
COMMENT ON COLUMN customers.source_version IS 'Number of the newest change of the master data in the system they come from, if it counts them.';
