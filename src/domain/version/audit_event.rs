//! What is written down about versions of the contract text, in words.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::Language;
use crate::domain::calendar::short_date;

/// What was done to a version, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum VersionAuditEvent {
    /// A draft was begun.
    Begun {
        /// Number of the version it was copied from; `None` for an uploaded text.
        from: Option<String>,
    },
    /// The text of a part was changed.
    Changed {
        /// Path of the part.
        part: String,
    },
    /// A part was added.
    PartAdded {
        /// Its path.
        part: String,
    },
    /// A part has another name.
    PartRenamed {
        /// Path before.
        from: String,
        /// Path now.
        to: String,
    },
    /// A part was removed.
    PartRemoved {
        /// Its path.
        part: String,
    },
    /// It was submitted for approval.
    Submitted {
        /// How many questions and warnings the person answered.
        answers: usize,
    },
    /// It was given back to its authors.
    Returned {
        /// Why.
        reason: String,
    },
    /// A second person approved it.
    Approved,
    /// It was published.
    Published {
        /// From when it is offered.
        valid_from: NaiveDate,
        /// SHA-256 over its files.
        hash: String,
    },
    /// The version that comes with the program was put in place.
    Shipped,
    /// The draft was deleted.
    Discarded,
}

impl VersionAuditEvent {
    /// The sentence in the history, about the version called `name`.
    pub fn sentence(&self, name: &str, language: Language) -> String {
        if language.is_en() {
            self.in_english(name)
        } else {
            self.in_german(name)
        }
    }

    fn in_german(&self, name: &str) -> String {
        let what = format!("Vertragsfassung {name}");
        match self {
            Self::Begun { from: Some(from) } => {
                format!("{what}: Entwurf aus Fassung {from} angelegt")
            }
            Self::Begun { from: None } => {
                format!("{what}: Entwurf aus einer hochgeladenen Datei angelegt")
            }
            Self::Changed { part } => format!("{what}: {part} geändert"),
            Self::PartAdded { part } => format!("{what}: {part} angelegt"),
            Self::PartRenamed { from, to } => format!("{what}: {from} umbenannt in {to}"),
            Self::PartRemoved { part } => format!("{what}: {part} entfernt"),
            Self::Submitted { answers } => {
                format!("{what} zur Freigabe vorgelegt, {answers} Fragen beantwortet")
            }
            Self::Returned { reason } => format!("{what} zurückgegeben: {reason}"),
            Self::Approved => format!("{what} freigegeben"),
            Self::Published { valid_from, .. } => {
                let day = short_date(*valid_from, Language::De);
                format!("{what} veröffentlicht, gültig ab {day}")
            }
            Self::Shipped => format!("Mitgelieferte {what} veröffentlicht"),
            Self::Discarded => format!("{what}: Entwurf gelöscht"),
        }
    }

    fn in_english(&self, name: &str) -> String {
        let what = format!("Agreement version {name}");
        match self {
            Self::Begun { from: Some(from) } => {
                format!("{what}: draft made from version {from}")
            }
            Self::Begun { from: None } => format!("{what}: draft made from an uploaded file"),
            Self::Changed { part } => format!("{what}: {part} changed"),
            Self::PartAdded { part } => format!("{what}: {part} added"),
            Self::PartRenamed { from, to } => format!("{what}: {from} renamed to {to}"),
            Self::PartRemoved { part } => format!("{what}: {part} removed"),
            Self::Submitted { answers } => {
                format!("{what} submitted for approval, {answers} questions answered")
            }
            Self::Returned { reason } => format!("{what} given back: {reason}"),
            Self::Approved => format!("{what} approved"),
            Self::Published { valid_from, .. } => {
                let day = short_date(*valid_from, Language::En);
                format!("{what} published, valid from {day}")
            }
            Self::Shipped => format!("{what}, shipped with the program, published"),
            Self::Discarded => format!("{what}: draft deleted"),
        }
    }
}
