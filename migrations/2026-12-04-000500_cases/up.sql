-- The facts of every customer's AVV. Time always comes from the application; no rule is written in
-- SQL. What is concluded is never changed, and the triggers say so whoever asks.

-- Asking.

CREATE TABLE requests (
    id UUID PRIMARY KEY,
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    customer_number TEXT COLLATE customer_number NOT NULL REFERENCES customers (number),
    reason TEXT NOT NULL CONSTRAINT requests_reason CHECK (reason IN (
        'first', 'manual', 'sub_partner', 'product', 'partner', 'particulars', 'in_error', 'succession', 'version', 'roll_out')),
    opened_at TIMESTAMPTZ NOT NULL,
    offer JSONB NOT NULL,
    reminders SMALLINT NOT NULL CONSTRAINT requests_reminders CHECK (reminders BETWEEN 0 AND 3),
    undeliverable_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    outcome TEXT CONSTRAINT requests_outcome CHECK (outcome IN (
        'concluded', 'declined', 'expired', 'superseded', 'not_needed', 'objected', 'locked')),
    version TEXT GENERATED ALWAYS AS (offer ->> 'version') STORED,
    CONSTRAINT requests_closed_with_outcome CHECK ((closed_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT requests_offer CHECK (
        has_texts(offer, ARRAY['version']) AND coalesce(jsonb_typeof(offer -> 'partner'), '') = 'number'
        AND may_have(offer, 'number', ARRAY['sub_partner']) AND NOT coalesce(offer ->> 'partner', '') ~ '[^0-9]'
        AND NOT coalesce(offer ->> 'sub_partner', '') ~ '[^0-9]'
        AND coalesce(jsonb_typeof(offer -> 'products'), '') = 'array'
        AND NOT jsonb_path_exists(offer, 'strict $.products[*] ? (@.type() != "object")', '{}', TRUE)
        AND NOT jsonb_path_exists(offer, '$.products[*] ? (!(@.product.type() == "string" && @.options.type() == "array"))')
        AND NOT jsonb_path_exists(offer, 'strict $.products[*].options[*] ? (@.type() != "string")', '{}', TRUE))
);
COMMENT ON TABLE requests IS 'Rounds of asking: first mail and up to three reminders (5.1).';
COMMENT ON COLUMN requests.version IS 'Number of the contract version it offers.';
CREATE UNIQUE INDEX requests_one_open ON requests (customer_number) WHERE closed_at IS NULL;
CREATE INDEX requests_by_customer ON requests (customer_number, position);
CREATE INDEX requests_closed ON requests (closed_at) WHERE closed_at IS NOT NULL;
-- Row 13: whose open request offers another version than the one in force.
CREATE INDEX requests_open_by_version ON requests (version, customer_number)
    WHERE closed_at IS NULL AND undeliverable_at IS NULL;

CREATE TABLE links (
    id UUID PRIMARY KEY,
    request_id UUID NOT NULL REFERENCES requests (id),
    number SMALLINT NOT NULL CONSTRAINT links_number CHECK (number BETWEEN 0 AND 3),
    sent_at TIMESTAMPTZ NOT NULL,
    valid_until TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    how TEXT CONSTRAINT links_how CHECK (how IN ('replaced', 'used', 'closed')),
    opened INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT links_ended_with_how CHECK ((ended_at IS NULL) = (how IS NULL)),
    CONSTRAINT links_one_per_step UNIQUE (request_id, number)
);
COMMENT ON TABLE links IS 'Mailed consent links. The token is the id with an HMAC under the server key, so no row opens anything.';
COMMENT ON COLUMN links.opened IS 'How often the page was fetched; scanners count too.';

CREATE TABLE decline_reasons (
    request_id UUID PRIMARY KEY REFERENCES requests (id),
    reason TEXT NOT NULL CONSTRAINT decline_reasons_length CHECK (char_length(reason) BETWEEN 1 AND 500),
    declined_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE decline_reasons IS 'Why a customer declined, as typed (EV-10); only the operator reads it, no mail holds it (5.8-19, S-22).';
CREATE INDEX decline_reasons_by_time ON decline_reasons (declined_at);

-- Concluding.

CREATE TABLE agreements (
    id UUID PRIMARY KEY,
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    customer_number TEXT COLLATE customer_number NOT NULL REFERENCES customers (number),
    number TEXT NOT NULL UNIQUE,
    concluded_at TIMESTAMPTZ NOT NULL,
    person TEXT NOT NULL,
    function TEXT NOT NULL,
    request_id UUID REFERENCES requests (id),
    link_id UUID UNIQUE REFERENCES links (id),
    offer JSONB NOT NULL,
    ended_at TIMESTAMPTZ,
    how TEXT CONSTRAINT agreements_how CHECK (how IN ('objected', 'replaced', 'ended', 'disowned')),
    sub_partner_left_at TIMESTAMPTZ,
    CONSTRAINT agreements_link_of_request CHECK (link_id IS NULL OR request_id IS NOT NULL),
    CONSTRAINT agreements_ended_with_how CHECK ((ended_at IS NULL) = (how IS NULL)),
    CONSTRAINT agreements_offer CHECK (
        has_texts(offer, ARRAY['version']) AND coalesce(jsonb_typeof(offer -> 'partner'), '') = 'number'
        AND may_have(offer, 'number', ARRAY['sub_partner']) AND NOT coalesce(offer ->> 'partner', '') ~ '[^0-9]'
        AND NOT coalesce(offer ->> 'sub_partner', '') ~ '[^0-9]'
        AND coalesce(jsonb_typeof(offer -> 'products'), '') = 'array'
        AND NOT jsonb_path_exists(offer, 'strict $.products[*] ? (@.type() != "object")', '{}', TRUE)
        AND NOT jsonb_path_exists(offer, '$.products[*] ? (!(@.product.type() == "string" && @.options.type() == "array"))')
        AND NOT jsonb_path_exists(offer, 'strict $.products[*].options[*] ? (@.type() != "string")', '{}', TRUE))
);
COMMENT ON TABLE agreements IS 'Concluded agreements. Only the end and the leaving of the sub-partner are ever written to a row.';
COMMENT ON COLUMN agreements.link_id IS 'By which link it was concluded; empty if it was signed on paper (5.8-18).';
COMMENT ON COLUMN agreements.sub_partner_left_at IS 'Since when the sub-partner it names no longer looks after the customer (row 24).';
CREATE UNIQUE INDEX agreements_one_in_force ON agreements (customer_number) WHERE ended_at IS NULL;
CREATE INDEX agreements_by_customer ON agreements (customer_number, position);
CREATE INDEX agreements_by_request ON agreements (request_id);
CREATE INDEX agreements_in_force_by_version ON agreements ((offer ->> 'version'), customer_number)
    WHERE ended_at IS NULL;
-- What was concluded lately and has no time stamp yet.
CREATE INDEX agreements_by_time ON agreements (concluded_at);
-- What retention may look at.
CREATE INDEX agreements_ended ON agreements (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE agreement_documents (
    agreement_id UUID PRIMARY KEY REFERENCES agreements (id),
    language TEXT NOT NULL,
    contents JSONB NOT NULL CONSTRAINT agreement_documents_contents CHECK (jsonb_typeof(contents) = 'object'),
    plain_text TEXT NOT NULL,
    document_hash TEXT NOT NULL,
    pdf BYTEA NOT NULL,
    pdf_hash TEXT NOT NULL,
    pages INTEGER NOT NULL,
    remote_address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    build TEXT NOT NULL
);
COMMENT ON TABLE agreement_documents IS 'What exactly was concluded (EV-01 … EV-07): copied values, text, PDF bytes, hashes. Never updated.';
COMMENT ON COLUMN agreement_documents.contents IS 'All values as they were filled in: parties, chain, products, declarations.';
-- Whoever checks a file finds its document by the hash of its bytes.
CREATE INDEX agreement_documents_by_pdf ON agreement_documents (pdf_hash);

-- The facts of a concluded agreement cannot be changed, whoever asks (A11). What may still be written
-- to a row: its end and that the sub-partner has left, once each; and, when its document was erased
-- because its time was over (EV-16), that nobody is named any more.
CREATE FUNCTION keep_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['ended_at', 'how', 'sub_partner_left_at', 'person', 'function']
         = to_jsonb(OLD) - ARRAY['ended_at', 'how', 'sub_partner_left_at', 'person', 'function']
       AND (OLD.ended_at IS NULL OR (NEW.ended_at, NEW.how) = (OLD.ended_at, OLD.how))
       AND (OLD.sub_partner_left_at IS NULL OR NEW.sub_partner_left_at = OLD.sub_partner_left_at)
       AND ((NEW.person, NEW.function) = (OLD.person, OLD.function)
            OR (NEW.person = '' AND NEW.function = '' AND NEW.ended_at IS NOT NULL
                AND NOT EXISTS (SELECT FROM agreement_documents WHERE agreement_id = OLD.id)))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the facts of a concluded agreement are not changed' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
COMMENT ON FUNCTION keep_agreement() IS 'Lets through the end of an agreement, the leaving of its sub-partner and erasure; nothing else (A11).';
CREATE TRIGGER agreements_facts_kept BEFORE UPDATE ON agreements
    FOR EACH ROW EXECUTE FUNCTION keep_agreement();

-- Only what has ended can go; the document goes before it, by its own narrow path.
CREATE FUNCTION keep_agreement_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NULL THEN
        RAISE EXCEPTION 'an agreement in force is not deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER agreements_in_force_kept BEFORE DELETE ON agreements
    FOR EACH ROW EXECUTE FUNCTION keep_agreement_in_force();
CREATE TRIGGER agreements_kept BEFORE TRUNCATE ON agreements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Documents of agreements cannot be changed, and deleted only by this narrow path: one row at a
-- time, named by its agreement in a setting that lasts no longer than the transaction, and only
-- after the agreement has ended. Nothing but the retention function of the portal sets it.
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
CREATE TRIGGER agreement_documents_immutable BEFORE UPDATE OR TRUNCATE ON agreement_documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Objecting, and what two administrators decide together.

CREATE TABLE objections (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_number TEXT COLLATE customer_number NOT NULL REFERENCES customers (number),
    agreement_id UUID REFERENCES agreements (id),
    channel TEXT NOT NULL CONSTRAINT objections_channel CHECK (channel IN ('portal', 'email', 'letter', 'phone')),
    received_on DATE NOT NULL,
    note TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by BIGINT NOT NULL
);
COMMENT ON TABLE objections IS 'Objections as they came in (EV-10); without an agreement if one came before conclusion.';
CREATE INDEX objections_by_customer ON objections (customer_number);
CREATE INDEX objections_by_agreement ON objections (agreement_id);

CREATE TABLE objection_files (
    file_id UUID PRIMARY KEY REFERENCES files (id),
    objection_id BIGINT NOT NULL REFERENCES objections (id)
);
COMMENT ON TABLE objection_files IS 'The letter or mail an objection came in (EV-10); only the operator reads it (5.8-19).';
CREATE INDEX objection_files_by_objection ON objection_files (objection_id);

CREATE TABLE proposals (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_number TEXT COLLATE customer_number NOT NULL REFERENCES customers (number),
    kind TEXT NOT NULL CONSTRAINT proposals_kind CHECK (kind IN ('objection_in_error', 'paper')),
    details JSONB NOT NULL CONSTRAINT proposals_details CHECK (jsonb_typeof(details) = 'object'),
    file_id UUID REFERENCES files (id),
    proposed_at TIMESTAMPTZ NOT NULL,
    proposed_by BIGINT NOT NULL REFERENCES users (id),
    state TEXT NOT NULL DEFAULT 'open'
        CONSTRAINT proposals_state CHECK (state IN ('open', 'confirmed', 'rejected', 'withdrawn')),
    decided_at TIMESTAMPTZ,
    decided_by BIGINT REFERENCES users (id),
    reason TEXT,
    CONSTRAINT proposals_decided CHECK ((state = 'open') = (decided_at IS NULL) AND (state = 'open') = (decided_by IS NULL)),
    CONSTRAINT proposals_four_eyes CHECK (state NOT IN ('confirmed', 'rejected') OR decided_by <> proposed_by),
    CONSTRAINT proposals_own_withdrawal CHECK (state <> 'withdrawn' OR decided_by = proposed_by),
    CONSTRAINT proposals_rejected_with_reason CHECK (state <> 'rejected' OR coalesce(reason, '') <> ''),
    CONSTRAINT proposals_paper_has_scan CHECK ((kind = 'paper') = (file_id IS NOT NULL))
);
COMMENT ON TABLE proposals IS 'What one administrator proposes and a second one confirms (row 33, 5.8-18). Erased with the evidence it belongs to (EV-16).';
CREATE UNIQUE INDEX proposals_one_open ON proposals (customer_number, kind) WHERE state = 'open';
CREATE INDEX proposals_open ON proposals (id) WHERE state = 'open';
CREATE INDEX proposals_answered ON proposals (decided_at DESC, id DESC) WHERE state <> 'open';
CREATE INDEX proposals_by_customer ON proposals (customer_number);

-- Addresses of customers that partners entered (5.6-11): what waits for the operator or for the end of
-- its waiting time, what is in use, and what was decided.

CREATE TABLE entered_addresses (
    id UUID PRIMARY KEY,
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    customer_number TEXT COLLATE customer_number NOT NULL REFERENCES customers (number),
    email TEXT NOT NULL CONSTRAINT entered_addresses_email CHECK (email LIKE '%_@_%'),
    former TEXT,
    entered_at TIMESTAMPTZ NOT NULL,
    wait_hours INTEGER CONSTRAINT entered_addresses_wait CHECK (wait_hours > 0),
    told_at TIMESTAMPTZ,
    used_from TIMESTAMPTZ,
    left_at TIMESTAMPTZ,
    judged_at TIMESTAMPTZ,
    verdict TEXT CONSTRAINT entered_addresses_verdict CHECK (verdict IN ('confirmed', 'refused', 'stopped')),
    CONSTRAINT entered_addresses_judged CHECK ((judged_at IS NULL) = (verdict IS NULL)),
    CONSTRAINT entered_addresses_stoppable CHECK (wait_hours IS NULL OR former IS NOT NULL)
);
COMMENT ON TABLE entered_addresses IS 'Addresses of customers that partners entered. Erased with the customer.';
COMMENT ON COLUMN entered_addresses.position IS 'The order in which they were entered.';
COMMENT ON COLUMN entered_addresses.former IS 'The last address no partner had entered or the operator had confirmed; told of this one, and in its place again when it is refused.';
COMMENT ON COLUMN entered_addresses.wait_hours IS 'How long the former address has to stop it; NULL: it needs the operator.';
COMMENT ON COLUMN entered_addresses.told_at IS 'When the server of the former address took the mail; the time runs from here.';
COMMENT ON COLUMN entered_addresses.used_from IS 'Since when it stands in the master data.';
COMMENT ON COLUMN entered_addresses.left_at IS 'Since when it neither waits nor stands there any more.';
CREATE INDEX entered_addresses_of_customer ON entered_addresses (customer_number, position);
CREATE UNIQUE INDEX entered_addresses_one_waits ON entered_addresses (customer_number) WHERE used_from IS NULL AND left_at IS NULL;
CREATE UNIQUE INDEX entered_addresses_one_used ON entered_addresses (customer_number) WHERE used_from IS NOT NULL AND left_at IS NULL;
