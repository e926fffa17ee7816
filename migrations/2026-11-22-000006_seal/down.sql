DROP TABLE seal_certificates;
DROP INDEX agreements_by_time;
DROP TABLE document_stamps;
DELETE FROM attempts WHERE kind = 'check';
ALTER TABLE attempts DROP CONSTRAINT attempts_kind;
ALTER TABLE attempts ADD CONSTRAINT attempts_kind CHECK (kind IN ('login', 'token', 'reset'));
DROP INDEX agreement_documents_by_pdf;
