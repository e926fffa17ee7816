//! Mails that come back (row 8, EV-06).
