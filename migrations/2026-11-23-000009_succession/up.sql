-- A new conclusion while the agreement in force goes on: because the customer is another company now
-- (row 48), or because there is a new contract version (row 36).

ALTER TABLE requests DROP CONSTRAINT requests_reason;
ALTER TABLE requests ADD CONSTRAINT requests_reason CHECK (
    reason IN ('first', 'manual', 'sub_partner', 'product', 'partner', 'particulars', 'in_error', 'succession', 'version'));
