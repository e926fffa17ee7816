UPDATE case_rows SET status = 'no_email' WHERE status = 'address_open';
UPDATE case_rows SET next_status = 'no_email' WHERE next_status = 'address_open';
DELETE FROM status_days WHERE status = 'address_open';
DROP TABLE entered_addresses;
-- Its end stays what it is, but for the word.
ALTER TABLE agreements DISABLE TRIGGER agreements_facts_kept;
UPDATE agreements SET how = 'ended' WHERE how = 'disowned';
ALTER TABLE agreements ENABLE TRIGGER agreements_facts_kept;
ALTER TABLE agreements DROP CONSTRAINT agreements_how,
    ADD CONSTRAINT agreements_how CHECK (how IN ('objected', 'replaced', 'ended'));
