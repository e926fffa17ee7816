-- Customers from a table: what was read of a file, what is wrong with it, and who is asked later.

ALTER TABLE bulk_runs DROP CONSTRAINT bulk_runs_kind;
ALTER TABLE bulk_runs ADD CONSTRAINT bulk_runs_kind CHECK (
    kind IN ('announcement', 'roll_out', 'block', 'new_version', 'take_off', 'need_change', 'import', 'first_requests'));

CREATE TABLE customer_imports (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_name TEXT NOT NULL,
    uploaded_at TIMESTAMPTZ NOT NULL,
    uploaded_by BIGINT REFERENCES users (id),
    checked_at TIMESTAMPTZ,
    figures JSONB NOT NULL DEFAULT '{}' CONSTRAINT customer_imports_figures CHECK (jsonb_typeof(figures) = 'object'),
    quietly BOOLEAN NOT NULL DEFAULT FALSE,
    started_by BIGINT REFERENCES users (id),
    run_id BIGINT CONSTRAINT customer_imports_run UNIQUE REFERENCES bulk_runs (id),
    per_day INTEGER CONSTRAINT customer_imports_per_day CHECK (per_day BETWEEN 1 AND 100000),
    CONSTRAINT customer_imports_checked_first CHECK (run_id IS NULL OR checked_at IS NOT NULL)
);
COMMENT ON TABLE customer_imports IS 'Files with customers: looked through whole, then imported or not (S-76). The file itself is not kept.';
COMMENT ON COLUMN customer_imports.uploaded_by IS 'Empty if it came by a command.';
COMMENT ON COLUMN customer_imports.checked_at IS 'When it was looked through to its end; empty while that goes on, or if it was broken off.';
COMMENT ON COLUMN customer_imports.figures IS 'What it contains and what would follow.';
COMMENT ON COLUMN customer_imports.quietly IS 'Whether the customers are not asked when they are added, but later.';
COMMENT ON COLUMN customer_imports.per_day IS 'How many customers are asked later on one Berlin day.';
CREATE INDEX customer_imports_by_uploader ON customer_imports (uploaded_by);
CREATE INDEX customer_imports_by_starter ON customer_imports (started_by);

CREATE TABLE customer_import_rows (
    import_id BIGINT NOT NULL REFERENCES customer_imports (id) ON DELETE CASCADE,
    number TEXT COLLATE customer_number NOT NULL,
    line INTEGER NOT NULL,
    facts JSONB NOT NULL CONSTRAINT customer_import_rows_facts CHECK (jsonb_typeof(facts) = 'object'),
    refused JSONB CONSTRAINT customer_import_rows_refused CHECK (jsonb_typeof(refused) = 'array' AND jsonb_array_length(refused) = 2),
    PRIMARY KEY (import_id, number)
);
COMMENT ON TABLE customer_import_rows IS 'Customers that are still to be added; a row goes as soon as its customer is there.';
COMMENT ON COLUMN customer_import_rows.line IS 'Line of the file; the head is line 1.';
COMMENT ON COLUMN customer_import_rows.refused IS 'Why the customer could not be added after all: column and reason.';

CREATE TABLE customer_import_faults (
    import_id BIGINT NOT NULL REFERENCES customer_imports (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    line INTEGER NOT NULL,
    field TEXT NOT NULL,
    reason JSONB NOT NULL CONSTRAINT customer_import_faults_reason CHECK (jsonb_typeof(reason) = 'object'),
    PRIMARY KEY (import_id, position)
);
COMMENT ON TABLE customer_import_faults IS 'What is wrong with the lines of a file, in their order.';
COMMENT ON COLUMN customer_import_faults.field IS 'Key of the column; empty for the line as a whole.';

CREATE TABLE customer_import_waiting (
    customer_number TEXT COLLATE customer_number PRIMARY KEY REFERENCES customers (number) ON DELETE CASCADE,
    import_id BIGINT NOT NULL REFERENCES customer_imports (id) ON DELETE CASCADE,
    asked_at TIMESTAMPTZ
);
COMMENT ON TABLE customer_import_waiting IS 'Customers that were added quietly, and when they were asked, or needed no asking any more.';
CREATE INDEX customer_import_waiting_next ON customer_import_waiting (import_id, customer_number) WHERE asked_at IS NULL;
CREATE INDEX customer_import_waiting_asked ON customer_import_waiting (import_id, asked_at) WHERE asked_at IS NOT NULL;
