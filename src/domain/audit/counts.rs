//! From when a new administrator's account counts, as the log says it (S-39).

use serde::{Deserialize, Serialize};

use crate::domain::Language;

/// From when a new administrator's account counts as a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// At once: it was made on the command line.
    Command,
    /// At once, until the first agreement is concluded: the portal is being set up.
    SetUp,
    /// After a waiting time, or when a third administrator has confirmed it.
    Later,
}

impl Counts {
    /// The German sentence about the account of `name`.
    fn german(self, name: &str) -> String {
        match self {
            Self::Command => format!(
                "Administrator {name} auf der Kommandozeile angelegt, darf sofort freigeben"
            ),
            Self::SetUp => format!(
                "Administrator {name} während der Einrichtung angelegt, darf bis zum ersten Vertrag sofort freigeben"
            ),
            Self::Later => {
                format!("Administrator {name} angelegt, darf erst nach einer Wartezeit freigeben")
            }
        }
    }

    /// The same in English.
    fn english(self, name: &str) -> String {
        match self {
            Self::Command => {
                format!("Administrator {name} added on the command line, may approve at once")
            }
            Self::SetUp => format!(
                "Administrator {name} added during set-up, may approve at once until the first agreement"
            ),
            Self::Later => {
                format!("Administrator {name} added, may approve after a waiting time only")
            }
        }
    }
}

/// That a user was added; `counts` for an administrator.
pub(super) fn added(name: &str, counts: Option<Counts>, language: Language) -> String {
    match (counts, language) {
        (Some(counts), Language::De) => counts.german(name),
        (Some(counts), Language::En) => counts.english(name),
        (None, Language::De) => format!("Benutzer {name} angelegt"),
        (None, Language::En) => format!("User {name} added"),
    }
}
