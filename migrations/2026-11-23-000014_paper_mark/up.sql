-- The customer list marks contracts that were signed on paper (5.8-18).

ALTER TABLE case_rows ADD COLUMN on_paper BOOLEAN NOT NULL DEFAULT FALSE;
COMMENT ON COLUMN case_rows.on_paper IS 'Whether the agreement in force was signed on paper (5.8-18).';
UPDATE case_rows SET on_paper = TRUE
    FROM agreements
    WHERE agreements.customer_number = case_rows.number AND agreements.ended_at IS NULL AND agreements.link_id IS NULL;
