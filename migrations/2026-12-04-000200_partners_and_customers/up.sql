-- Who is in business with whom: the operator and what it sells, the partners who sell it, and the
-- customers who have booked it.

CREATE TABLE operator (
    id SMALLINT PRIMARY KEY DEFAULT 1 CONSTRAINT operator_is_one CHECK (id = 1),
    facts JSONB NOT NULL,
    CONSTRAINT operator_facts CHECK (
        has_texts(facts, ARRAY['short_name', 'data_protection_officer', 'hours', 'hours_en'])
        AND may_have(facts, 'string', ARRAY['data_protection_email', 'objection_email'])
        AND has_texts(facts -> 'party', ARRAY['name', 'street', 'postcode', 'city', 'country', 'register', 'represented_by', 'contact', 'phone'])
        AND may_have(facts -> 'party', 'string', ARRAY['email'])
        AND coalesce(jsonb_typeof(facts -> 'sub_processors'), 'array') = 'array'),
    -- Whose public holidays the operator keeps (F10); without an entry those of all of Germany.
    CONSTRAINT operator_holidays CHECK (
        coalesce(facts ->> 'holidays', 'DE') IN (
            'DE', 'DE-BW', 'DE-BY', 'DE-BE', 'DE-BB', 'DE-HB', 'DE-HH', 'DE-HE', 'DE-MV', 'DE-NI', 'DE-NW',
            'DE-RP', 'DE-SL', 'DE-SN', 'DE-ST', 'DE-SH', 'DE-TH'))
);
COMMENT ON TABLE operator IS 'The provider that runs the portal: one row, filled under Betrieb.';

CREATE TABLE branding (
    id SMALLINT PRIMARY KEY DEFAULT 1 CONSTRAINT branding_is_one CHECK (id = 1),
    facts JSONB NOT NULL,
    logo BYTEA,
    logo_png BYTEA,
    CONSTRAINT branding_facts CHECK (jsonb_typeof(facts) = 'object'),
    CONSTRAINT branding_logo CHECK (
        (logo IS NULL) = (logo_png IS NULL)
        AND (logo IS NULL) = (coalesce(jsonb_typeof(facts -> 'logo'), 'null') = 'null')),
    CONSTRAINT branding_logo_size CHECK (octet_length(logo) <= 1048576 AND octet_length(logo_png) <= 1048576)
);
COMMENT ON TABLE branding IS 'How the portal looks and what its legal pages say: at most one row; no contract copies it.';
COMMENT ON COLUMN branding.logo IS 'The logo as browsers get it: SVG or PNG, as facts says.';
COMMENT ON COLUMN branding.logo_png IS 'The same as PNG, for mails and documents.';

CREATE TABLE products (
    code TEXT PRIMARY KEY,
    position SMALLINT NOT NULL UNIQUE,
    facts JSONB NOT NULL,
    CONSTRAINT products_facts CHECK (
        has_texts(facts, ARRAY['code', 'name', 'short_name']) AND facts ->> 'code' = code
        AND has_flags(facts, ARRAY['requires_avv', 'retired'])
        AND may_have(facts, 'string', ARRAY['name_en'])
        AND may_have(facts, 'boolean', ARRAY['portal_administered', 'personal_data'])
        AND has_texts(facts -> 'module', ARRAY['key', 'name']) AND has_flags(facts -> 'module', ARRAY['gated'])
        AND may_have(facts -> 'module', 'string', ARRAY['name_en'])
        AND coalesce(jsonb_typeof(facts -> 'options'), '') = 'array'
        AND NOT jsonb_path_exists(facts, 'strict $.options[*] ? (@.type() != "object")', '{}', TRUE)
        AND NOT jsonb_path_exists(facts, '$.options[*] ? (!(@.code.type() == "string" && @.name.type() == "string"
            && @.short_name.type() == "string" && @.requires_avv.type() == "boolean" && @.retired.type() == "boolean"))')
        AND NOT jsonb_path_exists(facts, '$.options[*].name_en ? (@.type() != "string" && @.type() != "null")')
        AND NOT jsonb_path_exists(facts, '$.options[*] ? (exists (@.module)).module ? (@.type() != "null" && !(@.key.type() == "string"
            && @.name.type() == "string" && @.gated.type() == "boolean"))')),
    CONSTRAINT products_code CHECK (code ~ '^[a-z0-9][a-z0-9-]*$')
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
    block_reason TEXT,
    deactivated_at TIMESTAMPTZ,
    list_key TEXT COLLATE "C" NOT NULL,
    former_emails TEXT[] NOT NULL DEFAULT '{}',
    unreleased_since TIMESTAMPTZ,
    CONSTRAINT partners_not_own_parent CHECK (parent_id <> id),
    CONSTRAINT partners_reason_of_block CHECK (block_reason IS NULL OR blocked_at IS NOT NULL),
    CONSTRAINT partners_deactivated_is_sub CHECK (deactivated_at IS NULL OR parent_id IS NOT NULL),
    CONSTRAINT partners_release CHECK (unreleased_since IS NULL OR parent_id IS NOT NULL)
);
COMMENT ON TABLE partners IS 'Sales partners (Mandant) and, with a parent, sub-partners (Submandant).';
COMMENT ON COLUMN partners.block_reason IS 'Why the operator blocked it (row 49); only the operator reads it.';
COMMENT ON COLUMN partners.deactivated_at IS 'Since when its Mandant no longer works with this sub-partner.';
COMMENT ON COLUMN partners.list_key IS 'Place in the list of partners: each Mandant, then its Submandanten, by name.';
-- A mailbox stays a partner's mailbox when the partner enters another one.
COMMENT ON COLUMN partners.former_emails IS 'Addresses it had before, so that no customer is asked there (5.6-11).';
COMMENT ON COLUMN partners.unreleased_since IS 'Since when a sub-partner waits for the operator''s release; empty when it can be named.';
CREATE INDEX partners_by_parent ON partners (parent_id);
CREATE UNIQUE INDEX partners_by_list_key ON partners (list_key);
CREATE INDEX partners_deactivated ON partners (id) WHERE deactivated_at IS NOT NULL;
CREATE INDEX partners_unreleased ON partners (id) WHERE unreleased_since IS NOT NULL;

CREATE TABLE customers (
    number TEXT COLLATE customer_number PRIMARY KEY
        CONSTRAINT customers_number CHECK (number COLLATE "C" ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$'),
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
COMMENT ON COLUMN customers.number IS 'As the other systems of the provider write it.';
-- Retention finds its candidates by this and does not read those who are still there (EV-16, row 52).
CREATE INDEX customers_deleted ON customers (deleted_at DESC, number DESC) WHERE deleted_at IS NOT NULL;

CREATE TABLE bookings (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_number TEXT COLLATE customer_number NOT NULL REFERENCES customers (number),
    product_code TEXT NOT NULL REFERENCES products (code),
    options JSONB NOT NULL,
    booked_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ,
    settled_at TIMESTAMPTZ,
    CONSTRAINT bookings_options CHECK (
        jsonb_typeof(options) = 'array'
        AND NOT jsonb_path_exists(options, 'strict $[*] ? (@.type() != "object")', '{}', TRUE)
        AND NOT jsonb_path_exists(options, '$[*] ? (!(@.code.type() == "string"))')
        AND NOT jsonb_path_exists(options, 'strict $[*].ends_at ? (@.type() != "null"
            && !(@.type() == "string" && @ like_regex "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$"))', '{}', TRUE))
);
COMMENT ON COLUMN bookings.options IS 'What is booked with the product: code of each option, and from when it is gone (B5).';
COMMENT ON COLUMN bookings.settled_at IS 'When the end of the booking was acted upon: agreement ended, customer told (rows 19, 43, 44).';
CREATE INDEX bookings_by_customer ON bookings (customer_number);
-- Who has a product: how many, and one after the other (P-07).
CREATE INDEX bookings_by_product ON bookings (product_code, customer_number);
