-- What somebody typed and could not save, because the session had ended or another field was wrong. It waits an hour for
-- the same person.

CREATE TABLE kept_forms (
    id UUID PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    page TEXT NOT NULL CONSTRAINT kept_forms_page_is_local CHECK (page LIKE '/%' AND page NOT LIKE '//%'),
    action TEXT NOT NULL,
    fields JSONB NOT NULL CONSTRAINT kept_forms_are_bounded CHECK (pg_column_size(fields) < 8388608),
    kept_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX kept_forms_by_user ON kept_forms (user_id, kept_at);
CREATE INDEX kept_forms_by_age ON kept_forms (kept_at);
COMMENT ON TABLE kept_forms IS 'Forms that were typed in vain: given back to the same person within an hour, then forgotten. Never a password.';
COMMENT ON COLUMN kept_forms.page IS 'Where the form stands.';
COMMENT ON COLUMN kept_forms.action IS 'Where it was sent.';

CREATE TABLE kept_files (
    id UUID PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    form_id UUID REFERENCES kept_forms (id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes BYTEA NOT NULL CONSTRAINT kept_files_are_bounded CHECK (octet_length(bytes) <= 25165824),
    kept_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX kept_files_by_user ON kept_files (user_id, kept_at);
CREATE INDEX kept_files_by_form ON kept_files (form_id);
CREATE INDEX kept_files_by_age ON kept_files (kept_at);
COMMENT ON TABLE kept_files IS 'Files that were chosen in such a form, or in one that had another field to correct.';
COMMENT ON COLUMN kept_files.name IS 'What the file was called; to be shown, never to be used as a path.';
