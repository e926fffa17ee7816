-- Other systems that events are pushed to. What is pushed stands in the audit log; here is only how far
-- each endpoint has come, so nothing has to be written when an event happens.

CREATE TABLE webhook_endpoints (
    id UUID PRIMARY KEY,
    url TEXT NOT NULL CONSTRAINT webhook_endpoints_url CHECK (length(url) BETWEEN 1 AND 500),
    types TEXT[] NOT NULL CONSTRAINT webhook_endpoints_types CHECK (array_position(types, NULL) IS NULL),
    secret TEXT NOT NULL,
    former_secret TEXT,
    former_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    created_by BIGINT NOT NULL REFERENCES users (id),
    position BIGINT NOT NULL CONSTRAINT webhook_endpoints_position CHECK (position >= 0),
    number INTEGER NOT NULL DEFAULT 0 CONSTRAINT webhook_endpoints_number CHECK (number >= 0),
    failures INTEGER NOT NULL DEFAULT 0 CONSTRAINT webhook_endpoints_failures CHECK (failures >= 0),
    failing_since TIMESTAMPTZ,
    next_try_at TIMESTAMPTZ,
    delivered_at TIMESTAMPTZ,
    paused_at TIMESTAMPTZ,
    paused_by BIGINT REFERENCES users (id),
    pause_reason TEXT CONSTRAINT webhook_endpoints_pause_reason CHECK (pause_reason IN ('by_hand', 'gone', 'failing')),
    claim UUID,
    claimed_until TIMESTAMPTZ,
    CONSTRAINT webhook_endpoints_rotation CHECK ((former_secret IS NULL) = (former_until IS NULL)),
    CONSTRAINT webhook_endpoints_failing CHECK ((failing_since IS NULL) = (failures = 0)),
    CONSTRAINT webhook_endpoints_paused CHECK (
        (paused_at IS NULL) = (pause_reason IS NULL) AND (paused_by IS NULL OR pause_reason = 'by_hand')),
    CONSTRAINT webhook_endpoints_claimed CHECK ((claim IS NULL) = (claimed_until IS NULL))
);
COMMENT ON TABLE webhook_endpoints IS 'Endpoints of other systems, with the place in the audit log up to which each has got its events.';
COMMENT ON COLUMN webhook_endpoints.types IS 'Types of events it gets; empty: all of them.';
COMMENT ON COLUMN webhook_endpoints.secret IS 'What its deliveries are signed with, encrypted.';
COMMENT ON COLUMN webhook_endpoints.former_secret IS 'The secret before, encrypted, with which deliveries are signed besides until a rotation is over.';
COMMENT ON COLUMN webhook_endpoints.position IS 'Everything of the audit log up to here was delivered, or is none of its types.';
COMMENT ON COLUMN webhook_endpoints.number IS 'How many of the events of the next position were delivered.';
COMMENT ON COLUMN webhook_endpoints.failing_since IS 'Since when it has not taken the next event; empty if the last one arrived.';
COMMENT ON COLUMN webhook_endpoints.claim IS 'Which worker delivers to it at the moment, so that events stay in order; free again when the time of the claim is over.';
CREATE INDEX webhook_endpoints_created_by ON webhook_endpoints (created_by);
CREATE INDEX webhook_endpoints_paused_by ON webhook_endpoints (paused_by) WHERE paused_by IS NOT NULL;

CREATE TABLE webhook_deliveries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint_id UUID NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    position BIGINT,
    number INTEGER,
    event_type TEXT NOT NULL,
    cause TEXT NOT NULL CONSTRAINT webhook_deliveries_cause CHECK (cause IN ('feed', 'again', 'test')),
    at TIMESTAMPTZ NOT NULL,
    milliseconds INTEGER NOT NULL CONSTRAINT webhook_deliveries_milliseconds CHECK (milliseconds >= 0),
    status INTEGER,
    fault TEXT CONSTRAINT webhook_deliveries_fault CHECK (
        fault IN ('unresolved', 'forbidden', 'unreachable', 'slow', 'broken', 'unsigned')),
    answer TEXT NOT NULL,
    CONSTRAINT webhook_deliveries_outcome CHECK ((status IS NULL) <> (fault IS NULL)),
    CONSTRAINT webhook_deliveries_event CHECK (
        (position IS NULL) = (cause = 'test') AND (number IS NULL) = (cause = 'test'))
);
COMMENT ON TABLE webhook_deliveries IS 'Tries to deliver an event to an endpoint, kept for a month.';
COMMENT ON COLUMN webhook_deliveries.cause IS 'Whether it was its turn, an administrator sent it again, or it was a test.';
COMMENT ON COLUMN webhook_deliveries.answer IS 'The first 500 bytes of the answer.';
CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (at);

-- Alerts are told to other systems, too: which of them still have to be.
ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (
    kind IN ('no_address', 'undeliverable', 'contract_undelivered', 'address_by_partner', 'address_of_partner',
             'demand_unanswered', 'dissent', 'certificate_ends', 'administrator_added', 'forward_failed', 'mail_setup',
             'stamp_refused', 'clock_wrong', 'partner_contract_ends', 'webhook_paused'));
ALTER TABLE alerts ADD COLUMN raised_told BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE alerts ADD COLUMN settled_told BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE alerts SET settled_told = FALSE WHERE done_at IS NULL;
ALTER TABLE alerts ALTER COLUMN raised_told SET DEFAULT FALSE;
ALTER TABLE alerts ALTER COLUMN settled_told SET DEFAULT FALSE;
COMMENT ON COLUMN alerts.raised_told IS 'Whether the audit log says that it was raised.';
COMMENT ON COLUMN alerts.settled_told IS 'Whether the audit log says that it is closed.';
CREATE INDEX alerts_untold ON alerts (id) WHERE NOT raised_told OR (done_at IS NOT NULL AND NOT settled_told);
