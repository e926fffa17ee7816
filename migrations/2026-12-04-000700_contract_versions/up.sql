-- The contract text as rows: legal departments write, check and publish versions in the browser.

CREATE TABLE contract_versions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number TEXT CONSTRAINT contract_versions_number CHECK (number <> ''),
    files JSONB NOT NULL CONSTRAINT contract_versions_files CHECK (jsonb_typeof(files) = 'object'),
    touched JSONB NOT NULL DEFAULT '{}',
    based_on BIGINT REFERENCES contract_versions (id),
    revision INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    created_by BIGINT REFERENCES users (id),
    changed_at TIMESTAMPTZ NOT NULL,
    changed_by BIGINT REFERENCES users (id),
    confirmations JSONB NOT NULL DEFAULT '[]',
    submitted_at TIMESTAMPTZ,
    submitted_by BIGINT REFERENCES users (id),
    approved_at TIMESTAMPTZ,
    approved_by BIGINT REFERENCES users (id),
    published_at TIMESTAMPTZ,
    published_by BIGINT REFERENCES users (id),
    valid_from DATE,
    source_hash TEXT,
    returned TEXT,
    CONSTRAINT contract_versions_notes CHECK (
        jsonb_typeof(touched) = 'object' AND jsonb_typeof(confirmations) = 'array'),
    CONSTRAINT contract_versions_four_eyes CHECK (approved_by <> submitted_by),
    CONSTRAINT contract_versions_order CHECK (
        (approved_at IS NULL OR submitted_at IS NOT NULL)
        AND (published_at IS NULL OR approved_at IS NOT NULL)
    ),
    -- Nobody wrote and approved the version that comes with the program.
    CONSTRAINT contract_versions_people CHECK (
        created_by IS NULL
        OR ((submitted_at IS NULL) = (submitted_by IS NULL)
            AND (approved_at IS NULL) = (approved_by IS NULL)
            AND (published_at IS NULL) = (published_by IS NULL))
    ),
    CONSTRAINT contract_versions_published CHECK (
        (published_at IS NULL) = (valid_from IS NULL)
        AND (published_at IS NULL) = (source_hash IS NULL)
        AND (published_at IS NULL OR number IS NOT NULL)
    )
);
COMMENT ON TABLE contract_versions IS 'Versions of the contract text: drafts, those waiting for approval, and the published ones, which never change (LC-55).';
COMMENT ON COLUMN contract_versions.number IS 'As contract.toml says; empty while that cannot be read. Unique among the published ones.';
COMMENT ON COLUMN contract_versions.files IS 'Path in the folder → text: contract.toml, de/vertrag.dj …';
COMMENT ON COLUMN contract_versions.touched IS 'Path → who changed this file last, and when.';
COMMENT ON COLUMN contract_versions.based_on IS 'The version a draft was copied from.';
COMMENT ON COLUMN contract_versions.revision IS 'Counts every change: who decides on a version names the one that was looked at.';
COMMENT ON COLUMN contract_versions.created_by IS 'Empty for the version that comes with the program.';
COMMENT ON COLUMN contract_versions.confirmations IS 'What a named person confirmed on submission: questions no program can decide, and reasons for warnings.';
COMMENT ON COLUMN contract_versions.submitted_at IS 'Since when it waits for a second person (LC-54); empty again after it was given back.';
COMMENT ON COLUMN contract_versions.valid_from IS 'The Berlin day from which it is offered.';
COMMENT ON COLUMN contract_versions.source_hash IS 'SHA-256 over the files, hex.';
COMMENT ON COLUMN contract_versions.returned IS 'Why it was given back to its authors the last time.';
CREATE UNIQUE INDEX contract_versions_one_number ON contract_versions (number) WHERE published_at IS NOT NULL;
-- The version in force is the last entry up to a day.
CREATE INDEX contract_versions_in_force ON contract_versions (valid_from, published_at, id) WHERE published_at IS NOT NULL;

CREATE TRIGGER contract_versions_immutable BEFORE UPDATE OR DELETE ON contract_versions
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER contract_versions_kept BEFORE TRUNCATE ON contract_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- What was submitted is what is approved is what is published.
CREATE TRIGGER contract_versions_as_submitted BEFORE UPDATE ON contract_versions
    FOR EACH ROW WHEN (OLD.submitted_at IS NOT NULL AND NEW.submitted_at IS NOT NULL AND OLD.files <> NEW.files)
    EXECUTE FUNCTION refuse_change();
