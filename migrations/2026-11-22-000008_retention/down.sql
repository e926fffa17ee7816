DROP TRIGGER agreement_documents_kept ON agreement_documents;
DROP FUNCTION refuse_early_erasure();
DROP TRIGGER agreement_documents_immutable ON agreement_documents;
CREATE TRIGGER agreement_documents_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON agreement_documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP INDEX mails_forgettable;
DROP INDEX objections_by_agreement;
DROP INDEX agreements_by_request;
DROP INDEX requests_closed;
DROP INDEX agreements_ended;
DROP INDEX customers_deleted;
DROP TABLE tombstones;
