DROP INDEX mails_forgettable;
CREATE INDEX mails_forgettable ON mails (done_at)
    WHERE done_at IS NOT NULL
      AND kind ->> 'kind' NOT IN ('request', 'reminder', 'concluded', 'objected', 'ended');
DROP TABLE notices;
UPDATE operator SET facts = facts || jsonb_build_object('sub_processors',
    coalesce((SELECT jsonb_agg(s.facts ORDER BY s.id) FROM sub_processors s WHERE s.valid_until IS NULL), '[]'));
DROP TABLE sub_processors;
DROP TABLE announcements;
