-- What a case needs to live through years: bookings that end, sub-partners that leave, contracts on
-- paper, and steps that are due without an open round.

ALTER TABLE bookings ADD COLUMN settled_at TIMESTAMPTZ;
COMMENT ON COLUMN bookings.settled_at IS 'When the end of the booking was acted upon: agreement ended, customer told (rows 19, 43, 44).';
UPDATE bookings SET settled_at = ends_at;

ALTER TABLE requests DROP CONSTRAINT requests_reason;
ALTER TABLE requests ADD CONSTRAINT requests_reason CHECK (
    reason IN ('first', 'manual', 'sub_partner', 'product', 'partner', 'particulars', 'in_error'));
ALTER TABLE requests DROP CONSTRAINT requests_outcome;
ALTER TABLE requests ADD CONSTRAINT requests_outcome CHECK (
    outcome IN ('concluded', 'declined', 'expired', 'superseded', 'not_needed', 'objected', 'locked'));

ALTER TABLE case_rows ADD COLUMN due_at TIMESTAMPTZ;
COMMENT ON COLUMN case_rows.due_at IS 'From when the scheduler has something to do: a reminder, the end of a round, the end of a booking.';
UPDATE case_rows SET due_at = requests.due_at
    FROM requests WHERE requests.customer_number = case_rows.number AND requests.due_at IS NOT NULL;
CREATE INDEX case_rows_due ON case_rows (due_at, number) WHERE due_at IS NOT NULL;
ALTER TABLE requests DROP COLUMN due_at;

ALTER TABLE agreements ALTER COLUMN request_id DROP NOT NULL;
ALTER TABLE agreements ALTER COLUMN link_id DROP NOT NULL;
ALTER TABLE agreements ADD CONSTRAINT agreements_link_of_request CHECK (link_id IS NULL OR request_id IS NOT NULL);
COMMENT ON COLUMN agreements.link_id IS 'By which link it was concluded; empty if it was signed on paper (5.8-18).';
ALTER TABLE agreements ADD COLUMN sub_partner_left_at TIMESTAMPTZ;
COMMENT ON COLUMN agreements.sub_partner_left_at IS 'Since when the sub-partner it names no longer looks after the customer (row 24).';
COMMENT ON TABLE agreements IS 'Concluded agreements. Only the end and the leaving of the sub-partner are ever written to a row.';
