-- The facts of every customer's AVV, the people who sign in, the mails and the events.
-- Time always comes from the application; no rule is written in SQL.

CREATE TABLE operator (
    id SMALLINT PRIMARY KEY DEFAULT 1 CONSTRAINT operator_is_one CHECK (id = 1),
    facts JSONB NOT NULL
);
COMMENT ON TABLE operator IS 'The provider that runs the portal: one row, filled under Betrieb.';

CREATE TABLE products (
    code TEXT PRIMARY KEY,
    position SMALLINT NOT NULL UNIQUE,
    facts JSONB NOT NULL
);
COMMENT ON TABLE products IS 'The catalogue (P-04, P-07): what is sold, what it opens, when it needs an AVV.';

CREATE TABLE partners (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id BIGINT REFERENCES partners (id),
    name TEXT NOT NULL,
    street TEXT NOT NULL,
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    register TEXT NOT NULL,
    represented_by TEXT NOT NULL,
    contact TEXT NOT NULL,
    email TEXT,
    phone TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    blocked_at TIMESTAMPTZ,
    CONSTRAINT partners_not_own_parent CHECK (parent_id <> id)
);
COMMENT ON TABLE partners IS 'Sales partners (Mandant) and, with a parent, sub-partners (Submandant).';
CREATE INDEX partners_by_parent ON partners (parent_id);

CREATE TABLE customers (
    number BIGINT PRIMARY KEY CONSTRAINT customers_number_positive CHECK (number > 0),
    name TEXT NOT NULL,
    street TEXT NOT NULL,
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    register TEXT NOT NULL,
    represented_by TEXT NOT NULL,
    contact TEXT NOT NULL,
    email TEXT,
    phone TEXT NOT NULL,
    language TEXT NOT NULL CONSTRAINT customers_language CHECK (language IN ('de', 'en')),
    partner_id BIGINT REFERENCES partners (id),
    sub_partner_id BIGINT REFERENCES partners (id),
    created_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    CONSTRAINT customers_sub_partner_needs_partner CHECK (sub_partner_id IS NULL OR partner_id IS NOT NULL)
);
COMMENT ON TABLE customers IS 'Master data. Its row is the lock of the case: every write to a case takes it first.';

CREATE TABLE bookings (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_number BIGINT NOT NULL REFERENCES customers (number),
    product_code TEXT NOT NULL REFERENCES products (code),
    ums BOOLEAN NOT NULL,
    booked_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ
);
CREATE INDEX bookings_by_customer ON bookings (customer_number);

CREATE TABLE requests (
    id UUID PRIMARY KEY,
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    customer_number BIGINT NOT NULL REFERENCES customers (number),
    reason TEXT NOT NULL CONSTRAINT requests_reason CHECK (reason IN ('first', 'manual', 'sub_partner', 'product')),
    opened_at TIMESTAMPTZ NOT NULL,
    offer JSONB NOT NULL,
    reminders SMALLINT NOT NULL CONSTRAINT requests_reminders CHECK (reminders BETWEEN 0 AND 3),
    undeliverable_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    outcome TEXT CONSTRAINT requests_outcome
        CHECK (outcome IN ('concluded', 'declined', 'expired', 'superseded', 'not_needed', 'objected')),
    due_at TIMESTAMPTZ,
    CONSTRAINT requests_closed_with_outcome CHECK ((closed_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT requests_due_only_open CHECK (closed_at IS NULL OR due_at IS NULL)
);
COMMENT ON TABLE requests IS 'Rounds of asking: first mail and up to three reminders (5.1).';
COMMENT ON COLUMN requests.due_at IS 'From when the scheduler has something to do: a reminder or the end.';
CREATE UNIQUE INDEX requests_one_open ON requests (customer_number) WHERE closed_at IS NULL;
CREATE INDEX requests_by_customer ON requests (customer_number, position);
CREATE INDEX requests_due ON requests (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE links (
    id UUID PRIMARY KEY,
    request_id UUID NOT NULL REFERENCES requests (id),
    number SMALLINT NOT NULL CONSTRAINT links_number CHECK (number BETWEEN 0 AND 3),
    sent_at TIMESTAMPTZ NOT NULL,
    valid_until TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    how TEXT CONSTRAINT links_how CHECK (how IN ('replaced', 'used', 'closed')),
    opened INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT links_ended_with_how CHECK ((ended_at IS NULL) = (how IS NULL)),
    CONSTRAINT links_one_per_step UNIQUE (request_id, number)
);
COMMENT ON TABLE links IS 'Mailed consent links. The token is the id with an HMAC under the server key, so no row opens anything.';
COMMENT ON COLUMN links.opened IS 'How often the page was fetched; scanners count too.';

CREATE TABLE agreements (
    id UUID PRIMARY KEY,
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    customer_number BIGINT NOT NULL REFERENCES customers (number),
    number TEXT NOT NULL UNIQUE,
    concluded_at TIMESTAMPTZ NOT NULL,
    person TEXT NOT NULL,
    function TEXT NOT NULL,
    request_id UUID NOT NULL REFERENCES requests (id),
    link_id UUID NOT NULL UNIQUE REFERENCES links (id),
    offer JSONB NOT NULL,
    ended_at TIMESTAMPTZ,
    how TEXT CONSTRAINT agreements_how CHECK (how IN ('objected', 'replaced', 'ended')),
    CONSTRAINT agreements_ended_with_how CHECK ((ended_at IS NULL) = (how IS NULL))
);
COMMENT ON TABLE agreements IS 'Concluded agreements. Only the end is ever written to a row.';
CREATE UNIQUE INDEX agreements_one_in_force ON agreements (customer_number) WHERE ended_at IS NULL;
CREATE INDEX agreements_by_customer ON agreements (customer_number, position);

CREATE TABLE agreement_documents (
    agreement_id UUID PRIMARY KEY REFERENCES agreements (id),
    language TEXT NOT NULL,
    contents JSONB NOT NULL,
    plain_text TEXT NOT NULL,
    document_hash TEXT NOT NULL,
    pdf BYTEA NOT NULL,
    pdf_hash TEXT NOT NULL,
    pages INTEGER NOT NULL,
    remote_address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    build TEXT NOT NULL
);
COMMENT ON TABLE agreement_documents IS 'What exactly was concluded (EV-01 … EV-07): copied values, text, PDF bytes, hashes. Never updated.';
COMMENT ON COLUMN agreement_documents.contents IS 'All values as they were filled in: parties, chain, products, declarations.';

CREATE TABLE objections (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_number BIGINT NOT NULL REFERENCES customers (number),
    agreement_id UUID REFERENCES agreements (id),
    channel TEXT NOT NULL CONSTRAINT objections_channel CHECK (channel IN ('portal', 'email', 'letter', 'phone')),
    received_on DATE NOT NULL,
    note TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by BIGINT NOT NULL
);
COMMENT ON TABLE objections IS 'Objections as they came in (EV-10); without an agreement if one came before conclusion.';
CREATE INDEX objections_by_customer ON objections (customer_number);

CREATE TABLE case_rows (
    number BIGINT PRIMARY KEY REFERENCES customers (number),
    company TEXT NOT NULL,
    company_key TEXT COLLATE "C" NOT NULL,
    city TEXT NOT NULL,
    partner_id BIGINT,
    sub_partner_id BIGINT,
    products TEXT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    reminders SMALLINT NOT NULL,
    moment TIMESTAMPTZ,
    next_at TIMESTAMPTZ,
    next_status TEXT COLLATE "C",
    next_moment TIMESTAMPTZ,
    CONSTRAINT case_rows_next CHECK ((next_at IS NULL) = (next_status IS NULL))
);
COMMENT ON TABLE case_rows IS 'What the customer list shows, written with the facts it is computed from. Can be rebuilt from them at any time.';
COMMENT ON COLUMN case_rows.next_at IS 'When time alone changes the status; from then on the next status and moment hold.';
CREATE INDEX case_rows_name ON case_rows (company_key, number);
CREATE INDEX case_rows_status_name ON case_rows (status, company_key, number);
CREATE INDEX case_rows_status_number ON case_rows (status, number);
CREATE INDEX case_rows_partner_name ON case_rows (partner_id, company_key, number);
CREATE INDEX case_rows_partner_number ON case_rows (partner_id, number);
CREATE INDEX case_rows_partner_status_name ON case_rows (partner_id, status, company_key, number);
CREATE INDEX case_rows_partner_status_number ON case_rows (partner_id, status, number);
CREATE INDEX case_rows_sub_name ON case_rows (sub_partner_id, company_key, number) WHERE sub_partner_id IS NOT NULL;
CREATE INDEX case_rows_sub_number ON case_rows (sub_partner_id, number) WHERE sub_partner_id IS NOT NULL;
CREATE INDEX case_rows_sub_status_name ON case_rows (sub_partner_id, status, company_key, number) WHERE sub_partner_id IS NOT NULL;
CREATE INDEX case_rows_next ON case_rows (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE case_words (
    word TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL REFERENCES customers (number),
    partner_id BIGINT,
    sub_partner_id BIGINT,
    PRIMARY KEY (word, number)
);
COMMENT ON TABLE case_words IS 'Words of company names and the customer number, for search by the beginning of a word.';
CREATE INDEX case_words_partner ON case_words (partner_id, word, number);
CREATE INDEX case_words_sub ON case_words (sub_partner_id, word, number) WHERE sub_partner_id IS NOT NULL;
CREATE INDEX case_words_number ON case_words (number);

CREATE TABLE users (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email TEXT NOT NULL UNIQUE CONSTRAINT users_email_lower CHECK (email = lower(email)),
    name TEXT NOT NULL,
    role TEXT NOT NULL CONSTRAINT users_role CHECK (role IN ('operator', 'partner', 'customer')),
    partner_id BIGINT REFERENCES partners (id),
    customer_number BIGINT REFERENCES customers (number),
    contracts BOOLEAN NOT NULL,
    password_hash TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    disabled_at TIMESTAMPTZ,
    CONSTRAINT users_role_object CHECK (
        (role = 'operator' AND partner_id IS NULL AND customer_number IS NULL)
        OR (role = 'partner' AND partner_id IS NOT NULL AND customer_number IS NULL)
        OR (role = 'customer' AND partner_id IS NULL AND customer_number IS NOT NULL)
    )
);
COMMENT ON COLUMN users.contracts IS 'Permission "Verträge": the customer user may see the AVV and object to it (A-04).';
CREATE INDEX users_by_customer ON users (customer_number) WHERE customer_number IS NOT NULL;
CREATE INDEX users_by_partner ON users (partner_id) WHERE partner_id IS NOT NULL;

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id BIGINT REFERENCES users (id),
    state JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE sessions IS 'Signed-in browsers. The id is the SHA-256 of what the cookie holds (S-30).';
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_seen ON sessions (seen_at);

CREATE TABLE attempts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT attempts_kind CHECK (kind IN ('login', 'token', 'reset')),
    account TEXT NOT NULL,
    source TEXT NOT NULL,
    succeeded BOOLEAN NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE attempts IS 'Sign-ins, unknown links and reset requests, counted for throttling across processes. Account and source are keyed hashes, never plain.';
CREATE INDEX attempts_by_source ON attempts (kind, source, at);
CREATE INDEX attempts_by_account ON attempts (kind, account, at);
CREATE INDEX attempts_by_time ON attempts (at);

CREATE TABLE password_links (
    id UUID PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    valid_until TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
COMMENT ON TABLE password_links IS 'Links to set a password: single use, one hour (S-38); invitations last longer.';
CREATE INDEX password_links_by_user ON password_links (user_id);

CREATE TABLE mails (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    step TEXT NOT NULL UNIQUE,
    kind JSONB NOT NULL,
    recipient JSONB NOT NULL,
    customer_number BIGINT REFERENCES customers (number),
    queued_at TIMESTAMPTZ NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CONSTRAINT mails_state CHECK (state IN ('queued', 'sent', 'failed', 'dropped')),
    done_at TIMESTAMPTZ,
    sent_to TEXT,
    subject TEXT,
    body_hash TEXT,
    message_id TEXT NOT NULL UNIQUE,
    reply TEXT,
    CONSTRAINT mails_queued_has_time CHECK ((state = 'queued') = (next_attempt_at IS NOT NULL))
);
COMMENT ON TABLE mails IS 'The outbox (S-23, EV-06): queued in the transaction that makes a mail true, kept with what was really sent.';
COMMENT ON COLUMN mails.step IS 'What the mail is for; unique, so that no step is ever mailed twice.';
COMMENT ON COLUMN mails.reply IS 'Last word of the mail server, or why nothing was sent.';
CREATE INDEX mails_due ON mails (next_attempt_at) WHERE state = 'queued';
CREATE INDEX mails_by_customer ON mails (customer_number, id);
CREATE INDEX mails_trouble ON mails (id) WHERE state IN ('failed', 'dropped');

CREATE TABLE audit_events (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    kind TEXT NOT NULL,
    actor JSONB NOT NULL,
    customer_number BIGINT,
    status_before TEXT,
    status_after TEXT,
    details JSONB NOT NULL
);
COMMENT ON TABLE audit_events IS 'What happened, who did it, how the case stood before and after (5.6-9). Append-only.';
CREATE INDEX audit_events_by_customer ON audit_events (customer_number, id);
CREATE INDEX audit_events_by_time ON audit_events (at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER agreement_documents_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON agreement_documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The counts beside the filter: at most `cap` + 1 index entries are read for each status. A row
-- whose time has come counts under the status it has now.
CREATE FUNCTION status_counts(
    whose TEXT, who BIGINT, statuses TEXT[], cap INTEGER, as_of TIMESTAMPTZ
) RETURNS BIGINT[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    counts BIGINT[];
    late BIGINT[];
    earliest TIMESTAMPTZ;
BEGIN
    CASE whose
    WHEN 'all' THEN
        SELECT array_agg((SELECT count(*) FROM (SELECT 1 FROM case_rows WHERE status = s.one LIMIT cap + 1) r) ORDER BY s.at)
        INTO counts FROM unnest(statuses) WITH ORDINALITY AS s (one, at);
    WHEN 'partner' THEN
        SELECT array_agg((SELECT count(*) FROM (
            SELECT 1 FROM case_rows WHERE partner_id = who AND status = s.one LIMIT cap + 1) r) ORDER BY s.at)
        INTO counts FROM unnest(statuses) WITH ORDINALITY AS s (one, at);
    ELSE
        SELECT array_agg((SELECT count(*) FROM (
            SELECT 1 FROM case_rows WHERE sub_partner_id = who AND status = s.one LIMIT cap + 1) r) ORDER BY s.at)
        INTO counts FROM unnest(statuses) WITH ORDINALITY AS s (one, at);
    END CASE;
    -- Nearly always nothing is late; one look at the end of the index says so.
    SELECT next_at INTO earliest FROM case_rows WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1;
    IF earliest <= as_of THEN
        WITH overdue AS (
            SELECT status, next_status FROM case_rows
            WHERE next_at <= as_of
              AND (whose = 'all' OR (whose = 'partner' AND partner_id = who) OR (whose = 'sub' AND sub_partner_id = who))
            ORDER BY next_at
            LIMIT cap
        )
        SELECT array_agg((SELECT count(*) FILTER (WHERE next_status = s.one) - count(*) FILTER (WHERE status = s.one) FROM overdue) ORDER BY s.at)
        INTO late FROM unnest(statuses) WITH ORDINALITY AS s (one, at);
        SELECT array_agg(greatest(c.n + c.l, 0) ORDER BY c.at) INTO counts
        FROM unnest(counts, late) WITH ORDINALITY AS c (n, l, at);
    END IF;
    RETURN counts;
END
$$;
