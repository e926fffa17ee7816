DROP FUNCTION may_have(JSONB, TEXT, TEXT[]);
DROP FUNCTION has_texts(JSONB, TEXT[]);
DROP FUNCTION refuse_change();
