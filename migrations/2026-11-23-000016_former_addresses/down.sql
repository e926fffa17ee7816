ALTER TABLE partners DROP COLUMN former_emails;
