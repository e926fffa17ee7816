DROP TABLE block_rounds;
DROP TABLE partner_contracts;
DROP INDEX partners_deactivated;
DROP INDEX partners_by_list_key;
ALTER TABLE partners DROP COLUMN list_key;
ALTER TABLE partners DROP COLUMN deactivated_at;
ALTER TABLE partners DROP COLUMN block_reason;
DROP TABLE files;
