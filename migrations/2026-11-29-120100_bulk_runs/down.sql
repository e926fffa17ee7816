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
INSERT INTO block_rounds (partner_id, begun_at, after_number, left_over, ended_at)
SELECT r.subject::bigint, r.begun_at, r.after_number,
       ARRAY(SELECT f.customer_number FROM bulk_run_failures f WHERE f.run_id = r.id), r.ended_at
FROM bulk_runs r WHERE r.kind = 'block' ORDER BY r.id;
DROP TABLE bulk_run_failures;
DROP TABLE bulk_runs;
