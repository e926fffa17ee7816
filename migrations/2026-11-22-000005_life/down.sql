ALTER TABLE agreements DROP COLUMN sub_partner_left_at;
ALTER TABLE agreements DROP CONSTRAINT agreements_link_of_request;
ALTER TABLE agreements ALTER COLUMN link_id SET NOT NULL;
ALTER TABLE agreements ALTER COLUMN request_id SET NOT NULL;
ALTER TABLE requests ADD COLUMN due_at TIMESTAMPTZ;
UPDATE requests SET due_at = case_rows.due_at
    FROM case_rows WHERE requests.customer_number = case_rows.number AND requests.closed_at IS NULL;
ALTER TABLE requests ADD CONSTRAINT requests_due_only_open CHECK (closed_at IS NULL OR due_at IS NULL);
CREATE INDEX requests_due ON requests (due_at) WHERE due_at IS NOT NULL;
ALTER TABLE case_rows DROP COLUMN due_at;
ALTER TABLE requests DROP CONSTRAINT requests_outcome;
ALTER TABLE requests ADD CONSTRAINT requests_outcome
    CHECK (outcome IN ('concluded', 'declined', 'expired', 'superseded', 'not_needed', 'objected'));
ALTER TABLE requests DROP CONSTRAINT requests_reason;
ALTER TABLE requests ADD CONSTRAINT requests_reason CHECK (reason IN ('first', 'manual', 'sub_partner', 'product'));
ALTER TABLE bookings DROP COLUMN settled_at;
