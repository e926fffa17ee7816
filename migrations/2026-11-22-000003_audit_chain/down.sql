-- What was erased cannot come back: then NOT NULL refuses, and nothing is undone.
ALTER TABLE audit_events ALTER COLUMN actor SET NOT NULL, ALTER COLUMN details SET NOT NULL;
DROP TRIGGER audit_events_unchanged ON audit_events;
DROP FUNCTION allow_only_erasure;
DROP TRIGGER audit_events_append_only ON audit_events;
DROP TABLE audit_head;
DROP INDEX audit_events_by_time, audit_events_by_customer, audit_events_by_kind, audit_events_by_actor, audit_events_by_actor_and_kind,
    audit_events_erasable, audit_events_erased;
ALTER TABLE audit_events
    DROP CONSTRAINT audit_events_erased_by_fkey,
    DROP CONSTRAINT audit_events_whole_or_erased,
    DROP CONSTRAINT audit_events_hash_lengths,
    DROP CONSTRAINT audit_events_words,
    DROP CONSTRAINT audit_events_position_from_one,
    DROP COLUMN salt,
    DROP COLUMN content_digest,
    DROP COLUMN previous_hash,
    DROP COLUMN hash,
    DROP COLUMN erased_by;
ALTER TABLE audit_events RENAME COLUMN position TO id;
ALTER TABLE audit_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('audit_events', 'id'), coalesce(max(id), 0) + 1, false) FROM audit_events;
COMMENT ON TABLE audit_events IS 'What happened, who did it, how the case stood before and after (5.6-9). Append-only.';
COMMENT ON COLUMN audit_events.id IS NULL;
CREATE INDEX audit_events_by_customer ON audit_events (customer_number, id);
CREATE INDEX audit_events_by_time ON audit_events (at);
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
