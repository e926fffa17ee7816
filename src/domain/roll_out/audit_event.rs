//! What was done to a roll-out, in the words of the log.

use serde::{Deserialize, Serialize};

use super::Mode;
use crate::domain::Language;

/// What was done to a roll-out, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RollOutAuditEvent {
    /// It was started.
    Started {
        /// What the customers get.
        mode: Mode,
        /// Name of the Mandant it is limited to.
        partner: Option<String>,
        /// The version it is limited to.
        concluded: Option<String>,
        /// How many customer numbers it is limited to.
        numbers: Option<usize>,
    },
    /// It was paused.
    Paused,
    /// It goes on.
    Resumed,
    /// It was ended before everybody was looked at.
    Ended,
    /// Everybody was looked at.
    Done,
    /// A newer version came into force before everybody was looked at.
    Superseded,
}

impl RollOutAuditEvent {
    /// The sentence in the history, about the version with this number.
    pub fn sentence(&self, version: &str, language: Language) -> String {
        let en = language.is_en();
        let what = if en {
            format!("Roll-out of agreement version {version}")
        } else {
            format!("Umstellung auf die Vertragsfassung {version}")
        };
        let happened = match (self, en) {
            (Self::Started { .. }, false) => "gestartet",
            (Self::Started { .. }, true) => "started",
            (Self::Paused, false) => "angehalten",
            (Self::Paused, true) => "paused",
            (Self::Resumed, false) => "fortgesetzt",
            (Self::Resumed, true) => "resumed",
            (Self::Ended, false) => "vorzeitig beendet",
            (Self::Ended, true) => "ended early",
            (Self::Done, false) => "fertig, alle Kunden sind bearbeitet",
            (Self::Done, true) => "finished, all customers have been dealt with",
            (Self::Superseded, false) => "beendet, weil eine neuere Fassung gilt",
            (Self::Superseded, true) => "ended because a newer version is in force",
        };
        match self {
            Self::Started { .. } => format!("{what} {happened}: {}", self.set(en)),
            _ => format!("{what} {happened}"),
        }
    }

    /// Mode and set of a start.
    fn set(&self, en: bool) -> String {
        let Self::Started {
            mode,
            partner,
            concluded,
            numbers,
        } = self
        else {
            return String::new();
        };
        let mut told = vec![
            match (mode, en) {
                (Mode::Inform, false) => "nur informieren",
                (Mode::Inform, true) => "inform only",
                (Mode::Conclude, false) => "Neuabschluss anfordern",
                (Mode::Conclude, true) => "ask for a new conclusion",
            }
            .to_owned(),
        ];
        told.extend(partner.as_ref().map(|name| match en {
            false => format!("Kunden von {name}"),
            true => format!("customers of {name}"),
        }));
        told.extend(concluded.as_ref().map(|number| match en {
            false => format!("abgeschlossen mit Fassung {number}"),
            true => format!("concluded with version {number}"),
        }));
        told.extend(numbers.map(|count| match (en, count) {
            (false, 1) => "eine Kundennummer".to_owned(),
            (false, _) => format!("{count} Kundennummern"),
            (true, 1) => "one customer number".to_owned(),
            (true, _) => format!("{count} customer numbers"),
        }));
        told.join(", ")
    }
}
