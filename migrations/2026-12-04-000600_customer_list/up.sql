-- What the customer list shows, counts and searches: written with the facts it is computed from, so
-- that a page costs the same with a million customers as with ten.

CREATE TABLE case_rows (
    number TEXT COLLATE customer_number PRIMARY KEY REFERENCES customers (number),
    id BIGINT GENERATED ALWAYS AS IDENTITY CONSTRAINT case_rows_id UNIQUE,
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
    due_at TIMESTAMPTZ,
    on_paper BOOLEAN NOT NULL DEFAULT FALSE,
    stands_at TIMESTAMPTZ NOT NULL,
    search_text TEXT COLLATE "C" NOT NULL,
    CONSTRAINT case_rows_next CHECK ((next_at IS NULL) = (next_status IS NULL))
);
COMMENT ON TABLE case_rows IS 'What the customer list shows, written with the facts it is computed from. Can be rebuilt from them at any time.';
COMMENT ON COLUMN case_rows.id IS 'By what the search goes, because it holds lists of tens of thousands against each other. Never shown.';
COMMENT ON COLUMN case_rows.next_at IS 'When time alone changes the status; from then on the next status and moment hold.';
COMMENT ON COLUMN case_rows.due_at IS 'From when the scheduler has something to do: a reminder, the end of a round, the end of a booking.';
COMMENT ON COLUMN case_rows.on_paper IS 'Whether the agreement in force was signed on paper (5.8-18).';
COMMENT ON COLUMN case_rows.stands_at IS 'The moment, or the end of time where there is none: what the order by date goes by.';
COMMENT ON COLUMN case_rows.search_text IS 'All words of the customer in `case_words`, with single spaces between them.';
-- Whose list it is, which filter, which order: each is one range of one of these.
CREATE INDEX case_rows_name ON case_rows (company_key, number);
CREATE INDEX case_rows_date ON case_rows (stands_at, number);
CREATE INDEX case_rows_status_name ON case_rows (status, company_key, number);
CREATE INDEX case_rows_status_number ON case_rows (status, number);
CREATE INDEX case_rows_status_date ON case_rows (status, stands_at, number);
CREATE INDEX case_rows_partner_name ON case_rows (partner_id, company_key, number);
CREATE INDEX case_rows_partner_number ON case_rows (partner_id, number);
CREATE INDEX case_rows_partner_date ON case_rows (partner_id, stands_at, number);
CREATE INDEX case_rows_partner_status_name ON case_rows (partner_id, status, company_key, number);
CREATE INDEX case_rows_partner_status_number ON case_rows (partner_id, status, number);
CREATE INDEX case_rows_partner_status_date ON case_rows (partner_id, status, stands_at, number);
CREATE INDEX case_rows_sub_name ON case_rows (sub_partner_id, company_key, number) WHERE sub_partner_id IS NOT NULL;
CREATE INDEX case_rows_sub_number ON case_rows (sub_partner_id, number) WHERE sub_partner_id IS NOT NULL;
CREATE INDEX case_rows_sub_date ON case_rows (sub_partner_id, stands_at, number) WHERE sub_partner_id IS NOT NULL;
CREATE INDEX case_rows_sub_status_name ON case_rows (sub_partner_id, status, company_key, number) WHERE sub_partner_id IS NOT NULL;
-- Tens of thousands of rows are due at the very same moment: pages of work are read from the index in
-- its order, with nothing left to sort.
CREATE INDEX case_rows_next ON case_rows (next_at, number) WHERE next_at IS NOT NULL;
CREATE INDEX case_rows_due ON case_rows (due_at, number) WHERE due_at IS NOT NULL;

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

CREATE TABLE case_words (
    word TEXT COLLATE "C" NOT NULL,
    row_id BIGINT NOT NULL REFERENCES case_rows (id),
    partner_id BIGINT,
    sub_partner_id BIGINT,
    PRIMARY KEY (word, row_id)
);
COMMENT ON TABLE case_words IS 'Words by which a customer is found, from their beginning: company, town, postcode, number, agreements; those of the e-mail address begin with @.';
CREATE INDEX case_words_partner ON case_words (partner_id, word, row_id);
CREATE INDEX case_words_sub ON case_words (sub_partner_id, word, row_id) WHERE sub_partner_id IS NOT NULL;
CREATE INDEX case_words_row ON case_words (row_id);

CREATE TABLE word_parts (
    part TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (part, word)
);
COMMENT ON TABLE word_parts IS 'Ends of the words in `case_words`, each word once, so that it is found by what stands inside it. A word that no customer has any more is not kept.';
CREATE INDEX word_parts_word ON word_parts (word);

-- What the gate in front of the products decides by: written with the facts of the case, so that a
-- question reads one row of it (S-56). Blocks of partners and the catalogue are read beside it: they
-- change without the case.
CREATE TABLE case_gates (
    number TEXT COLLATE customer_number PRIMARY KEY REFERENCES customers (number),
    partner_id BIGINT,
    sub_partner_id BIGINT,
    products TEXT[] NOT NULL,
    facts JSONB NOT NULL,
    CONSTRAINT case_gates_facts CHECK (
        coalesce(jsonb_typeof(facts -> 'bookings'), '') = 'array'
        AND NOT jsonb_path_exists(facts, 'strict $.bookings[*] ? (@.type() != "object")', '{}', TRUE)
        AND NOT jsonb_path_exists(facts, '$.bookings[*] ? (!(@.product.type() == "string" && @.options.type() == "array"))')
        AND may_have(facts, 'object', ARRAY['agreement'])
        AND (coalesce(jsonb_typeof(facts -> 'agreement'), 'null') = 'null'
            OR coalesce(jsonb_typeof(facts -> 'agreement' -> 'partner'), '') = 'number'
            AND coalesce(jsonb_typeof(facts -> 'agreement' -> 'products'), '') = 'array'
            AND has_flags(facts -> 'agreement', ARRAY['is_in_doubt']))),
    CONSTRAINT case_gates_chain CHECK (sub_partner_id IS NULL OR partner_id IS NOT NULL)
);
COMMENT ON TABLE case_gates IS 'What of a case decides about access, written with the facts it is taken from. Can be rebuilt from them at any time.';
COMMENT ON COLUMN case_gates.products IS 'Codes of the products in `facts`, each once.';
COMMENT ON COLUMN case_gates.facts IS 'Bookings with their ends, and what the agreement in force covers.';

-- What is read beside the row. The procedural language keeps their plans; joins and functions in SQL
-- took twice and three times as long.
CREATE FUNCTION booked_products(codes TEXT[]) RETURNS JSONB[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT facts - 'help' FROM products WHERE code = ANY (codes) ORDER BY position);
END
$$;
COMMENT ON FUNCTION booked_products(TEXT[]) IS 'These products in the order of the catalogue, without the texts of the help page.';

CREATE FUNCTION is_shut_out(partner BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
    RETURN (SELECT blocked_at IS NOT NULL OR deactivated_at IS NOT NULL FROM partners WHERE id = partner);
END
$$;
COMMENT ON FUNCTION is_shut_out(BIGINT) IS 'Whether a partner is blocked or deactivated now; NULL if there is none.';
