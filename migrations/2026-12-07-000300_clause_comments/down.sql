DROP TABLE clause_drafts;
DROP TABLE clause_changes;
DROP TABLE clause_comments;
