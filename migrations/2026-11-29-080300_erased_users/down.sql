COMMENT ON COLUMN users.email IS NULL;
DROP INDEX users_forgettable;
