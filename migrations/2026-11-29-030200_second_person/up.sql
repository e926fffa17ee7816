-- An account of one's own is not the second person that approvals want.

ALTER TABLE users
    ADD COLUMN made_by BIGINT REFERENCES users (id),
    ADD COLUMN first_sign_in_at TIMESTAMPTZ,
    ADD COLUMN confirmed_by BIGINT REFERENCES users (id),
    ADD COLUMN confirmed_at TIMESTAMPTZ,
    ADD CONSTRAINT users_made_by CHECK (made_by IS NULL OR role = 'operator'),
    ADD CONSTRAINT users_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL));
COMMENT ON COLUMN users.made_by IS 'Who made an administrator''s account in the portal; empty for one made on the command line, which is believed at once.';
COMMENT ON COLUMN users.first_sign_in_at IS 'When an administrator''s account that was made in the portal was first signed in with.';
COMMENT ON COLUMN users.confirmed_at IS 'When a third administrator confirmed who stands behind the account.';
CREATE INDEX users_administrators ON users (id) WHERE role = 'operator';

ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (kind IN (
    'no_address', 'undeliverable', 'contract_undelivered', 'address_by_partner', 'address_of_partner', 'demand_unanswered', 'dissent', 'certificate_ends',
    'administrator_added'));
