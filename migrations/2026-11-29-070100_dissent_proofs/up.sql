-- The letter or mail in which a dissent (Einspruch) came that the operator recorded.

CREATE TABLE dissent_proofs (
    file_id UUID PRIMARY KEY REFERENCES files (id),
    notice_id UUID NOT NULL REFERENCES notices (id)
);
COMMENT ON TABLE dissent_proofs IS 'The letter or mail a dissent came in (EV-12); only the operator reads it (5.8-19).';
CREATE INDEX dissent_proofs_by_notice ON dissent_proofs (notice_id);
