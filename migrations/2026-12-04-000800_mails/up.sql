-- What the portal writes, what became of it, and what came back.

CREATE TABLE mails (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    step TEXT NOT NULL UNIQUE,
    kind JSONB NOT NULL CONSTRAINT mails_kind CHECK (has_texts(kind, ARRAY['kind'])),
    recipient JSONB NOT NULL CONSTRAINT mails_recipient CHECK (has_texts(recipient, ARRAY['to'])),
    customer_number TEXT COLLATE customer_number REFERENCES customers (number),
    queued_at TIMESTAMPTZ NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CONSTRAINT mails_state CHECK (state IN ('queued', 'sent', 'returned', 'failed', 'dropped')),
    done_at TIMESTAMPTZ,
    sent_to TEXT,
    subject TEXT,
    body_hash TEXT,
    message_id TEXT NOT NULL UNIQUE,
    reply TEXT,
    mark UUID NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    kind_key TEXT NOT NULL GENERATED ALWAYS AS (kind ->> 'kind') STORED,
    returned_at TIMESTAMPTZ,
    returned_because TEXT,
    parts JSONB CONSTRAINT mails_parts CHECK (parts IS NULL OR jsonb_typeof(parts) = 'array'),
    CONSTRAINT mails_queued_has_time CHECK ((state = 'queued') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT mails_returned_has_time CHECK ((state = 'returned') = (returned_at IS NOT NULL))
);
COMMENT ON TABLE mails IS 'The outbox (S-23, EV-06): queued in the transaction that makes a mail true, kept with what was really sent.';
COMMENT ON COLUMN mails.step IS 'What the mail is for; unique, so that no step is ever mailed twice.';
COMMENT ON COLUMN mails.body_hash IS 'SHA-256 of the decoded text part, hex, if parts is set; of the whole message in mails sent before.';
COMMENT ON COLUMN mails.reply IS 'Last word of the mail server, or why nothing was sent.';
COMMENT ON COLUMN mails.mark IS 'Random; stands in the header X-AVV-Mail, so that a bounce finds its mail and nobody can guess another.';
COMMENT ON COLUMN mails.kind_key IS 'Which mail, for filters.';
COMMENT ON COLUMN mails.returned_because IS 'Status and words of the bounce, addresses masked.';
-- By this a receiver can check a mail (F8).
COMMENT ON COLUMN mails.parts IS 'What was sent, part by part, the text first: content type, file name, SHA-256 of what it says once decoded (texts with single line feeds).';
-- What is to be delivered, in the order of the index, and how long it has waited.
CREATE INDEX mails_due ON mails (next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX mails_waiting ON mails (queued_at) WHERE state = 'queued';
-- How many mails of roll-outs wait for their first attempt is asked before every batch.
CREATE INDEX mails_of_roll_outs ON mails (id)
    WHERE state = 'queued' AND attempts = 0
      AND (kind_key = 'new_version' OR (kind_key = 'request' AND kind ->> 'reason' = 'roll_out'));
-- The operator's list: newest first under every filter, each page one short range of one of these.
CREATE INDEX mails_by_customer ON mails (customer_number, id);
CREATE INDEX mails_by_state ON mails (state, id);
CREATE INDEX mails_by_kind ON mails (kind_key, id);
CREATE INDEX mails_by_kind_and_state ON mails (kind_key, state, id);
-- What retention may forget: all but the mails that are proof (EV-06, EV-12).
CREATE INDEX mails_forgettable ON mails (done_at)
    WHERE done_at IS NOT NULL
      AND kind ->> 'kind' NOT IN ('request', 'reminder', 'concluded', 'objected', 'ended', 'announcement', 'dissented', 'dissent_settled', 'new_version');

CREATE TABLE mail_texts (
    mail_id BIGINT PRIMARY KEY REFERENCES mails (id) ON DELETE CASCADE,
    text TEXT NOT NULL
);
COMMENT ON TABLE mail_texts IS 'The text part of a mail as it was sent, its personal links blanked; goes with the mail (C8).';

CREATE TABLE mail_attempts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail_id BIGINT NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
    at TIMESTAMPTZ NOT NULL,
    outcome TEXT NOT NULL CONSTRAINT mail_attempts_outcome CHECK (outcome IN ('sent', 'later', 'failed', 'dropped')),
    reply TEXT NOT NULL
);
COMMENT ON TABLE mail_attempts IS 'Every attempt to hand a mail over, with the word of the mail server (EV-06).';
CREATE INDEX mail_attempts_by_mail ON mail_attempts (mail_id, id);

-- What other mail servers answer, and whom it speaks of (row 8, D1 to D3).
CREATE TABLE mail_reports (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail_id BIGINT NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
    at TIMESTAMPTZ NOT NULL,
    verdict TEXT NOT NULL CONSTRAINT mail_reports_verdict CHECK (verdict IN (
        'returned', 'delayed', 'expired', 'sender_refused', 'other_recipient', 'not_sent', 'other')),
    status TEXT NOT NULL,
    diagnostic TEXT NOT NULL,
    CONSTRAINT mail_reports_once UNIQUE (mail_id, verdict, status, diagnostic)
);
COMMENT ON TABLE mail_reports IS 'Delivery reports that other mail servers sent back about a mail (RFC 3464), each once.';

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
    customer_number TEXT COLLATE customer_number REFERENCES customers (number),
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
