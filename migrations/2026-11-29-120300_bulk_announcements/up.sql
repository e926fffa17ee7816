-- Making the notices of an announcement is a run over customers; a draft has none yet.
ALTER TABLE announcements ADD COLUMN run_id BIGINT CONSTRAINT announcements_run UNIQUE REFERENCES bulk_runs (id);
DO $$
DECLARE
    one RECORD;
    run BIGINT;
BEGIN
    FOR one IN SELECT * FROM announcements WHERE confirmed_at IS NOT NULL ORDER BY position LOOP
        INSERT INTO bulk_runs (kind, subject, begun_at, starts_on, paused_at, ended_at, how, customers, round, after_number, seen, done)
        VALUES ('announcement', one.id::text, one.confirmed_at, (one.confirmed_at AT TIME ZONE 'Europe/Berlin')::date,
                CASE WHEN one.state = 'paused' THEN now() END, one.finished_at,
                CASE WHEN one.state = 'sent' THEN 'done' END, one.recipients,
                CASE WHEN one.after_number = -1 THEN 2 ELSE 1 END, greatest(one.after_number, 0), one.made, one.made)
        RETURNING id INTO run;
        UPDATE announcements SET run_id = run WHERE id = one.id;
    END LOOP;
END
$$;
ALTER TABLE announcements
    DROP COLUMN state, DROP COLUMN finished_at, DROP COLUMN recipients, DROP COLUMN made, DROP COLUMN after_number,
    ADD CONSTRAINT announcements_confirmed CHECK ((run_id IS NULL) = (confirmed_at IS NULL));
