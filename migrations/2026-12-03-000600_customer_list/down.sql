DROP FUNCTION status_counts(TEXT, BIGINT, TEXT[], INTEGER, TIMESTAMPTZ);
DROP TABLE word_parts, case_words, case_rows;
