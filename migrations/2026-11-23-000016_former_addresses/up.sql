-- A mailbox stays a partner's mailbox when the partner enters another one: a customer's address must be neither (5.6-11).

ALTER TABLE partners ADD COLUMN former_emails TEXT[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN partners.former_emails IS 'Addresses it had before, so that no customer is asked there (5.6-11).';
