//! Who did something, and whom it let in or shut out (EV-11).

use crate::domain::Language;
use crate::domain::audit::effect::{Effect, PartnerAccess};
use crate::domain::audit::{Actor, AuditKind};
use crate::domain::company::UserRight;
use crate::domain::export::ExportedList;
use crate::domain::identity::IdentityEnd;
use crate::domain::viewer::OperatorRole;
use crate::wording::company;

impl Actor {
    /// Who it was, for the history: name and company, "Kunde", "Portal".
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::User { name, company, .. } if company.is_empty() || company == name => {
                name.clone()
            }
            Self::User { name, company, .. } => format!("{name}, {company}"),
            Self::Link { .. } | Self::Notice { .. } if language.is_en() => "Customer".to_owned(),
            Self::Link { .. } | Self::Notice { .. } => "Kunde".to_owned(),
            Self::Former { .. } if language.is_en() => "Former address".to_owned(),
            Self::Former { .. } => "Bisherige Adresse".to_owned(),
            Self::Client { name, .. } if language.is_en() => format!("System “{name}”"),
            Self::Client { name, .. } => format!("System „{name}“"),
            Self::Portal | Self::Command => "Portal".to_owned(),
        }
    }
}

impl Effect {
    /// The event in words, and whose access it opened and closed: for the operator, who alone may
    /// know how many people a partner has.
    pub fn tell(&self, kind: &AuditKind, language: Language) -> String {
        let what = match kind {
            // Says the same without the people.
            AuditKind::Objected {
                number, channel, ..
            } if !self.is_empty() => AuditKind::Objected {
                number: number.clone(),
                channel: *channel,
                closed: Vec::new(),
            }
            .sentence(language),
            kind => kind.sentence(language),
        };
        let (opened, closed) = if language.is_en() {
            ("access opened for", "access closed for")
        } else {
            ("Zugriff geöffnet für", "Zugriff geschlossen für")
        };
        let mut out = what;
        for (words, list) in [(opened, &self.opened), (closed, &self.closed)] {
            if !list.is_empty() {
                let whose: Vec<String> = list.iter().map(|one| one.words(language)).collect();
                out = format!("{out}; {words} {}", whose.join(", "));
            }
        }
        out
    }
}

impl PartnerAccess {
    /// "Muster IT GmbH (Centraflex, 2 Benutzer)".
    fn words(&self, language: Language) -> String {
        let users = match (self.user_count, language.is_en()) {
            (1, false) => "1 Benutzer".to_owned(),
            (0, false) => "kein Benutzer".to_owned(),
            (more, false) => format!("{more} Benutzer"),
            (1, true) => "1 user".to_owned(),
            (0, true) => "no user".to_owned(),
            (more, true) => format!("{more} users"),
        };
        let modules = self
            .modules
            .iter()
            .map(|name| name.say(language).to_owned());
        let parts: Vec<String> = modules.chain([users]).collect();
        format!("{} ({})", self.name, parts.join(", "))
    }
}

/// `what`, and which permissions the user has.
pub(super) fn with_rights(what: &str, rights: &[UserRight], language: Language) -> String {
    match (rights, language) {
        ([], _) => what.to_owned(),
        (_, Language::De) => format!(
            "{what}, Berechtigungen: {}",
            company::rights(rights, "", language)
        ),
        (_, Language::En) => format!(
            "{what}, permissions: {}",
            company::rights(rights, "", language)
        ),
    }
}

/// What an issuer made of a user.
pub(super) fn by_issuer(
    (name, issuer): (&str, &str),
    role: Option<OperatorRole>,
    added: bool,
    language: Language,
) -> String {
    let job = role.map(|role| match language {
        Language::De => role.word(),
        Language::En => role.english(),
    });
    match (added, job, language) {
        (true, None, Language::De) => {
            format!("Benutzer {name} angelegt, bei „{issuer}“ angemeldet")
        }
        (true, None, Language::En) => format!("User {name} added, signed in at “{issuer}”"),
        (true, Some(job), Language::De) => {
            format!("Benutzer {name} angelegt, bei „{issuer}“ angemeldet, Rolle {job}")
        }
        (true, Some(job), Language::En) => {
            format!("User {name} added, signed in at “{issuer}”, role {job}")
        }
        (false, job, Language::De) => format!(
            "Rolle von {name} durch „{issuer}“ geändert: {}",
            job.unwrap_or_default()
        ),
        (false, job, Language::En) => format!(
            "Role of {name} changed by “{issuer}”: {}",
            job.unwrap_or_default()
        ),
    }
}

/// Why a session ended at an issuer.
pub(super) fn over(issuer: &str, why: IdentityEnd) -> (String, String) {
    match why {
        IdentityEnd::SignedOut => (
            format!("bei „{issuer}“ abgemeldet"),
            format!("signed out at “{issuer}”"),
        ),
        IdentityEnd::Gone => (
            format!("„{issuer}“ kennt die Anmeldung nicht mehr"),
            format!("“{issuer}” does not know the session any more"),
        ),
        IdentityEnd::ClaimChanged => (
            format!("„{issuer}“ sagt über die Person etwas anderes als bei der Anmeldung"),
            format!("“{issuer}” says something else of the person than at sign-in"),
        ),
        IdentityEnd::Unreachable => (
            format!("„{issuer}“ antwortet seit einer Viertelstunde nicht"),
            format!("“{issuer}” has not answered for a quarter of an hour"),
        ),
    }
}

/// That somebody downloaded a list as a table.
pub(super) fn exported(list: ExportedList, narrowed: bool, language: Language) -> String {
    let name = list.name(language);
    let (what, part) = if language.is_en() {
        ("List downloaded", "a part of it")
    } else {
        ("Liste heruntergeladen", "ein Teil davon")
    };
    if narrowed {
        format!("{what}: {name}, {part}")
    } else {
        format!("{what}: {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{LinkId, UserId};

    #[test]
    fn who_it_was_is_said_in_both_languages() {
        let person = |company: &str| Actor::User {
            id: UserId(1),
            name: "Erika Muster".to_owned(),
            company: company.to_owned(),
        };
        let link = Actor::Link {
            id: LinkId(uuid::Uuid::nil()),
        };
        for (actor, de, en) in [
            (person(""), "Erika Muster", "Erika Muster"),
            (
                person("M GmbH"),
                "Erika Muster, M GmbH",
                "Erika Muster, M GmbH",
            ),
            (link, "Kunde", "Customer"),
            (Actor::Portal, "Portal", "Portal"),
        ] {
            assert_eq!(actor.words(Language::De), de);
            assert_eq!(actor.words(Language::En), en);
        }
    }

    #[test]
    fn c5_an_account_called_like_its_company_is_named_once() {
        // As "Zugang anfordern" makes it.
        let actor = Actor::User {
            id: UserId(1),
            name: "Musikschule Allegro".to_owned(),
            company: "Musikschule Allegro".to_owned(),
        };
        assert_eq!(actor.words(Language::De), "Musikschule Allegro");
    }
}
