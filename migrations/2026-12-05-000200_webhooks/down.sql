DROP INDEX alerts_untold;
ALTER TABLE alerts DROP COLUMN raised_told, DROP COLUMN settled_told;
DELETE FROM alerts WHERE kind = 'webhook_paused';
ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (
    kind IN ('no_address', 'undeliverable', 'contract_undelivered', 'address_by_partner', 'address_of_partner',
             'demand_unanswered', 'dissent', 'certificate_ends', 'administrator_added', 'forward_failed', 'mail_setup',
             'stamp_refused', 'clock_wrong', 'partner_contract_ends'));
DROP TABLE webhook_deliveries, webhook_endpoints;
