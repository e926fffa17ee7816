-- What the set-up list cannot tell from other rows (S-95): that the mail server took a test mail, that a
-- person found it in the mailbox, and that a backup was put back.

CREATE TABLE setup_marks (
    what TEXT PRIMARY KEY CONSTRAINT setup_marks_what CHECK (what IN ('mail_taken', 'mail_arrived', 'backup_rehearsed')),
    on_day DATE NOT NULL,
    settings TEXT,
    CONSTRAINT setup_marks_settings CHECK ((what = 'backup_rehearsed') = (settings IS NULL))
);
COMMENT ON TABLE setup_marks IS 'What was done when the portal was set up, one row for each thing; who did it stands in the log.';
COMMENT ON COLUMN setup_marks.on_day IS 'The Berlin day on which it was done last.';
COMMENT ON COLUMN setup_marks.settings IS 'Keyed hash of the mail settings with which it was done.';
