DROP FUNCTION may_have(JSONB, TEXT, TEXT[]);
DROP FUNCTION has_flags(JSONB, TEXT[]);
DROP FUNCTION has_texts(JSONB, TEXT[]);
DROP FUNCTION refuse_change();
DROP COLLATION customer_number;
