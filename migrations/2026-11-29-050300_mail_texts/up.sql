CREATE TABLE mail_texts (
    mail_id BIGINT PRIMARY KEY REFERENCES mails (id) ON DELETE CASCADE,
    text TEXT NOT NULL
);
COMMENT ON TABLE mail_texts IS 'The text part of a mail as it was sent, its personal links blanked; goes with the mail (C8).';
