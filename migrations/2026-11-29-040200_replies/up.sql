-- What people answer to the sender's address, readable in the portal and filed to a customer (C9).

CREATE TABLE replies (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at TIMESTAMPTZ NOT NULL,
    kind TEXT NOT NULL CONSTRAINT replies_kind CHECK (kind IN ('person', 'automatic')),
    sender TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    attachments INTEGER NOT NULL,
    digest TEXT NOT NULL CONSTRAINT replies_once UNIQUE,
    mail_id BIGINT REFERENCES mails (id) ON DELETE SET NULL,
    customer_number BIGINT REFERENCES customers (number),
    done_at TIMESTAMPTZ,
    done_by BIGINT REFERENCES users (id),
    CONSTRAINT replies_done CHECK ((done_at IS NULL) = (done_by IS NULL)),
    CONSTRAINT replies_filed CHECK (customer_number IS NULL OR done_at IS NOT NULL)
);
COMMENT ON TABLE replies IS 'Answers of people and their programs to mails of the portal; erased after a year (automatic ones after thirty days), and with the customer they were filed to.';
COMMENT ON COLUMN replies.body IS 'The text without markup, at most 20000 characters; attachments stay in the file and are only counted.';
COMMENT ON COLUMN replies.digest IS 'SHA-256 of what came in, hex: the same mail counts once.';
COMMENT ON COLUMN replies.mail_id IS 'The mail it says it answers.';
COMMENT ON COLUMN replies.customer_number IS 'To whom an administrator filed it.';
COMMENT ON COLUMN replies.done_at IS 'When it was filed or put away; empty while nobody has looked after it.';

CREATE INDEX replies_open ON replies (id) WHERE kind = 'person' AND done_at IS NULL;
CREATE INDEX replies_of_kind ON replies (kind, id);
CREATE INDEX replies_of_customer ON replies (customer_number, id) WHERE customer_number IS NOT NULL;
CREATE INDEX replies_of_mail ON replies (mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX replies_received ON replies (kind, received_at);
