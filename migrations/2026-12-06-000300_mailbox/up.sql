-- The mailbox that is read for what comes back, where one is set: who reads it, and how it stands. What
-- came out of it stands where reports and answers stand.

CREATE TABLE mailbox_state (
    id SMALLINT PRIMARY KEY DEFAULT 1 CONSTRAINT mailbox_state_one CHECK (id = 1),
    claim UUID,
    claimed_until TIMESTAMPTZ,
    read_at TIMESTAMPTZ,
    failing_since TIMESTAMPTZ,
    CONSTRAINT mailbox_state_claimed CHECK ((claim IS NULL) = (claimed_until IS NULL))
);
COMMENT ON TABLE mailbox_state IS 'How the mailbox stands that is read over IMAP for what comes back: one row, or none before the first time.';
COMMENT ON COLUMN mailbox_state.claim IS 'Which process reads it at the moment; free again when the time of the claim is over.';
COMMENT ON COLUMN mailbox_state.read_at IS 'When it was last read to its end.';
COMMENT ON COLUMN mailbox_state.failing_since IS 'Since when it cannot be read; empty if the last time went well.';

ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (
    kind IN ('no_address', 'undeliverable', 'contract_undelivered', 'address_by_partner', 'address_of_partner',
             'demand_unanswered', 'dissent', 'certificate_ends', 'administrator_added', 'forward_failed', 'mail_setup',
             'stamp_refused', 'clock_wrong', 'partner_contract_ends', 'webhook_paused', 'mailbox_away'));
