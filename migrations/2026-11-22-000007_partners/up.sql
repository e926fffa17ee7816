-- Partners as the operator and the Mandanten look after them: who is shut out, the contract under
-- Art. 28(4) GDPR with each, its file, and whom to tell when one is blocked.

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

ALTER TABLE partners ADD COLUMN block_reason TEXT;
COMMENT ON COLUMN partners.block_reason IS 'Why the operator blocked it (row 49); only the operator reads it.';
ALTER TABLE partners ADD CONSTRAINT partners_reason_of_block CHECK (block_reason IS NULL OR blocked_at IS NOT NULL);
ALTER TABLE partners ADD COLUMN deactivated_at TIMESTAMPTZ;
COMMENT ON COLUMN partners.deactivated_at IS 'Since when its Mandant no longer works with this sub-partner.';
ALTER TABLE partners ADD CONSTRAINT partners_deactivated_is_sub CHECK (deactivated_at IS NULL OR parent_id IS NOT NULL);
ALTER TABLE partners ADD COLUMN list_key TEXT COLLATE "C";
UPDATE partners SET list_key = lower(name) || E'\x01' || gen_random_uuid() WHERE parent_id IS NULL;
UPDATE partners SET list_key = above.list_key || E'\x02 ' || lower(partners.name) || E'\x01' || gen_random_uuid()
    FROM partners above WHERE partners.parent_id = above.id;
ALTER TABLE partners ALTER COLUMN list_key SET NOT NULL;
COMMENT ON COLUMN partners.list_key IS 'Place in the list of partners: each Mandant, then its Submandanten, by name.';
CREATE UNIQUE INDEX partners_by_list_key ON partners (list_key);
CREATE INDEX partners_deactivated ON partners (id) WHERE deactivated_at IS NOT NULL;

CREATE TABLE partner_contracts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partner_id BIGINT NOT NULL REFERENCES partners (id),
    signed_on DATE NOT NULL,
    valid_until DATE,
    reference TEXT NOT NULL,
    file_id UUID REFERENCES files (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by BIGINT NOT NULL REFERENCES users (id),
    CONSTRAINT partner_contracts_period CHECK (valid_until >= signed_on),
    CONSTRAINT partner_contracts_proof CHECK (reference <> '' OR file_id IS NOT NULL)
);
COMMENT ON TABLE partner_contracts IS 'Contracts under Art. 28(4) GDPR with partners (EV-14); the one recorded last counts, the others stay.';
COMMENT ON COLUMN partner_contracts.valid_until IS 'Its last day; empty if it has no end.';
CREATE INDEX partner_contracts_by_partner ON partner_contracts (partner_id, id);

CREATE TABLE block_rounds (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partner_id BIGINT NOT NULL REFERENCES partners (id),
    begun_at TIMESTAMPTZ NOT NULL,
    after_number BIGINT NOT NULL DEFAULT 0,
    left_over BIGINT[] NOT NULL DEFAULT '{}',
    ended_at TIMESTAMPTZ
);
COMMENT ON TABLE block_rounds IS 'Telling the customers of a blocked partner, one after the other (row 49).';
COMMENT ON COLUMN block_rounds.after_number IS 'Every customer up to this number has been looked at.';
COMMENT ON COLUMN block_rounds.left_over IS 'Customers below that number whose case could not be written; tried again at the end.';
CREATE UNIQUE INDEX block_rounds_one_open ON block_rounds (partner_id) WHERE ended_at IS NULL;
