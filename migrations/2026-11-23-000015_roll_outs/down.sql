DROP INDEX mails_forgettable;
CREATE INDEX mails_forgettable ON mails (done_at)
    WHERE done_at IS NOT NULL
      AND kind ->> 'kind' NOT IN ('request', 'reminder', 'concluded', 'objected', 'ended', 'announcement', 'dissented', 'dissent_settled');
DROP INDEX mails_of_roll_outs;
DROP INDEX agreements_in_force_by_version;
DROP TABLE roll_out_figures;
DROP TABLE roll_out_customers;
DROP TABLE roll_outs;
