//! Users: their roles and states, the browsers they are signed in with, and what the log says was changed.

use crate::domain::Language;
use crate::domain::agent::{Agent, Browser, System};
use crate::domain::user::{UserChange, UserKind, UserState};
use crate::domain::viewer::OperatorRole;

impl OperatorRole {
    /// The word on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "Administrator",
            Self::Legal => "Recht",
            Self::Support => "Support",
            Self::Auditor => "Revision",
        }
    }

    /// The word in English.
    pub(super) fn english(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Legal => "legal",
            Self::Support => "support",
            Self::Auditor => "auditor",
        }
    }

    /// What it may do, for whoever chooses it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Administrator => {
                "darf alles, auch Benutzer, Produkte und Einstellungen verwalten und freigeben"
            }
            Self::Legal => {
                "pflegt den Vertragstext, kündigt Änderungen an, gibt frei, sperrt Partner und löscht Kunden"
            }
            Self::Support => {
                "betreut Kunden, Buchungen und Partner, fordert Verträge an und bearbeitet Antworten"
            }
            Self::Auditor => "liest alles und ändert nichts",
        }
    }
}

impl UserKind {
    /// The role on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Operator(role) => role.word(),
            Self::Partner => "Vertriebspartner",
            Self::Customer => "Kunde",
        }
    }
}

impl UserState {
    /// The word on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Invited => "eingeladen",
            Self::Active => "aktiv",
            Self::Locked => "gesperrt",
            Self::Erased => "gelöscht",
        }
    }
}

impl Agent {
    /// "Firefox auf Windows".
    pub fn words(self, language: Language) -> String {
        let (unknown, on) = match language {
            Language::De => ("Unbekannter Browser", "auf"),
            Language::En => ("Unknown browser", "on"),
        };
        let browser = self.browser.map_or(unknown, Browser::name);
        match self.system {
            Some(system) => format!("{browser} {on} {}", system.name()),
            None => browser.to_owned(),
        }
    }
}

impl Browser {
    fn name(self) -> &'static str {
        match self {
            Self::Firefox => "Firefox",
            Self::Edge => "Edge",
            Self::Opera => "Opera",
            Self::Samsung => "Samsung Internet",
            Self::Chrome => "Chrome",
            Self::Safari => "Safari",
        }
    }
}

impl System {
    fn name(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::Android => "Android",
            Self::Ios => "iOS",
            Self::Macos => "macOS",
            Self::Linux => "Linux",
        }
    }
}

/// That a user was changed: "Benutzer Nora Neu geändert: Rolle Recht statt Support".
pub(super) fn changed(name: &str, changes: &[UserChange], language: Language) -> String {
    let parts: Vec<String> = changes.iter().map(|one| one.words(language)).collect();
    let parts = parts.join(", ");
    match language {
        Language::De => format!("Benutzer {name} geändert: {parts}"),
        Language::En => format!("User {name} changed: {parts}"),
    }
}

/// That sessions were ended: those of `name`, or the own ones.
pub(super) fn signed_out(name: Option<&str>, count: usize, language: Language) -> String {
    match (name, count, language) {
        (Some(name), 1, Language::De) => format!("Eine Anmeldung von {name} beendet"),
        (Some(name), 1, Language::En) => format!("One session of {name} ended"),
        (Some(name), more, Language::De) => format!("{more} Anmeldungen von {name} beendet"),
        (Some(name), more, Language::En) => format!("{more} sessions of {name} ended"),
        (None, 1, Language::De) => "Eine eigene Anmeldung beendet".to_owned(),
        (None, 1, Language::En) => "One session of one's own ended".to_owned(),
        (None, more, Language::De) => format!("{more} eigene Anmeldungen beendet"),
        (None, more, Language::En) => format!("{more} sessions of one's own ended"),
    }
}

impl UserChange {
    fn words(&self, language: Language) -> String {
        let given = |may: bool| match (may, language) {
            (true, Language::De) => "erteilt",
            (false, Language::De) => "entzogen",
            (true, Language::En) => "granted",
            (false, Language::En) => "taken away",
        };
        match (self, language) {
            (Self::Name { from }, Language::De) => format!("Name, bisher {from}"),
            (Self::Name { from }, Language::En) => format!("name, formerly {from}"),
            (Self::Address, Language::De) => "E-Mail-Adresse".to_owned(),
            (Self::Address, Language::En) => "e-mail address".to_owned(),
            (Self::Role { from, to }, Language::De) => {
                format!("Rolle {} statt {}", to.word(), from.word())
            }
            (Self::Role { from, to }, Language::En) => {
                format!("role {} in place of {}", to.english(), from.english())
            }
            (Self::Contracts { may }, Language::De) => {
                format!("Berechtigung „Verträge“ {}", given(*may))
            }
            (Self::Contracts { may }, Language::En) => {
                format!("permission “agreements” {}", given(*may))
            }
            (Self::ManagesUsers { may }, Language::De) => {
                format!("Berechtigung „Benutzerverwaltung“ {}", given(*may))
            }
            (Self::ManagesUsers { may }, Language::En) => {
                format!("permission “user management” {}", given(*may))
            }
        }
    }
}
