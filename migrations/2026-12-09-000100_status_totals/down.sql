DROP FUNCTION customers_by_status(TEXT, BIGINT, TEXT[], TIMESTAMPTZ);
DROP FUNCTION status_differences(TIMESTAMPTZ);
DROP TRIGGER case_rows_removed ON case_rows;
DROP TRIGGER case_rows_changed ON case_rows;
DROP TRIGGER case_rows_added ON case_rows;
DROP FUNCTION note_status_changes();
DROP FUNCTION status_scopes(BIGINT, BIGINT);
DROP TABLE status_changes;
DROP TABLE status_totals;
