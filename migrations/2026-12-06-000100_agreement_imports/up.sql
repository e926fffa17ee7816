-- Agreements that were concluded outside the portal, from a table with or without scans: what was read of
-- the file, what is wrong with it, who proposed it and who confirmed it.

ALTER TABLE bulk_runs DROP CONSTRAINT bulk_runs_kind;
ALTER TABLE bulk_runs ADD CONSTRAINT bulk_runs_kind CHECK (
    kind IN ('announcement', 'roll_out', 'block', 'new_version', 'take_off', 'need_change', 'import', 'first_requests', 'agreements'));

CREATE TABLE agreement_imports (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_name TEXT NOT NULL,
    scans_name TEXT,
    uploaded_at TIMESTAMPTZ NOT NULL,
    uploaded_by BIGINT REFERENCES users (id),
    checked_at TIMESTAMPTZ,
    figures JSONB NOT NULL DEFAULT '{}' CONSTRAINT agreement_imports_figures CHECK (jsonb_typeof(figures) = 'object'),
    proposed_at TIMESTAMPTZ,
    proposed_by BIGINT REFERENCES users (id),
    confirmed_at TIMESTAMPTZ,
    confirmed_by BIGINT REFERENCES users (id),
    run_id BIGINT CONSTRAINT agreement_imports_run UNIQUE REFERENCES bulk_runs (id),
    CONSTRAINT agreement_imports_checked_first CHECK (proposed_at IS NULL OR checked_at IS NOT NULL),
    CONSTRAINT agreement_imports_proposed CHECK ((proposed_at IS NULL) = (proposed_by IS NULL)),
    CONSTRAINT agreement_imports_confirmed CHECK (
        (confirmed_at IS NULL) = (confirmed_by IS NULL) AND (confirmed_at IS NULL) = (run_id IS NULL)),
    CONSTRAINT agreement_imports_four_eyes CHECK (
        confirmed_by IS NULL OR (proposed_by IS NOT NULL AND confirmed_by <> proposed_by))
);
COMMENT ON TABLE agreement_imports IS 'Files with agreements that were concluded outside the portal: looked through whole, proposed, and confirmed by a second administrator (5.8-18, S-76). The file itself is not kept.';
COMMENT ON COLUMN agreement_imports.scans_name IS 'Name of the archive with the scans, if one came with it.';
COMMENT ON COLUMN agreement_imports.uploaded_by IS 'Empty if it came by a command.';
COMMENT ON COLUMN agreement_imports.checked_at IS 'When it was looked through to its end; empty while that goes on, or if it was broken off.';
COMMENT ON COLUMN agreement_imports.figures IS 'What it contains and what would follow.';
CREATE INDEX agreement_imports_by_uploader ON agreement_imports (uploaded_by);
CREATE INDEX agreement_imports_by_proposer ON agreement_imports (proposed_by);
CREATE INDEX agreement_imports_by_confirmer ON agreement_imports (confirmed_by);
CREATE INDEX agreement_imports_waiting ON agreement_imports (id) WHERE proposed_at IS NOT NULL AND confirmed_at IS NULL;

CREATE TABLE agreement_import_rows (
    import_id BIGINT NOT NULL REFERENCES agreement_imports (id) ON DELETE CASCADE,
    number TEXT COLLATE customer_number NOT NULL REFERENCES customers (number) ON DELETE CASCADE,
    line INTEGER NOT NULL,
    facts JSONB NOT NULL CONSTRAINT agreement_import_rows_facts CHECK (jsonb_typeof(facts) = 'object'),
    scan BYTEA CONSTRAINT agreement_import_rows_scan CHECK (octet_length(scan) BETWEEN 1 AND 10485760),
    refused JSONB CONSTRAINT agreement_import_rows_refused CHECK (jsonb_typeof(refused) = 'array' AND jsonb_array_length(refused) = 2),
    PRIMARY KEY (import_id, number)
);
-- A scan is compressed already.
ALTER TABLE agreement_import_rows ALTER COLUMN scan SET STORAGE EXTERNAL;
COMMENT ON TABLE agreement_import_rows IS 'Agreements that are still to be recorded; a row goes as soon as its agreement is there. Erased with the customer.';
COMMENT ON COLUMN agreement_import_rows.line IS 'Line of the file; the head is line 1.';
COMMENT ON COLUMN agreement_import_rows.scan IS 'The PDF, byte for byte; it moves into `agreement_documents`.';
COMMENT ON COLUMN agreement_import_rows.refused IS 'Why the agreement could not be recorded after all: column and reason.';
CREATE INDEX agreement_import_rows_by_customer ON agreement_import_rows (number);

CREATE TABLE agreement_import_faults (
    import_id BIGINT NOT NULL REFERENCES agreement_imports (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    line INTEGER NOT NULL,
    field TEXT NOT NULL,
    reason JSONB NOT NULL CONSTRAINT agreement_import_faults_reason CHECK (jsonb_typeof(reason) = 'object'),
    PRIMARY KEY (import_id, position)
);
COMMENT ON TABLE agreement_import_faults IS 'What is wrong with the lines of a file and with its scans, in their order.';
COMMENT ON COLUMN agreement_import_faults.line IS 'Line of the file; 0 for a scan that belongs to none.';
COMMENT ON COLUMN agreement_import_faults.field IS 'Key of the column; empty for the line as a whole, or its scan.';
