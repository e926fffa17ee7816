DELETE FROM alerts WHERE kind = 'administrator_added';
ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (kind IN (
    'no_address', 'undeliverable', 'contract_undelivered', 'address_by_partner', 'address_of_partner', 'demand_unanswered', 'dissent', 'certificate_ends'));

DROP INDEX users_administrators;
ALTER TABLE users
    DROP CONSTRAINT users_confirmed,
    DROP CONSTRAINT users_made_by,
    DROP COLUMN confirmed_at,
    DROP COLUMN confirmed_by,
    DROP COLUMN first_sign_in_at,
    DROP COLUMN made_by;
