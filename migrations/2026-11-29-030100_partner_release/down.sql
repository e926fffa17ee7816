DROP INDEX partners_unreleased;
ALTER TABLE partners DROP CONSTRAINT partners_release;
ALTER TABLE partners DROP COLUMN unreleased_since;
