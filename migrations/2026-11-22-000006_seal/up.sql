-- Whoever checks a file finds its document by the hash of its bytes.
CREATE INDEX agreement_documents_by_pdf ON agreement_documents (pdf_hash);

-- Checks on the public page are throttled like unknown links.
ALTER TABLE attempts DROP CONSTRAINT attempts_kind;
ALTER TABLE attempts ADD CONSTRAINT attempts_kind CHECK (kind IN ('login', 'token', 'reset', 'check'));

CREATE TABLE document_stamps (
    agreement_id UUID PRIMARY KEY REFERENCES agreements (id),
    tries INTEGER NOT NULL,
    next_try_at TIMESTAMPTZ,
    token BYTEA,
    stated_at TIMESTAMPTZ,
    source TEXT,
    CONSTRAINT document_stamps_whole CHECK ((token IS NULL) = (stated_at IS NULL) AND (token IS NULL) = (source IS NULL)),
    CONSTRAINT document_stamps_done CHECK (token IS NULL OR next_try_at IS NULL)
);
COMMENT ON TABLE document_stamps IS 'Time stamps (RFC 3161) of a foreign service over the signature of a sealed document, asked for after its conclusion. No row: not asked for yet.';
COMMENT ON COLUMN document_stamps.next_try_at IS 'When the service is asked again; null when there is a stamp or nothing more is tried.';
COMMENT ON COLUMN document_stamps.stated_at IS 'The time the stamp states.';
-- What was concluded lately and has no stamp yet.
CREATE INDEX agreements_by_time ON agreements (concluded_at);

CREATE TABLE seal_certificates (
    fingerprint TEXT PRIMARY KEY,
    certificate BYTEA NOT NULL,
    first_used_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE seal_certificates IS 'Every certificate documents were sealed with, kept so that old seals are recognised after a change. The fingerprint is the SHA-256 of the certificate.';
