-- A roll-out is a run over customers; what became of each of them stays its own.
ALTER TABLE roll_outs ADD COLUMN run_id BIGINT REFERENCES bulk_runs (id);
DO $$
DECLARE
    one RECORD;
    run BIGINT;
BEGIN
    FOR one IN
        SELECT r.*, v.number, v.valid_from,
               (SELECT coalesce(sum(customers), 0) FROM roll_out_figures f WHERE f.roll_out_id = r.id) AS seen,
               (SELECT coalesce(sum(customers), 0) FROM roll_out_figures f WHERE f.roll_out_id = r.id
                AND f.word <> 'failed' AND f.word NOT LIKE 'skipped:%') AS done,
               (SELECT coalesce(sum(customers), 0) FROM roll_out_figures f WHERE f.roll_out_id = r.id
                AND f.word = 'failed') AS failed
        FROM roll_outs r JOIN contract_versions v ON v.id = r.version_id ORDER BY r.id
    LOOP
        INSERT INTO bulk_runs (kind, subject, begun_at, starts_on, paused_at, ended_at, how, after_number, seen, done, failed)
        VALUES ('roll_out', one.number, one.started_at, one.valid_from, one.paused_at, one.finished_at, one.how,
                one.after_number, one.seen, one.done, one.failed)
        RETURNING id INTO run;
        UPDATE roll_outs SET run_id = run WHERE id = one.id;
    END LOOP;
END
$$;
INSERT INTO bulk_run_failures (run_id, customer_number, failed_at, tried_at)
SELECT r.run_id, c.customer_number, c.at, coalesce(c.tried_at, c.at)
FROM roll_out_customers c JOIN roll_outs r ON r.id = c.roll_out_id WHERE c.state = 'failed';
DELETE FROM roll_out_customers WHERE state = 'failed';
DELETE FROM roll_out_figures WHERE word = 'failed';

DROP INDEX roll_outs_one_open;
ALTER TABLE roll_outs ALTER COLUMN run_id SET NOT NULL,
    ADD CONSTRAINT roll_outs_run UNIQUE (run_id),
    DROP COLUMN started_at, DROP COLUMN paused_at, DROP COLUMN finished_at, DROP COLUMN how, DROP COLUMN after_number;
ALTER TABLE roll_out_customers DROP CONSTRAINT roll_out_customers_state, DROP COLUMN tried_at,
    ADD CONSTRAINT roll_out_customers_state CHECK (
        state IN ('informed', 'waiting', 'concluded', 'declined', 'unanswered', 'closed', 'skipped'));
