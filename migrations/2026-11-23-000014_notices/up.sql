-- The notice of an announcement to each customer: sending, dissent, settlement (rows 38 to 42, EV-12).

CREATE TABLE notices (
    id UUID PRIMARY KEY,
    announcement_id UUID NOT NULL REFERENCES announcements (id),
    customer_number BIGINT NOT NULL REFERENCES customers (number),
    made_at TIMESTAMPTZ NOT NULL,
    mail_id BIGINT REFERENCES mails (id) ON DELETE SET NULL,
    sent_at TIMESTAMPTZ,
    failed_at TIMESTAMPTZ,
    period_end TIMESTAMPTZ,
    dissent_at TIMESTAMPTZ,
    dissent_received_on DATE,
    dissent_way TEXT CONSTRAINT notices_way CHECK (dissent_way IN ('portal', 'link', 'email', 'letter', 'phone')),
    dissent_person TEXT,
    dissent_text TEXT,
    dissent_recorded_by BIGINT REFERENCES users (id),
    settled_at TIMESTAMPTZ,
    settled_how TEXT CONSTRAINT notices_settled_how CHECK (settled_how IN ('withdrawn', 'exempted', 'terminated', 'new_agreement')),
    settled_note TEXT,
    CONSTRAINT notices_one_per_customer UNIQUE (announcement_id, customer_number),
    CONSTRAINT notices_period CHECK ((sent_at IS NULL) = (period_end IS NULL)),
    CONSTRAINT notices_dissent CHECK ((dissent_at IS NULL) = (dissent_received_on IS NULL)
        AND (dissent_at IS NULL) = (dissent_way IS NULL) AND (dissent_at IS NULL) = (dissent_person IS NULL)
        AND (dissent_at IS NULL) = (dissent_text IS NULL)),
    CONSTRAINT notices_settled CHECK ((settled_at IS NULL) = (settled_how IS NULL)
        AND (settled_at IS NULL) = (settled_note IS NULL)),
    CONSTRAINT notices_settled_dissent CHECK (settled_how IS NULL OR (settled_how = 'new_agreement') = (dissent_at IS NULL))
);
COMMENT ON TABLE notices IS 'An announcement to one customer (EV-12). How it stands is computed from these facts and the time.';
COMMENT ON COLUMN notices.mail_id IS 'The mail with its attempts and replies; another one after a mail that came back.';
COMMENT ON COLUMN notices.sent_at IS 'When the mail was handed over; the period counts from here.';
COMMENT ON COLUMN notices.failed_at IS 'When the mail was given up or came back.';
COMMENT ON COLUMN notices.dissent_received_on IS 'The day the dissent was received, which decides whether it was in time.';
CREATE INDEX notices_by_customer ON notices (customer_number, made_at);
CREATE INDEX notices_by_mail ON notices (mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX notices_by_period ON notices (announcement_id, period_end) WHERE dissent_at IS NULL AND settled_at IS NULL;
CREATE INDEX notices_unsent ON notices (announcement_id, customer_number)
    WHERE (sent_at IS NULL OR failed_at IS NOT NULL) AND dissent_at IS NULL AND settled_at IS NULL;
CREATE INDEX notices_failed ON notices (announcement_id) WHERE failed_at IS NOT NULL;
CREATE INDEX notices_dissent ON notices (announcement_id, customer_number) WHERE dissent_at IS NOT NULL;
CREATE INDEX notices_settled_by ON notices (announcement_id, settled_how, customer_number) WHERE settled_at IS NOT NULL;

-- Notices and what answers them are evidence as well.
DROP INDEX mails_forgettable;
CREATE INDEX mails_forgettable ON mails (done_at)
    WHERE done_at IS NOT NULL
      AND kind ->> 'kind' NOT IN ('request', 'reminder', 'concluded', 'objected', 'ended', 'announcement', 'dissented', 'dissent_settled');
