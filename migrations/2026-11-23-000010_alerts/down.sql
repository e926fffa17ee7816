DROP INDEX mails_waiting;
DROP TABLE alerts;
