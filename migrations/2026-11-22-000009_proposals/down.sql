DROP TABLE proposals;
DROP TABLE decline_reasons;
DROP TABLE objection_proofs;
