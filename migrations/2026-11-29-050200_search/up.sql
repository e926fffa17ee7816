-- Customers are found by number, company, town, postcode, e-mail address and agreement, by inner
-- parts of words and whatever the spelling; the list can be sorted by the date of its status (C7).
ALTER TABLE case_rows
    ADD COLUMN stands_at TIMESTAMPTZ NOT NULL DEFAULT '9999-01-01T00:00:00Z',
    ADD COLUMN search_text TEXT COLLATE "C" NOT NULL DEFAULT '';
-- Every line is written anew from its facts by the periodic work, with its words.
UPDATE case_rows SET stands_at = coalesce(moment, stands_at),
    next_at = '2000-01-01T00:00:00Z', next_status = status, next_moment = moment
    WHERE next_at IS NULL OR next_at > '2000-01-01T00:00:00Z';
ALTER TABLE case_rows ALTER COLUMN stands_at DROP DEFAULT, ALTER COLUMN search_text DROP DEFAULT;
COMMENT ON COLUMN case_rows.stands_at IS 'The moment, or the end of time where there is none: what the order by date goes by.';
COMMENT ON COLUMN case_rows.search_text IS 'All words of the customer in `case_words`, with single spaces between them.';
CREATE INDEX case_rows_date ON case_rows (stands_at, number);
CREATE INDEX case_rows_status_date ON case_rows (status, stands_at, number);
CREATE INDEX case_rows_partner_date ON case_rows (partner_id, stands_at, number);
CREATE INDEX case_rows_partner_status_date ON case_rows (partner_id, status, stands_at, number);
CREATE INDEX case_rows_sub_date ON case_rows (sub_partner_id, stands_at, number) WHERE sub_partner_id IS NOT NULL;

COMMENT ON TABLE case_words IS 'Words by which a customer is found, from their beginning: company, town, postcode, number, agreements; those of the e-mail address begin with @.';
CREATE TABLE word_parts (
    part TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (part, word)
);
COMMENT ON TABLE word_parts IS 'Ends of the words in `case_words`, each word once, so that it is found by what stands inside it. A word that no customer has any more is not kept.';
CREATE INDEX word_parts_word ON word_parts (word);
