-- A concluded agreement that lacks something nobody is asked for any more has a status of its own
-- (5.8-7). Whoever may have it is marked as changed by time, so that the periodic work writes the
-- line of the list anew from the facts.
UPDATE case_rows SET next_at = '2000-01-01T00:00:00Z', next_status = status, next_moment = moment
    WHERE status IN ('concluded', 'update_pending')
      AND (sub_partner_id IS NOT NULL
           OR EXISTS (SELECT 1 FROM requests
                      WHERE requests.customer_number = case_rows.number
                        AND (requests.outcome IS DISTINCT FROM 'concluded'))
           OR EXISTS (SELECT 1 FROM customers WHERE customers.number = case_rows.number AND customers.email IS NULL));
