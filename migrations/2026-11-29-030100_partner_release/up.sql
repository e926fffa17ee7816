-- The operator can want to look at new Submandanten before customers read their names.

ALTER TABLE partners ADD COLUMN unreleased_since TIMESTAMPTZ;
COMMENT ON COLUMN partners.unreleased_since IS 'Since when a sub-partner waits for the operator''s release; empty when it can be named.';
ALTER TABLE partners ADD CONSTRAINT partners_release CHECK (unreleased_since IS NULL OR parent_id IS NOT NULL);
CREATE INDEX partners_unreleased ON partners (id) WHERE unreleased_since IS NOT NULL;
