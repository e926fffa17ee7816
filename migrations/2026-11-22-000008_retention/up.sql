-- What is erased when its time is over (EV-16, row 52), and what is left to say that it was there.

CREATE TABLE tombstones (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_number BIGINT NOT NULL,
    agreement_id UUID CONSTRAINT tombstones_once UNIQUE,
    agreement_number TEXT,
    document_hash TEXT,
    pdf_hash TEXT,
    concluded_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    erased_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT tombstones_agreement CHECK ((agreement_id IS NULL) = (agreement_number IS NULL))
);
COMMENT ON TABLE tombstones IS 'What retention erased: numbers, ids, hashes and dates, never a name or an address.';
COMMENT ON COLUMN tombstones.agreement_id IS 'Of which agreement the evidence was erased; empty for the customer itself.';
COMMENT ON COLUMN tombstones.ended_at IS 'When the agreement ended, or the customer was deleted.';
CREATE INDEX tombstones_by_customer ON tombstones (customer_number, id);

-- Candidates of a pass are found by these, so that it does not read what is young.
CREATE INDEX customers_deleted ON customers (deleted_at DESC, number DESC) WHERE deleted_at IS NOT NULL;
CREATE INDEX agreements_ended ON agreements (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX requests_closed ON requests (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX agreements_by_request ON agreements (request_id);
CREATE INDEX objections_by_agreement ON objections (agreement_id);
CREATE INDEX mails_forgettable ON mails (done_at)
    WHERE done_at IS NOT NULL
      AND kind ->> 'kind' NOT IN ('request', 'reminder', 'concluded', 'objected', 'ended');

-- Documents of agreements cannot be changed, and deleted only by this narrow path: one row at a
-- time, named by its agreement in a setting that lasts no longer than the transaction, and only
-- after the agreement has ended. Nothing but the retention function of the portal sets it.
DROP TRIGGER agreement_documents_immutable ON agreement_documents;
CREATE TRIGGER agreement_documents_immutable BEFORE UPDATE OR TRUNCATE ON agreement_documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_early_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('avv.erasing', true) IS DISTINCT FROM OLD.agreement_id::text
       OR NOT EXISTS (SELECT 1 FROM agreements WHERE id = OLD.agreement_id AND ended_at IS NOT NULL) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER agreement_documents_kept BEFORE DELETE ON agreement_documents
    FOR EACH ROW EXECUTE FUNCTION refuse_early_erasure();
