-- The register of general sub-processors and its announced changes. What stood in the operator's
-- particulars moves into the register.

CREATE TABLE announcements (
    id UUID PRIMARY KEY,
    position BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
    state TEXT NOT NULL CONSTRAINT announcements_state CHECK (state IN ('draft', 'sending', 'paused', 'sent')),
    reason TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    starts_on DATE NOT NULL,
    days INTEGER NOT NULL CONSTRAINT announcements_days CHECK (days >= 14),
    changes JSONB NOT NULL,
    list_before JSONB,
    list_after JSONB,
    drafted_at TIMESTAMPTZ NOT NULL,
    drafted_by BIGINT NOT NULL REFERENCES users (id),
    confirmed_at TIMESTAMPTZ,
    confirmed_by BIGINT REFERENCES users (id),
    finished_at TIMESTAMPTZ,
    recipients BIGINT NOT NULL DEFAULT 0,
    made BIGINT NOT NULL DEFAULT 0,
    after_number BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT announcements_confirmed CHECK ((state = 'draft') = (confirmed_at IS NULL)),
    CONSTRAINT announcements_confirmed_by_whom CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    CONSTRAINT announcements_lists CHECK ((confirmed_at IS NULL) = (list_before IS NULL) AND (confirmed_at IS NULL) = (list_after IS NULL)),
    CONSTRAINT announcements_finished CHECK ((state = 'sent') = (finished_at IS NOT NULL))
);
COMMENT ON TABLE announcements IS 'Announced changes of the register (C-14 … C-19, EV-12). What is confirmed keeps its words.';
COMMENT ON COLUMN announcements.days IS 'Days of the period after sending.';
COMMENT ON COLUMN announcements.changes IS 'Who comes, who leaves, who comes for whom.';
COMMENT ON COLUMN announcements.list_before IS 'The whole list before, as it was announced.';
COMMENT ON COLUMN announcements.recipients IS 'Agreements in force when it was confirmed.';
COMMENT ON COLUMN announcements.made IS 'Notices that were made so far.';
COMMENT ON COLUMN announcements.after_number IS 'Every customer up to this number has its notice; -1: all have, but for those overtaken while they concluded.';
CREATE INDEX announcements_by_state ON announcements (state, position);

CREATE TABLE sub_processors (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facts JSONB NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    added_by UUID REFERENCES announcements (id),
    removed_by UUID REFERENCES announcements (id),
    CONSTRAINT sub_processors_period CHECK (valid_until >= valid_from),
    CONSTRAINT sub_processors_removed CHECK ((valid_until IS NULL) = (removed_by IS NULL))
);
COMMENT ON TABLE sub_processors IS 'The register of general sub-processors (LC-24, LC-30). A list is what is valid on a day.';
COMMENT ON COLUMN sub_processors.facts IS 'Name, address, contact, service, place, mechanism, delimitation: as contracts copy them.';
COMMENT ON COLUMN sub_processors.valid_until IS 'The first day on which it is not on the list any more.';

INSERT INTO sub_processors (facts, valid_from)
    SELECT entry, DATE '2026-01-01'
    FROM operator, jsonb_array_elements(facts -> 'sub_processors') WITH ORDINALITY AS listed (entry, place)
    ORDER BY place;
UPDATE operator SET facts = facts - 'sub_processors';

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
