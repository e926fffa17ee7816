-- Events that wait longer than they should for their positions in the log.

ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (
    kind IN ('no_address', 'undeliverable', 'contract_undelivered', 'address_by_partner', 'address_of_partner',
             'demand_unanswered', 'dissent', 'certificate_ends', 'administrator_added', 'forward_failed', 'mail_setup',
             'stamp_refused', 'clock_wrong', 'partner_contract_ends', 'webhook_paused', 'mailbox_away',
             'text_outdated', 'log_waits'));
