DROP TABLE word_parts;
DELETE FROM case_words WHERE word LIKE '@%';
COMMENT ON TABLE case_words IS 'Words of company names and the customer number, for search by the beginning of a word.';
ALTER TABLE case_rows DROP COLUMN search_text, DROP COLUMN stands_at;
