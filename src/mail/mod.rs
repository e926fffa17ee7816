//! Texts and transport of mails.
