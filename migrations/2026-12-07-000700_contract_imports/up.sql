-- What a draft was imported from, and what its author has decided of the lines whose role was guessed:
-- kept until the version is published or deleted.

CREATE TABLE contract_imports (
    version_id BIGINT PRIMARY KEY REFERENCES contract_versions (id) ON DELETE CASCADE,
    base JSONB NOT NULL CONSTRAINT contract_imports_base CHECK (jsonb_typeof(base) = 'object'),
    state JSONB NOT NULL CONSTRAINT contract_imports_state CHECK (jsonb_typeof(state) = 'object')
);
COMMENT ON TABLE contract_imports IS 'A draft that was imported from texts, until it is published.';
COMMENT ON COLUMN contract_imports.base IS 'The files as the last import made them: what differs in the version was changed by hand.';
COMMENT ON COLUMN contract_imports.state IS 'Words, notes, doubtful lines and decisions about them.';

CREATE TABLE contract_import_sources (
    version_id BIGINT NOT NULL REFERENCES contract_imports (version_id) ON DELETE CASCADE,
    place SMALLINT NOT NULL,
    name TEXT NOT NULL,
    encoding TEXT CONSTRAINT contract_import_sources_encoding CHECK (
        encoding IN ('utf-8', 'windows-1252', 'windows-1250', 'iso-8859-15', 'macintosh', 'utf-16le', 'utf-16be')),
    bytes BYTEA NOT NULL,
    PRIMARY KEY (version_id, place)
);
COMMENT ON TABLE contract_import_sources IS 'The files that a draft was imported from.';
COMMENT ON COLUMN contract_import_sources.encoding IS 'The encoding that was confirmed; empty while it is told by the file itself.';
