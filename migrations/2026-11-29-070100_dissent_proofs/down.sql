DROP TABLE dissent_proofs;
