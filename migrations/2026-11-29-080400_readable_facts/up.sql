-- What the program cannot read is refused when it is written (F11): one careless row in a JSON column
-- would otherwise break every page that reads it. The functions name nothing of this schema, so that a
-- dump can be restored in any order.
CREATE FUNCTION has_texts(value JSONB, names TEXT[]) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(bool_and(coalesce(jsonb_typeof(value -> name) = 'string', FALSE)), FALSE)
    FROM unnest(names) AS name
$$;
COMMENT ON FUNCTION has_texts(JSONB, TEXT[]) IS 'Whether all these fields are there and are texts.';
CREATE FUNCTION may_have(value JSONB, kind TEXT, names TEXT[]) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT bool_and(coalesce(jsonb_typeof(value -> name), 'null') IN (kind, 'null'))
    FROM unnest(names) AS name
$$;
COMMENT ON FUNCTION may_have(JSONB, TEXT, TEXT[]) IS 'Whether these fields, where they are there, are of this kind.';

ALTER TABLE operator ADD CONSTRAINT operator_facts CHECK (
    has_texts(facts, ARRAY['short_name', 'data_protection_officer', 'hours', 'hours_en'])
    AND may_have(facts, 'string', ARRAY['data_protection_email', 'objection_email'])
    AND has_texts(facts -> 'party', ARRAY['name', 'street', 'postcode', 'city', 'country', 'register', 'represented_by', 'contact', 'phone'])
    AND may_have(facts -> 'party', 'string', ARRAY['email'])
    AND coalesce(jsonb_typeof(facts -> 'sub_processors'), 'array') = 'array');
ALTER TABLE products ADD CONSTRAINT products_facts CHECK (
    has_texts(facts, ARRAY['code', 'name', 'short_name', 'trigger'])
    AND facts ->> 'code' = code AND facts ->> 'trigger' IN ('always', 'with_ums')
    AND may_have(facts, 'boolean', ARRAY['portal_administered', 'personal_data'])
    AND has_texts(facts -> 'module', ARRAY['key', 'name']) AND has_texts(facts -> 'gated_module', ARRAY['key', 'name']));
ALTER TABLE sub_processors ADD CONSTRAINT sub_processors_facts CHECK (
    has_texts(facts, ARRAY['service', 'service_en', 'place', 'place_en', 'mechanism'])
    AND coalesce(jsonb_typeof(facts -> 'delimitation'), 'string') = 'string'
    AND coalesce(jsonb_typeof(facts -> 'delimitation_en'), 'string') = 'string'
    AND may_have(facts, 'string', ARRAY['from', 'until'])
    AND has_texts(facts -> 'party', ARRAY['name', 'street', 'postcode', 'city', 'country', 'register', 'represented_by', 'contact', 'phone'])
    AND may_have(facts -> 'party', 'string', ARRAY['email']));
ALTER TABLE requests ADD CONSTRAINT requests_offer CHECK (
    has_texts(offer, ARRAY['version']) AND coalesce(jsonb_typeof(offer -> 'partner'), '') = 'number'
    AND may_have(offer, 'number', ARRAY['sub_partner']) AND NOT coalesce(offer ->> 'partner', '') ~ '[^0-9]'
    AND NOT coalesce(offer ->> 'sub_partner', '') ~ '[^0-9]'
    AND coalesce(jsonb_typeof(offer -> 'products'), '') = 'array'
    AND NOT jsonb_path_exists(offer, 'strict $.products[*] ? (@.type() != "object")', '{}', TRUE)
    AND NOT jsonb_path_exists(offer, '$.products[*] ? (!(@.product.type() == "string" && @.ums.type() == "boolean"))'));
ALTER TABLE agreements ADD CONSTRAINT agreements_offer CHECK (
    has_texts(offer, ARRAY['version']) AND coalesce(jsonb_typeof(offer -> 'partner'), '') = 'number'
    AND may_have(offer, 'number', ARRAY['sub_partner']) AND NOT coalesce(offer ->> 'partner', '') ~ '[^0-9]'
    AND NOT coalesce(offer ->> 'sub_partner', '') ~ '[^0-9]'
    AND coalesce(jsonb_typeof(offer -> 'products'), '') = 'array'
    AND NOT jsonb_path_exists(offer, 'strict $.products[*] ? (@.type() != "object")', '{}', TRUE)
    AND NOT jsonb_path_exists(offer, '$.products[*] ? (!(@.product.type() == "string" && @.ums.type() == "boolean"))'));
ALTER TABLE announcements ADD CONSTRAINT announcements_contents CHECK (
    jsonb_typeof(changes) = 'array' AND coalesce(jsonb_typeof(list_before), 'array') = 'array'
    AND coalesce(jsonb_typeof(list_after), 'array') = 'array');
ALTER TABLE proposals ADD CONSTRAINT proposals_details CHECK (jsonb_typeof(details) = 'object');
ALTER TABLE mails ADD CONSTRAINT mails_kind CHECK (has_texts(kind, ARRAY['kind'])),
    ADD CONSTRAINT mails_recipient CHECK (has_texts(recipient, ARRAY['to']));
ALTER TABLE sessions ADD CONSTRAINT sessions_state CHECK (jsonb_typeof(state) = 'object');
ALTER TABLE agreement_documents ADD CONSTRAINT agreement_documents_contents CHECK (jsonb_typeof(contents) = 'object');
ALTER TABLE audit_events ADD CONSTRAINT audit_events_contents CHECK (
    (actor IS NULL OR has_texts(actor, ARRAY['actor'])) AND (details IS NULL OR jsonb_typeof(details) = 'object'));
ALTER TABLE contract_versions ADD CONSTRAINT contract_versions_notes CHECK (
    jsonb_typeof(touched) = 'object' AND jsonb_typeof(confirmations) = 'array');
