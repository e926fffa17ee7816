-- The transfer mechanism of a company in English, where it was given (C4).
ALTER TABLE sub_processors
    ADD CONSTRAINT sub_processors_mechanism_en CHECK (coalesce(jsonb_typeof(facts -> 'mechanism_en'), 'string') = 'string');
