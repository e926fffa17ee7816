-- The log as a Merkle tree (RFC 9162), so that one of its events can be shown to be in it without the others,
-- and anybody can keep its heads. The leaves are the hashes in audit_events and stand nowhere else.

CREATE TABLE audit_tiles (
    level SMALLINT NOT NULL CONSTRAINT audit_tiles_levels CHECK (level BETWEEN 1 AND 7),
    number BIGINT NOT NULL CONSTRAINT audit_tiles_number_from_zero CHECK (number >= 0),
    hash BYTEA NOT NULL CONSTRAINT audit_tiles_hash_length CHECK (octet_length(hash) = 32),
    PRIMARY KEY (level, number)
);
COMMENT ON TABLE audit_tiles IS 'Roots of whole subtrees of the log: each stands for 256 hashes of the level below, level 0 being the events.';
CREATE TRIGGER audit_tiles_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_tiles
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE audit_checkpoints (
    size BIGINT PRIMARY KEY CONSTRAINT audit_checkpoints_size_from_one CHECK (size > 0),
    root BYTEA NOT NULL CONSTRAINT audit_checkpoints_root_length CHECK (octet_length(root) = 32),
    note TEXT NOT NULL,
    verifier_key TEXT NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    is_daily BOOLEAN NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at TIMESTAMPTZ,
    token BYTEA,
    stated_at TIMESTAMPTZ,
    source TEXT,
    CONSTRAINT audit_checkpoints_whole CHECK ((token IS NULL) = (stated_at IS NULL) AND (token IS NULL) = (source IS NULL)),
    CONSTRAINT audit_checkpoints_done CHECK (token IS NULL OR next_try_at IS NULL)
);
COMMENT ON TABLE audit_checkpoints IS 'What the portal said about its log: every signed head it ever gave out, with the time stamp (RFC 3161) over its note.';
COMMENT ON COLUMN audit_checkpoints.size IS 'Number of events; the position of the newest.';
COMMENT ON COLUMN audit_checkpoints.note IS 'The checkpoint as a signed note (C2SP tlog-checkpoint, signed-note).';
COMMENT ON COLUMN audit_checkpoints.verifier_key IS 'The key that checks its signature, kept so that old ones are checked after the secret was changed.';
COMMENT ON COLUMN audit_checkpoints.is_daily IS 'Made once a day and stamped; the others are made for an evidence bundle.';
COMMENT ON COLUMN audit_checkpoints.next_try_at IS 'When the service is asked again; null when there is a stamp, none is wanted or nothing more is tried.';
CREATE INDEX audit_checkpoints_stamped ON audit_checkpoints (size) WHERE token IS NOT NULL;
CREATE INDEX audit_checkpoints_to_stamp ON audit_checkpoints (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX audit_checkpoints_daily ON audit_checkpoints (made_at) WHERE is_daily;

CREATE TRIGGER audit_checkpoints_kept BEFORE DELETE OR TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A checkpoint becomes a daily one and gets its stamp; what it says, and a stamp it has, stay.
CREATE FUNCTION allow_only_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.size, NEW.root, NEW.note, NEW.verifier_key, NEW.made_at) = (OLD.size, OLD.root, OLD.note, OLD.verifier_key, OLD.made_at)
       AND OLD.token IS NULL AND NEW.is_daily >= OLD.is_daily
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER audit_checkpoints_unchanged BEFORE UPDATE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION allow_only_stamp();
