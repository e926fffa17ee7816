-- The operator's twelve weeks: figures are counted from this index alone, however many other events
-- there are. The query repeats the condition word by word, else the planner cannot use the index.
CREATE INDEX audit_events_figures ON audit_events (at, kind)
    WHERE kind IN ('asked', 'concluded', 'declined', 'objected') OR (kind = 'booked' AND details @> '{"asked": true}');
