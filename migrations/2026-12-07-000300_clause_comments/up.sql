-- Writing a version clause by clause: comments on a clause, who changed which words, and what was typed
-- and not saved yet.

CREATE TABLE clause_comments (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_id BIGINT NOT NULL REFERENCES contract_versions (id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    clause TEXT NOT NULL,
    heading TEXT NOT NULL,
    answers_to BIGINT REFERENCES clause_comments (id) ON DELETE CASCADE,
    text TEXT NOT NULL CONSTRAINT clause_comments_text CHECK (text <> '' AND length(text) <= 2000),
    written_at TIMESTAMPTZ NOT NULL,
    written_by BIGINT NOT NULL REFERENCES users (id),
    closed_at TIMESTAMPTZ,
    closed_by BIGINT REFERENCES users (id),
    CONSTRAINT clause_comments_closed CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CONSTRAINT clause_comments_answers CHECK (answers_to IS NULL OR closed_at IS NULL)
);
COMMENT ON TABLE clause_comments IS 'What people of the operator say about a clause of a version. They go with a draft that is deleted, and stay with a published version, for the operator alone.';
COMMENT ON COLUMN clause_comments.part IS 'Name of the part without language: vertrag, produkte/trunk.';
COMMENT ON COLUMN clause_comments.clause IS 'Key of the clause in that part.';
COMMENT ON COLUMN clause_comments.heading IS 'Heading of the clause then, for comments on clauses that are gone.';
COMMENT ON COLUMN clause_comments.answers_to IS 'The comment that this one answers. Answers are closed with it.';
CREATE INDEX clause_comments_of_version ON clause_comments (version_id, part, clause, id);
CREATE INDEX clause_comments_answered ON clause_comments (answers_to) WHERE answers_to IS NOT NULL;
CREATE INDEX clause_comments_written_by ON clause_comments (written_by);
CREATE INDEX clause_comments_closed_by ON clause_comments (closed_by) WHERE closed_by IS NOT NULL;

CREATE TABLE clause_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_id BIGINT NOT NULL REFERENCES contract_versions (id) ON DELETE CASCADE,
    changed_at TIMESTAMPTZ NOT NULL,
    changed_by BIGINT NOT NULL REFERENCES users (id),
    file TEXT NOT NULL,
    clause TEXT NOT NULL,
    heading TEXT NOT NULL,
    before TEXT CONSTRAINT clause_changes_before CHECK (length(before) <= 60000),
    after TEXT CONSTRAINT clause_changes_after CHECK (length(after) <= 60000),
    CONSTRAINT clause_changes_some CHECK (before IS NOT NULL OR after IS NOT NULL)
);
COMMENT ON TABLE clause_changes IS 'Each saved change of a draft, clause by clause: who wrote what since it was begun.';
COMMENT ON COLUMN clause_changes.file IS 'Path in the folder of the version.';
COMMENT ON COLUMN clause_changes.before IS 'Source of the clause before; empty for a new one. Both are the same where clauses changed places.';
CREATE INDEX clause_changes_of_version ON clause_changes (version_id, id);
CREATE INDEX clause_changes_changed_by ON clause_changes (changed_by);

CREATE TABLE clause_drafts (
    version_id BIGINT NOT NULL REFERENCES contract_versions (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    clause TEXT NOT NULL,
    fields JSONB NOT NULL CONSTRAINT clause_drafts_fields CHECK (jsonb_typeof(fields) = 'object'),
    typed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (version_id, user_id, part, clause)
);
COMMENT ON TABLE clause_drafts IS 'What a person typed in the form of a clause and has not saved yet; it goes when it is saved or dropped.';
CREATE INDEX clause_drafts_user ON clause_drafts (user_id);
