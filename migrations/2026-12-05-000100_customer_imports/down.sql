DROP TABLE customer_import_waiting, customer_import_faults, customer_import_rows, customer_imports;
DELETE FROM bulk_run_failures WHERE run_id IN (SELECT id FROM bulk_runs WHERE kind IN ('import', 'first_requests'));
DELETE FROM bulk_runs WHERE kind IN ('import', 'first_requests');
ALTER TABLE bulk_runs DROP CONSTRAINT bulk_runs_kind;
ALTER TABLE bulk_runs ADD CONSTRAINT bulk_runs_kind CHECK (
    kind IN ('announcement', 'roll_out', 'block', 'new_version', 'take_off', 'need_change'));
