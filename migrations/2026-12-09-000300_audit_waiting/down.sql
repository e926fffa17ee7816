COMMENT ON TABLE audit_head IS 'One row: place and hash of the newest audit event. Who appends locks it, as the last thing before the commit.';
DROP TABLE audit_waiting;
DROP FUNCTION allow_only_placed();
