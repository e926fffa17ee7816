DROP TABLE replies, mail_reports, mail_attempts, mail_texts, mails;
