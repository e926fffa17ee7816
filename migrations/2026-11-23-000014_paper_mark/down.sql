ALTER TABLE case_rows DROP COLUMN on_paper;
