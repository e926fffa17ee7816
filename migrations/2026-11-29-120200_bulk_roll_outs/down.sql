ALTER TABLE roll_out_customers DROP CONSTRAINT roll_out_customers_state, ADD COLUMN tried_at TIMESTAMPTZ,
    ADD CONSTRAINT roll_out_customers_state CHECK (
        state IN ('informed', 'waiting', 'concluded', 'declined', 'unanswered', 'closed', 'skipped', 'failed'));
COMMENT ON COLUMN roll_out_customers.tried_at IS 'When one that failed was last tried again.';
ALTER TABLE roll_outs ADD COLUMN started_at TIMESTAMPTZ, ADD COLUMN paused_at TIMESTAMPTZ,
    ADD COLUMN finished_at TIMESTAMPTZ,
    ADD COLUMN how TEXT CONSTRAINT roll_outs_how CHECK (how IN ('done', 'ended', 'superseded')),
    ADD COLUMN after_number BIGINT NOT NULL DEFAULT 0;
UPDATE roll_outs r SET started_at = b.begun_at, paused_at = b.paused_at, finished_at = b.ended_at, how = b.how,
    after_number = b.after_number
FROM bulk_runs b WHERE b.id = r.run_id;
INSERT INTO roll_out_customers (roll_out_id, customer_number, state, at, tried_at)
SELECT r.id, f.customer_number, 'failed', f.failed_at, f.tried_at
FROM bulk_run_failures f JOIN roll_outs r ON r.run_id = f.run_id;
INSERT INTO roll_out_figures (roll_out_id, word, shard, customers)
SELECT r.id, 'failed', 0, b.failed FROM roll_outs r JOIN bulk_runs b ON b.id = r.run_id WHERE b.failed > 0;
ALTER TABLE roll_outs ALTER COLUMN started_at SET NOT NULL, DROP COLUMN run_id,
    ADD CONSTRAINT roll_outs_finished_with_how CHECK ((finished_at IS NULL) = (how IS NULL));
COMMENT ON COLUMN roll_outs.after_number IS 'Every customer of the set up to this number has been looked at.';
CREATE UNIQUE INDEX roll_outs_one_open ON roll_outs (version_id) WHERE finished_at IS NULL;
DELETE FROM bulk_run_failures f USING bulk_runs b WHERE b.id = f.run_id AND b.kind = 'roll_out';
DELETE FROM bulk_runs WHERE kind = 'roll_out';
