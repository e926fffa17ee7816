-- The text in force is looked through again whenever what is around it changes; what does not fit any more
-- stands with its alert.

ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (
    kind IN ('no_address', 'undeliverable', 'contract_undelivered', 'address_by_partner', 'address_of_partner',
             'demand_unanswered', 'dissent', 'certificate_ends', 'administrator_added', 'forward_failed', 'mail_setup',
             'stamp_refused', 'clock_wrong', 'partner_contract_ends', 'webhook_paused', 'mailbox_away',
             'text_outdated'));
ALTER TABLE alerts ADD COLUMN reasons TEXT NOT NULL DEFAULT '';
COMMENT ON COLUMN alerts.reasons IS 'What is wrong, one reason a line, where the kind does not say it all; written anew as long as it is open.';
