-- What customers declare and what two administrators decide together: proofs of objections, reasons
-- of declines, proposals that a second administrator confirms.

CREATE TABLE objection_proofs (
    file_id UUID PRIMARY KEY REFERENCES files (id),
    objection_id BIGINT NOT NULL REFERENCES objections (id)
);
COMMENT ON TABLE objection_proofs IS 'The letter or mail an objection came in (EV-10); only the operator reads it (5.8-19).';
CREATE INDEX objection_proofs_by_objection ON objection_proofs (objection_id);

CREATE TABLE decline_reasons (
    request_id UUID PRIMARY KEY REFERENCES requests (id),
    reason TEXT NOT NULL CONSTRAINT decline_reasons_length CHECK (char_length(reason) BETWEEN 1 AND 500),
    declined_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE decline_reasons IS 'Why a customer declined, as typed (EV-10); only the operator reads it, no mail holds it (5.8-19, S-22).';

CREATE TABLE proposals (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_number BIGINT NOT NULL REFERENCES customers (number),
    kind TEXT NOT NULL CONSTRAINT proposals_kind CHECK (kind IN ('objection_in_error', 'paper')),
    details JSONB NOT NULL,
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
CREATE INDEX decline_reasons_by_time ON decline_reasons (declined_at);
