DROP INDEX requests_open_by_version;
ALTER TABLE requests DROP COLUMN version;
DROP TABLE contract_versions;
