DROP FUNCTION booked_products(TEXT[]);
DROP FUNCTION is_shut_out(BIGINT);
DROP TABLE case_gates;
DROP FUNCTION status_counts(TEXT, BIGINT, TEXT[], INTEGER, TIMESTAMPTZ);
DROP TABLE word_parts, case_words, case_rows;
