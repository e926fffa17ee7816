-- Every audit event gets a place in one chain (S-80, EV-15): gapless positions, each row with the
-- hash of the row before. What is hashed, and how, is in src/domain/audit/chain.rs and in the README;
-- the functions below say it once more for the rows that are there already, and a test holds the two
-- against each other.
DROP TRIGGER audit_events_append_only ON audit_events;
DROP INDEX audit_events_by_customer, audit_events_by_time;
ALTER TABLE audit_events ALTER COLUMN id DROP IDENTITY;
ALTER TABLE audit_events RENAME COLUMN id TO position;
ALTER TABLE audit_events
    ADD COLUMN salt BYTEA,
    ADD COLUMN content_digest BYTEA,
    ADD COLUMN previous_hash BYTEA,
    ADD COLUMN hash BYTEA,
    ADD COLUMN erased_by BIGINT;

CREATE TABLE audit_head (
    is_head BOOLEAN PRIMARY KEY DEFAULT TRUE CONSTRAINT audit_head_single CHECK (is_head),
    position BIGINT NOT NULL CONSTRAINT audit_head_position_from_zero CHECK (position >= 0),
    hash BYTEA NOT NULL CONSTRAINT audit_head_hash_length CHECK (octet_length(hash) = 32)
);
COMMENT ON TABLE audit_head IS 'One row: place and hash of the newest audit event. Who appends locks it, as the last thing before the commit.';

CREATE FUNCTION pg_temp.canonical(value JSONB) RETURNS TEXT LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'object' THEN '{' || coalesce((
            SELECT string_agg(to_json(e.name)::text || ':' || pg_temp.canonical(e.one), ',' ORDER BY e.name COLLATE "C")
            FROM jsonb_each(value) AS e (name, one)), '') || '}'
        WHEN 'array' THEN '[' || coalesce((
            SELECT string_agg(pg_temp.canonical(e.one), ',' ORDER BY e.place)
            FROM jsonb_array_elements(value) WITH ORDINALITY AS e (one, place)), '') || ']'
        ELSE value::text
    END;
END
$$;

DO $$
DECLARE
    event RECORD;
    place BIGINT := 0;
    head BYTEA := decode(repeat('00', 32), 'hex');
    grain BYTEA;
    content BYTEA;
    own BYTEA;
BEGIN
    FOR event IN SELECT * FROM audit_events ORDER BY position LOOP
        place := place + 1;
        grain := uuid_send(gen_random_uuid());
        content := sha256(convert_to(
            encode(grain, 'hex') || E'\n'
            || pg_temp.canonical(jsonb_build_object('actor', event.actor, 'details', event.details)), 'UTF8'));
        own := sha256(convert_to(concat_ws(E'\n',
            'avv-audit-1', encode(head, 'hex'), place,
            to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            event.kind, coalesce(event.customer_number::text, ''),
            coalesce(event.status_before, ''), coalesce(event.status_after, ''),
            encode(content, 'hex')) || E'\n', 'UTF8'));
        -- New numbers are never larger than the old ones, so none is taken yet.
        UPDATE audit_events
        SET position = place, salt = grain, content_digest = content, previous_hash = head, hash = own
        WHERE position = event.position;
        head := own;
    END LOOP;
    INSERT INTO audit_head (position, hash) VALUES (place, head);
END
$$;
DROP FUNCTION pg_temp.canonical;

ALTER TABLE audit_events
    ALTER COLUMN actor DROP NOT NULL,
    ALTER COLUMN details DROP NOT NULL,
    ALTER COLUMN content_digest SET NOT NULL,
    ALTER COLUMN previous_hash SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL,
    ADD CONSTRAINT audit_events_position_from_one CHECK (position > 0),
    -- A line break in one of them could make two events look like one to the hash.
    ADD CONSTRAINT audit_events_words CHECK (
        kind ~ '^[a-z0-9_]+$' AND status_before ~ '^[a-z0-9_]+$' AND status_after ~ '^[a-z0-9_]+$'),
    ADD CONSTRAINT audit_events_hash_lengths CHECK (
        octet_length(content_digest) = 32 AND octet_length(previous_hash) = 32 AND octet_length(hash) = 32
        AND octet_length(salt) = 16),
    ADD CONSTRAINT audit_events_whole_or_erased CHECK (
        (actor IS NULL) = (erased_by IS NOT NULL) AND (details IS NULL) = (erased_by IS NOT NULL)
        AND (salt IS NULL) = (erased_by IS NOT NULL)),
    ADD CONSTRAINT audit_events_erased_by_fkey FOREIGN KEY (erased_by) REFERENCES audit_events (position);
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
-- What retention has still to erase among the events about nobody's case.
CREATE INDEX audit_events_erasable ON audit_events (at, position)
    WHERE customer_number IS NULL AND erased_by IS NULL AND kind <> 'erased';
CREATE INDEX audit_events_erased ON audit_events (erased_by) WHERE erased_by IS NOT NULL;

CREATE TRIGGER audit_events_append_only BEFORE DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
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
