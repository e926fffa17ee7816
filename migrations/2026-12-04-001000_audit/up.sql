-- What proves what happened: the log, the seal's certificates, foreign time stamps, and what is left
-- of that which was erased.

-- Every audit event has a place in one chain (S-80, EV-15): gapless positions, each row with the hash
-- of the row before. What is hashed, and how, is in src/domain/audit/chain.rs.

CREATE TABLE audit_events (
    position BIGINT PRIMARY KEY CONSTRAINT audit_events_position_from_one CHECK (position > 0),
    at TIMESTAMPTZ NOT NULL,
    kind TEXT NOT NULL,
    actor JSONB,
    customer_number TEXT COLLATE customer_number,
    status_before TEXT,
    status_after TEXT,
    details JSONB,
    salt BYTEA,
    content_digest BYTEA NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    erased_by BIGINT REFERENCES audit_events (position),
    CONSTRAINT audit_events_contents CHECK (
        (actor IS NULL OR has_texts(actor, ARRAY['actor'])) AND (details IS NULL OR jsonb_typeof(details) = 'object')),
    -- A line break in one of them could make two events look like one to the hash.
    CONSTRAINT audit_events_words CHECK (
        kind ~ '^[a-z0-9_]+$' AND status_before ~ '^[a-z0-9_]+$' AND status_after ~ '^[a-z0-9_]+$'
        AND customer_number COLLATE "C" ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$'),
    CONSTRAINT audit_events_hash_lengths CHECK (
        octet_length(content_digest) = 32 AND octet_length(previous_hash) = 32 AND octet_length(hash) = 32
        AND octet_length(salt) = 16),
    CONSTRAINT audit_events_whole_or_erased CHECK (
        (actor IS NULL) = (erased_by IS NOT NULL) AND (details IS NULL) = (erased_by IS NOT NULL)
        AND (salt IS NULL) = (erased_by IS NOT NULL))
);
COMMENT ON TABLE audit_events IS 'What happened, who did it, how the case stood before and after (5.6-9). Append-only, hash-chained (S-80).';
COMMENT ON COLUMN audit_events.position IS '1, 2, 3 … without a gap. The primary key makes a fork of the chain impossible.';
COMMENT ON COLUMN audit_events.salt IS 'Random, so that nobody can guess what was erased from the digest that stays.';
COMMENT ON COLUMN audit_events.content_digest IS 'SHA-256 of salt, actor and details; stays when those are erased.';
COMMENT ON COLUMN audit_events.previous_hash IS 'Hash of the event before; 32 zero bytes for the first.';
COMMENT ON COLUMN audit_events.hash IS 'SHA-256 of the previous hash, the position, all columns that stay, and the content digest.';
COMMENT ON COLUMN audit_events.erased_by IS 'The signed tombstone that names this event, once salt, actor and details were erased.';
-- The log page: each filter is one range of one of these, newest first, however long the log is. The
-- query repeats the expression of the actor word by word, else the planner cannot use the index.
CREATE INDEX audit_events_by_time ON audit_events (at, position);
CREATE INDEX audit_events_by_customer ON audit_events (customer_number, at, position);
CREATE INDEX audit_events_by_kind ON audit_events (kind, at, position);
CREATE INDEX audit_events_by_actor ON audit_events (lower(coalesce(actor ->> 'name', '#' || (actor ->> 'actor'))), at, position);
CREATE INDEX audit_events_by_actor_and_kind ON audit_events (lower(coalesce(actor ->> 'name', '#' || (actor ->> 'actor'))), kind, at, position);
-- The operator's twelve weeks: figures are counted from this index alone, however many other events
-- there are. Here too the query repeats the condition word by word.
CREATE INDEX audit_events_figures ON audit_events (at, kind)
    WHERE kind IN ('asked', 'concluded', 'declined', 'objected') OR (kind = 'booked' AND details @> '{"asked": true}');
-- What retention has still to erase among the events about nobody's case.
CREATE INDEX audit_events_erasable ON audit_events (at, position)
    WHERE customer_number IS NULL AND erased_by IS NULL AND kind <> 'erased';
CREATE INDEX audit_events_erased ON audit_events (erased_by) WHERE erased_by IS NOT NULL;

CREATE TRIGGER audit_events_append_only BEFORE DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The one change that is let through: what is personal goes, and a tombstone says so.
CREATE FUNCTION allow_only_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_by IS NULL AND NEW.erased_by > OLD.position
       AND NEW.actor IS NULL AND NEW.details IS NULL AND NEW.salt IS NULL
       AND to_jsonb(NEW) - ARRAY['actor', 'details', 'salt', 'erased_by']
         = to_jsonb(OLD) - ARRAY['actor', 'details', 'salt', 'erased_by']
       AND OLD.kind <> 'erased'
       AND EXISTS (SELECT FROM audit_events AS stone WHERE stone.position = NEW.erased_by AND stone.kind = 'erased'
                   AND stone.details -> 'positions' @> to_jsonb(OLD.position))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER audit_events_unchanged BEFORE UPDATE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION allow_only_erasure();

CREATE TABLE audit_head (
    is_head BOOLEAN PRIMARY KEY DEFAULT TRUE CONSTRAINT audit_head_single CHECK (is_head),
    position BIGINT NOT NULL CONSTRAINT audit_head_position_from_zero CHECK (position >= 0),
    hash BYTEA NOT NULL CONSTRAINT audit_head_hash_length CHECK (octet_length(hash) = 32)
);
COMMENT ON TABLE audit_head IS 'One row: place and hash of the newest audit event. Who appends locks it, as the last thing before the commit.';
INSERT INTO audit_head (position, hash) VALUES (0, decode(repeat('00', 32), 'hex'));
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE seal_certificates (
    fingerprint TEXT PRIMARY KEY,
    certificate BYTEA NOT NULL,
    first_used_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE seal_certificates IS 'Every certificate documents were sealed with, kept so that old seals are recognised after a change. The fingerprint is the SHA-256 of the certificate.';

CREATE TABLE document_stamps (
    agreement_id UUID PRIMARY KEY REFERENCES agreements (id),
    tries INTEGER NOT NULL,
    next_try_at TIMESTAMPTZ,
    token BYTEA,
    stated_at TIMESTAMPTZ,
    source TEXT,
    CONSTRAINT document_stamps_whole CHECK ((token IS NULL) = (stated_at IS NULL) AND (token IS NULL) = (source IS NULL)),
    CONSTRAINT document_stamps_done CHECK (token IS NULL OR next_try_at IS NULL)
);
COMMENT ON TABLE document_stamps IS 'Time stamps (RFC 3161) of a foreign service over the signature of a sealed document, asked for after its conclusion. No row: not asked for yet.';
COMMENT ON COLUMN document_stamps.next_try_at IS 'When the service is asked again; null when there is a stamp or nothing more is tried.';
COMMENT ON COLUMN document_stamps.stated_at IS 'The time the stamp states.';

-- What is erased when its time is over (EV-16, row 52) leaves a row that says that it was there.
CREATE TABLE tombstones (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_number TEXT COLLATE customer_number NOT NULL,
    agreement_id UUID CONSTRAINT tombstones_once UNIQUE,
    agreement_number TEXT,
    document_hash TEXT,
    pdf_hash TEXT,
    concluded_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    erased_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT tombstones_agreement CHECK ((agreement_id IS NULL) = (agreement_number IS NULL))
);
COMMENT ON TABLE tombstones IS 'What retention erased: numbers, ids, hashes and dates, never a name or an address.';
COMMENT ON COLUMN tombstones.agreement_id IS 'Of which agreement the evidence was erased; empty for the customer itself.';
COMMENT ON COLUMN tombstones.ended_at IS 'When the agreement ended, or the customer was deleted.';
CREATE INDEX tombstones_by_customer ON tombstones (customer_number, id);
