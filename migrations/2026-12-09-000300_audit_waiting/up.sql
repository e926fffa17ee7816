-- Who writes an event waits for nobody: it lies here from the commit of what it tells of until the sequencer
-- gives it its position in the chain, a moment later. Two transactions of one customer write one after the
-- other, so the order of the keys is, for each customer, that of the commits.

CREATE TABLE audit_waiting (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    kind TEXT NOT NULL,
    actor JSONB NOT NULL,
    customer_number TEXT COLLATE customer_number,
    status_before TEXT,
    status_after TEXT,
    details JSONB NOT NULL,
    salt BYTEA NOT NULL,
    content_digest BYTEA NOT NULL,
    CONSTRAINT audit_waiting_contents CHECK (has_texts(actor, ARRAY['actor']) AND jsonb_typeof(details) = 'object'),
    -- As in audit_events: what could not stand there must not wait for it.
    CONSTRAINT audit_waiting_words CHECK (
        kind ~ '^[a-z0-9_]+$' AND status_before ~ '^[a-z0-9_]+$' AND status_after ~ '^[a-z0-9_]+$'
        AND customer_number COLLATE "C" ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$'),
    CONSTRAINT audit_waiting_lengths CHECK (octet_length(content_digest) = 32 AND octet_length(salt) = 16)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
COMMENT ON TABLE audit_waiting IS 'Events that are written and have no position yet. The sequencer moves them to `audit_events` in the order of their keys.';
COMMENT ON COLUMN audit_waiting.content_digest IS 'SHA-256 of salt, actor and details, as it will stand in `audit_events`.';

CREATE TRIGGER audit_waiting_unchanged BEFORE UPDATE OR TRUNCATE ON audit_waiting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An event leaves only when it stands at the end of the chain, which the same transaction moved on.
CREATE FUNCTION allow_only_placed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT at, kind, customer_number, status_before, status_after, content_digest FROM gone
        EXCEPT
        SELECT at, kind, customer_number, status_before, status_after, content_digest FROM audit_events
        WHERE position > (SELECT position FROM audit_head) - (SELECT count(*) FROM gone))
    THEN
        RAISE EXCEPTION 'an event that waits for its position is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_waiting_placed AFTER DELETE ON audit_waiting REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION allow_only_placed();

COMMENT ON TABLE audit_head IS 'One row: place and hash of the newest audit event that has its position. The sequencer moves it on.';
