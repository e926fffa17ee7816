//! Roll-outs of a version: what customers get, what became of each, and the sentences in the log.

use crate::domain::Language;
use crate::domain::roll_out::{Answer, Mode, RollOutAuditEvent, Skip};

impl Mode {
    /// The words on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inform => "Nur informieren",
            Self::Conclude => "Neuabschluss anfordern",
        }
    }
}

impl Answer {
    /// The words on German screens for a roll-out that is over or not.
    pub fn word(self, is_over: bool) -> &'static str {
        match self {
            Self::Informed => "informiert",
            Self::Waiting => "wartet auf Antwort",
            Self::Concluded => "abgeschlossen",
            Self::Declined => "abgelehnt",
            Self::Unanswered => "ohne Antwort",
            Self::Closed => "anders beendet",
            Self::Skipped => "übersprungen",
            Self::Failed if is_over => "nicht erreicht",
            Self::Failed => "gescheitert, wird wiederholt",
        }
    }
}

impl Skip {
    /// The sentence on German screens.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Deleted => "Der Kunde wurde gelöscht",
            Self::NotInForce => "Es gilt kein Vertrag",
            Self::OtherChain => {
                "Der Vertrag nennt einen anderen Vertriebspartner, Neuabschluss nötig"
            }
            Self::NotNeeded => "Kein Produkt braucht noch einen AVV",
            Self::SameVersion => "Der Vertrag hat diese Fassung schon",
            Self::AlreadyAsked => "Eine Anforderung mit dieser Fassung ist schon offen",
            Self::AlreadyInformed => "Der Kunde wurde über diese Fassung schon informiert",
            Self::TextMissing => "In der Fassung fehlt eine Produktanlage",
            Self::NoAddress => "Die E-Mail-Adresse fehlt",
        }
    }
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
