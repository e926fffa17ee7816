DROP TABLE agreement_import_faults, agreement_import_rows, agreement_imports;
DELETE FROM bulk_run_failures WHERE run_id IN (SELECT id FROM bulk_runs WHERE kind = 'agreements');
DELETE FROM bulk_runs WHERE kind = 'agreements';
ALTER TABLE bulk_runs DROP CONSTRAINT bulk_runs_kind;
ALTER TABLE bulk_runs ADD CONSTRAINT bulk_runs_kind CHECK (
    kind IN ('announcement', 'roll_out', 'block', 'new_version', 'take_off', 'need_change', 'import', 'first_requests'));
