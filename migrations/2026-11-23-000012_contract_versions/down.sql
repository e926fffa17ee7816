-- Rounds that were opened for a new version were, to a schema that knows none, asked by hand.
UPDATE requests SET reason = 'manual' WHERE reason IN ('version', 'roll_out');
ALTER TABLE requests DROP CONSTRAINT requests_reason;
ALTER TABLE requests ADD CONSTRAINT requests_reason CHECK (
    reason IN ('first', 'manual', 'sub_partner', 'product', 'partner', 'particulars', 'in_error', 'succession', 'version'));
DROP INDEX requests_open_by_version;
ALTER TABLE requests DROP COLUMN version;
DROP TABLE contract_versions;
