DROP INDEX mails_forgettable;
CREATE INDEX mails_forgettable ON mails (done_at)
    WHERE done_at IS NOT NULL
      AND kind ->> 'kind' NOT IN ('request', 'reminder', 'concluded', 'objected', 'ended');
DROP TABLE notices;
