DROP TABLE contract_versions;
