DROP TABLE audit_checkpoints, audit_tiles;
DROP FUNCTION allow_only_stamp();
