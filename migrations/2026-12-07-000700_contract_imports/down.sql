DROP TABLE contract_import_sources;
DROP TABLE contract_imports;
