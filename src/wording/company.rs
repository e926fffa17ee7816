//! The people of a company: what they may do and whether they can sign in.

use crate::domain::Language;
use crate::domain::company::{UserRight, UserState};

impl UserRight {
    /// Its name.
    pub fn word(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Contracts, Language::De) => "Verträge",
            (Self::Contracts, Language::En) => "Agreements",
            (Self::ManagesUsers, Language::De) => "Benutzerverwaltung",
            (Self::ManagesUsers, Language::En) => "User management",
        }
    }

    /// What a person with it may do.
    pub fn meaning(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Contracts, Language::De) => {
                "darf den Auftragsverarbeitungsvertrag ansehen, herunterladen und ihm widersprechen"
            }
            (Self::Contracts, Language::En) => {
                "may read and download the data processing agreement, and object to it"
            }
            (Self::ManagesUsers, Language::De) => {
                "darf die Benutzer Ihres Unternehmens einladen, ändern und sperren"
            }
            (Self::ManagesUsers, Language::En) => {
                "may invite, change and lock the users of your company"
            }
        }
    }
}

impl UserState {
    /// The mark on the pages of companies.
    pub fn label(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Invited, Language::De) => "Eingeladen",
            (Self::Invited, Language::En) => "Invited",
            (Self::Active, Language::De) => "Aktiv",
            (Self::Active, Language::En) => "Active",
            (Self::Locked, Language::De) => "Gesperrt",
            (Self::Locked, Language::En) => "Locked",
            (Self::Erased, Language::De) => "Gelöscht",
            (Self::Erased, Language::En) => "Erased",
        }
    }
}

/// The names of these permissions, with commas; `nothing` if there are none.
pub fn rights(rights: &[UserRight], nothing: &str, language: Language) -> String {
    let words: Vec<&str> = rights.iter().map(|right| right.word(language)).collect();
    if words.is_empty() {
        nothing.to_owned()
    } else {
        words.join(", ")
    }
}
