ALTER TABLE mails DROP COLUMN has_turn;
DROP INDEX mails_due_bulk;
DROP INDEX mails_due_prompt;
