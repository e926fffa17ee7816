-- Work over many customers, one after the other: changes of the sub-processors announced, new contract
-- versions rolled out, customers of a blocked partner told.

-- One row for each run, whatever it does, and one for each customer it could not reach; telling the
-- customers of a blocked partner is a run and nothing else.

CREATE TABLE bulk_runs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT bulk_runs_kind CHECK (
        kind IN ('announcement', 'roll_out', 'block', 'new_version', 'take_off', 'need_change')),
    subject TEXT NOT NULL,
    begun_at TIMESTAMPTZ NOT NULL,
    starts_on DATE NOT NULL,
    paused_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    how TEXT CONSTRAINT bulk_runs_how CHECK (how IN ('done', 'ended', 'superseded')),
    customers BIGINT,
    round SMALLINT NOT NULL DEFAULT 1,
    after_number TEXT COLLATE customer_number,
    seen BIGINT NOT NULL DEFAULT 0,
    done BIGINT NOT NULL DEFAULT 0,
    failed BIGINT NOT NULL DEFAULT 0,
    worked_ms BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT bulk_runs_ended_with_how CHECK ((ended_at IS NULL) = (how IS NULL)),
    CONSTRAINT bulk_runs_figures CHECK (seen >= 0 AND done >= 0 AND failed >= 0 AND worked_ms >= 0)
);
COMMENT ON TABLE bulk_runs IS 'Work over many customers, one after the other: how far each run has come.';
COMMENT ON COLUMN bulk_runs.subject IS 'What it is about, by its key: an announcement, a partner, the number of a version, a product.';
COMMENT ON COLUMN bulk_runs.starts_on IS 'The first Berlin day on which it reaches anybody.';
COMMENT ON COLUMN bulk_runs.customers IS 'How many customers there were at the beginning; empty if they were too many to count.';
COMMENT ON COLUMN bulk_runs.round IS 'The second time it looks for those who were overtaken the first time.';
COMMENT ON COLUMN bulk_runs.after_number IS 'Every customer up to this number has been looked at in this round; empty at its beginning.';
COMMENT ON COLUMN bulk_runs.seen IS 'Customers looked at. Those neither done nor failed needed nothing.';
COMMENT ON COLUMN bulk_runs.failed IS 'Customers that could not be written; outlasts them.';
COMMENT ON COLUMN bulk_runs.worked_ms IS 'Time spent on it, without pauses and nights.';
CREATE UNIQUE INDEX bulk_runs_one_open ON bulk_runs (kind, subject) WHERE ended_at IS NULL;

CREATE TABLE bulk_run_failures (
    run_id BIGINT NOT NULL REFERENCES bulk_runs (id),
    customer_number TEXT COLLATE customer_number NOT NULL REFERENCES customers (number),
    failed_at TIMESTAMPTZ NOT NULL,
    tried_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (run_id, customer_number)
);
COMMENT ON TABLE bulk_run_failures IS 'Customers a run could not write; tried again while it is open. Erased with the customer.';
COMMENT ON COLUMN bulk_run_failures.failed_at IS 'When that happened first.';
CREATE INDEX bulk_run_failures_by_customer ON bulk_run_failures (customer_number);

-- The register of general sub-processors and its announced changes.

CREATE TABLE announcements (
    id UUID PRIMARY KEY,
    position BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
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
    run_id BIGINT CONSTRAINT announcements_run UNIQUE REFERENCES bulk_runs (id),
    CONSTRAINT announcements_contents CHECK (
        jsonb_typeof(changes) = 'array' AND coalesce(jsonb_typeof(list_before), 'array') = 'array'
        AND coalesce(jsonb_typeof(list_after), 'array') = 'array'),
    CONSTRAINT announcements_confirmed CHECK ((run_id IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT announcements_confirmed_by_whom CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    CONSTRAINT announcements_lists CHECK ((confirmed_at IS NULL) = (list_before IS NULL) AND (confirmed_at IS NULL) = (list_after IS NULL))
);
COMMENT ON TABLE announcements IS 'Announced changes of the register (C-14 … C-19, EV-12). What is confirmed keeps its words.';
COMMENT ON COLUMN announcements.days IS 'Days of the period after sending.';
COMMENT ON COLUMN announcements.changes IS 'Who comes, who leaves, who comes for whom.';
COMMENT ON COLUMN announcements.list_before IS 'The whole list before, as it was announced.';

CREATE TABLE sub_processors (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facts JSONB NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    added_by UUID REFERENCES announcements (id),
    removed_by UUID REFERENCES announcements (id),
    CONSTRAINT sub_processors_facts CHECK (
        has_texts(facts, ARRAY['service', 'service_en', 'place', 'place_en', 'mechanism'])
        AND coalesce(jsonb_typeof(facts -> 'delimitation'), 'string') = 'string'
        AND coalesce(jsonb_typeof(facts -> 'delimitation_en'), 'string') = 'string'
        AND may_have(facts, 'string', ARRAY['from', 'until'])
        AND has_texts(facts -> 'party', ARRAY['name', 'street', 'postcode', 'city', 'country', 'register', 'represented_by', 'contact', 'phone'])
        AND may_have(facts -> 'party', 'string', ARRAY['email'])),
    -- The transfer mechanism in English, where it was given (C4).
    CONSTRAINT sub_processors_mechanism_en CHECK (coalesce(jsonb_typeof(facts -> 'mechanism_en'), 'string') = 'string'),
    CONSTRAINT sub_processors_period CHECK (valid_until >= valid_from),
    CONSTRAINT sub_processors_removed CHECK ((valid_until IS NULL) = (removed_by IS NULL))
);
COMMENT ON TABLE sub_processors IS 'The register of general sub-processors (LC-24, LC-30). A list is what is valid on a day.';
COMMENT ON COLUMN sub_processors.facts IS 'Name, address, contact, service, place, mechanism, delimitation: as contracts copy them.';
COMMENT ON COLUMN sub_processors.valid_until IS 'The first day on which it is not on the list any more.';

-- The notice of an announcement to each customer: sending, dissent, settlement (rows 38 to 42, EV-12).
CREATE TABLE notices (
    id UUID PRIMARY KEY,
    announcement_id UUID NOT NULL REFERENCES announcements (id),
    customer_number TEXT COLLATE customer_number NOT NULL REFERENCES customers (number),
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

CREATE TABLE dissent_files (
    file_id UUID PRIMARY KEY REFERENCES files (id),
    notice_id UUID NOT NULL REFERENCES notices (id)
);
COMMENT ON TABLE dissent_files IS 'The letter or mail a dissent came in (EV-12); only the operator reads it (5.8-19).';
CREATE INDEX dissent_files_by_notice ON dissent_files (notice_id);

-- Rolling out a contract version to those who concluded an older one (rows 35 to 37).

CREATE TABLE roll_outs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_id BIGINT NOT NULL REFERENCES contract_versions (id),
    mode TEXT NOT NULL CONSTRAINT roll_outs_mode CHECK (mode IN ('inform', 'conclude')),
    partner_id BIGINT REFERENCES partners (id),
    concluded_version TEXT,
    numbers TEXT[] COLLATE customer_number,
    started_by BIGINT NOT NULL REFERENCES users (id),
    run_id BIGINT NOT NULL CONSTRAINT roll_outs_run UNIQUE REFERENCES bulk_runs (id)
);
COMMENT ON TABLE roll_outs IS 'Telling customers of a contract version, or asking them to conclude it, one after the other.';
COMMENT ON COLUMN roll_outs.mode IS 'inform: nothing is asked for (row 35); conclude: a new conclusion is (row 36).';
COMMENT ON COLUMN roll_outs.partner_id IS 'Only customers of this Mandant.';
COMMENT ON COLUMN roll_outs.concluded_version IS 'Only those whose agreement in force has this version.';
COMMENT ON COLUMN roll_outs.numbers IS 'Only these customers; one that is erased is taken out.';

CREATE TABLE roll_out_customers (
    roll_out_id BIGINT NOT NULL REFERENCES roll_outs (id),
    customer_number TEXT COLLATE customer_number NOT NULL REFERENCES customers (number),
    state TEXT COLLATE "C" NOT NULL CONSTRAINT roll_out_customers_state CHECK (
        state IN ('informed', 'waiting', 'concluded', 'declined', 'unanswered', 'closed', 'skipped')),
    reason TEXT,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (roll_out_id, customer_number),
    CONSTRAINT roll_out_customers_reason CHECK ((state = 'skipped') = (reason IS NOT NULL))
);
COMMENT ON TABLE roll_out_customers IS 'Who was reached by a roll-out, once, and what became of it; erased with the customer.';
COMMENT ON COLUMN roll_out_customers.reason IS 'Why the customer was left out.';
COMMENT ON COLUMN roll_out_customers.at IS 'Since when the customer is in this state.';
CREATE INDEX roll_out_customers_by_state ON roll_out_customers (roll_out_id, state, customer_number);
CREATE INDEX roll_out_customers_by_customer ON roll_out_customers (customer_number);

CREATE TABLE roll_out_figures (
    roll_out_id BIGINT NOT NULL REFERENCES roll_outs (id),
    word TEXT COLLATE "C" NOT NULL,
    shard SMALLINT NOT NULL,
    customers BIGINT NOT NULL,
    PRIMARY KEY (roll_out_id, word, shard)
);
COMMENT ON TABLE roll_out_figures IS 'How many customers are in which state, written with it, so that nobody has to count. Outlasts the customers.';
COMMENT ON COLUMN roll_out_figures.word IS 'A state, or skipped: and the reason.';
COMMENT ON COLUMN roll_out_figures.shard IS 'Several rows per word, so that those who conclude at once do not wait for each other.';
