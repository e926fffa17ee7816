-- What guards and sorts tables of more than one subject. The functions name nothing of this schema, so that a
-- dump can be restored in any order.

-- How customer numbers are sorted: figures by their value, 9 before 10. What is not written the same is
-- not equal, so 7 and 007 are two numbers (deterministic). `domain::CustomerNumber` sorts the same way.
-- Every column with a customer's number has it; the planner can use no index over another one.
CREATE COLLATION customer_number (provider = icu, locale = 'und-u-kn-true');
COMMENT ON COLLATION customer_number IS 'Customer numbers: figures by their value, everything else as ICU has it.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;

-- What the program cannot read is refused when it is written (F11): one careless row in a JSON column
-- would otherwise break every page that reads it.
CREATE FUNCTION has_texts(value JSONB, names TEXT[]) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(bool_and(coalesce(jsonb_typeof(value -> name) = 'string', FALSE)), FALSE)
    FROM unnest(names) AS name
$$;
COMMENT ON FUNCTION has_texts(JSONB, TEXT[]) IS 'Whether all these fields are there and are texts.';

CREATE FUNCTION has_flags(value JSONB, names TEXT[]) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(bool_and(coalesce(jsonb_typeof(value -> name) = 'boolean', FALSE)), FALSE)
    FROM unnest(names) AS name
$$;
COMMENT ON FUNCTION has_flags(JSONB, TEXT[]) IS 'Whether all these fields are there and are yes or no.';

CREATE FUNCTION may_have(value JSONB, kind TEXT, names TEXT[]) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT bool_and(coalesce(jsonb_typeof(value -> name), 'null') IN (kind, 'null'))
    FROM unnest(names) AS name
$$;
COMMENT ON FUNCTION may_have(JSONB, TEXT, TEXT[]) IS 'Whether these fields, where they are there, are of this kind.';
