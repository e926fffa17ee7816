-- What guards tables of more than one subject. The functions name nothing of this schema, so that a
-- dump can be restored in any order.

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
