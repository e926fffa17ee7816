//! Mails to users about their own access: password links, and that a password was changed.

use chrono::{DateTime, Utc};

use super::{MailBody, Reader, templates};
use crate::mail::words::MailWords;

/// A link with which a user sets a password.
#[derive(Debug, Clone)]
pub struct SetPassword {
    /// Name of the recipient.
    pub name: String,
    /// Address of the page on which it is set.
    pub link: String,
    /// The last moment at which the link is valid.
    pub valid_until: DateTime<Utc>,
    /// Whether it is the first password of a new user.
    pub invitation: bool,
}

templates!(
    SetPassword,
    "mail/set_password.txt",
    "mail/set_password.html"
);

impl MailBody for SetPassword {
    fn reader(&self) -> Reader {
        Reader::User
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        let portal = w.portal();
        match (w.en(), self.invitation) {
            (false, true) => format!("Ihr Zugang zum {portal}"),
            (false, false) => format!("Neues Passwort für das {portal}"),
            (true, true) => format!("Your access to the {portal}"),
            (true, false) => format!("New password for the {portal}"),
        }
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            name,
            link: _,
            valid_until: _,
            invitation: _,
        } = self;
        vec![name]
    }

    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        Some(&self.link)
    }
}

/// A password was changed (S-38).
#[derive(Debug, Clone)]
pub struct PasswordChanged {
    /// Name of the recipient.
    pub name: String,
    /// When it was changed.
    pub at: DateTime<Utc>,
}

templates!(
    PasswordChanged,
    "mail/password_changed.txt",
    "mail/password_changed.html"
);

impl MailBody for PasswordChanged {
    fn reader(&self) -> Reader {
        Reader::User
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        if w.en() {
            format!("Your password for the {} was changed", w.portal())
        } else {
            format!("Ihr Passwort für das {} wurde geändert", w.portal())
        }
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self { name, at: _ } = self;
        vec![name]
    }
}

#[cfg(test)]
pub(in crate::mail) fn samples(_: &crate::mail::CaseWords) -> Vec<super::Sample> {
    use crate::mail::samples::utc;

    let name = "Jörg Müller".to_owned();
    let mut all: Vec<super::Sample> = Vec::new();
    for invitation in [true, false] {
        let body = SetPassword {
            name: name.clone(),
            link: "https://avv.plusnet.example/passwort/abc".to_owned(),
            valid_until: utc("2026-11-25T13:05:00Z"),
            invitation,
        };
        all.push((format!("set password {invitation}"), body.into()));
    }
    let at = utc("2026-11-24T13:05:00Z");
    let changed = PasswordChanged { name, at };
    all.push(("password changed".to_owned(), changed.into()));
    all
}
