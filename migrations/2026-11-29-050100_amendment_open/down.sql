UPDATE case_rows SET status = 'concluded' WHERE status = 'amendment_open';
UPDATE case_rows SET next_status = 'concluded' WHERE next_status = 'amendment_open';
DELETE FROM status_days WHERE status = 'amendment_open';
