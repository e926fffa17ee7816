ALTER TABLE products DROP COLUMN lacking;
ALTER TABLE contract_versions DROP COLUMN is_sample;
ALTER TABLE contract_versions DROP COLUMN annexes;
DROP FUNCTION product_files;
