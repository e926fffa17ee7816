//! How a case stands, and what is said of a customer's declarations.

use std::fmt;

use chrono::{DateTime, Utc};

use super::dates::{short_date, zoned_moment};
use crate::domain::calendar::{REMINDERS, day};
use crate::domain::case::{CaseStatus, Channel, Contradiction, Status};
use crate::domain::{Holidays, Language};

impl Status {
    /// The word on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotRequired => "Nicht erforderlich",
            Self::Open => "Noch nicht angefordert",
            Self::Requested => "Angefordert",
            Self::Reminded => "Angefordert, erinnert",
            Self::TextMissing => "Vertragstext fehlt",
            Self::NoEmail => "E-Mail-Adresse fehlt",
            Self::AddressOpen => "Adresse zu bestätigen",
            Self::Undeliverable => "Nicht zustellbar",
            Self::Expired => "Ohne Antwort abgelaufen",
            Self::Declined => "Abgelehnt",
            Self::Concluded => "Abgeschlossen",
            Self::UpdatePending => "Abgeschlossen, Ergänzung angefordert",
            Self::AmendmentOpen => "Abgeschlossen, Ergänzung offen",
            Self::Void => "Widersprochen",
            Self::RenewalRequired => "Neuabschluss nötig",
            Self::Ended => "Beendet",
        }
    }
}

impl CaseStatus {
    /// The tag as it is printed: with the number of the reminder.
    pub fn word(&self) -> String {
        match self.status {
            Status::Reminded => format!(
                "Angefordert (Erinnerung {} von {REMINDERS})",
                self.reminders
            ),
            status => status.word().to_owned(),
        }
    }

    /// The small line under the word: the decisive date (4.3).
    pub fn detail(&self, holidays: Holidays, now: DateTime<Utc>) -> String {
        let on = |moment: Option<DateTime<Utc>>| {
            moment
                .map(|at| short_date(day(at), Language::De))
                .unwrap_or_default()
        };
        let date = on(self.moment);
        match self.status {
            Status::NotRequired => "kein Produkt mit AVV".to_owned(),
            Status::Open if self.moment.is_some() => format!("Links gesperrt am {date}"),
            Status::Open => "noch keine E-Mail gesendet".to_owned(),
            Status::TextMissing => "Betreiber muss ihn veröffentlichen".to_owned(),
            Status::NoEmail => "Stammdaten ergänzen".to_owned(),
            Status::AddressOpen => format!("vom Partner, seit {date}"),
            Status::Requested | Status::Reminded => match self.moment {
                Some(end) if end < now && self.reminders < REMINDERS => {
                    format!(
                        "Erinnerung {} am {}",
                        self.reminders + 1,
                        on(Some(holidays.step_after(end, now)))
                    )
                }
                _ => format!("Link gültig bis {date}"),
            },
            Status::UpdatePending => format!("gilt weiter, Link bis {date}"),
            Status::AmendmentOpen if self.moment.is_some() => {
                format!("gilt weiter, offen seit {date}")
            }
            Status::AmendmentOpen => "gilt weiter, nicht angefordert".to_owned(),
            Status::Undeliverable => format!("zurückgekommen am {date}"),
            Status::Expired | Status::Declined | Status::Ended => format!("am {date}"),
            Status::Concluded => format!("gültig seit {date}"),
            Status::Void => format!("nichtig seit {date}"),
            Status::RenewalRequired => format!("seit {date}"),
        }
    }
}

impl Channel {
    /// The word on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Portal => "im Portal",
            Self::Email => "per E-Mail",
            Self::Letter => "per Brief",
            Self::Phone => "am Telefon",
        }
    }

    /// The same in English.
    pub fn word_en(self) -> &'static str {
        match self {
            Self::Portal => "in the portal",
            Self::Email => "by e-mail",
            Self::Letter => "by letter",
            Self::Phone => "by phone",
        }
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = |at: &DateTime<Utc>| zoned_moment(*at, Language::En);
        match self {
            Self::Deleted => write!(f, "the customer was deleted"),
            Self::Future(at) => write!(
                f,
                "it was concluded on {}, which is still to come: set this machine's clock",
                on(at)
            ),
            Self::NumberTaken => write!(f, "another document is stored under its number"),
            Self::LinkUsed(number) => {
                write!(f, "by its link {number} was concluded, says the database")
            }
            Self::LinkOver(at) => write!(f, "its link had ended before, on {}", on(at)),
            Self::Later(number) => write!(
                f,
                "{number} was concluded later and stays; keep this file as evidence"
            ),
            Self::Objected(at) => write!(f, "the customer has objected since, on {}", on(at)),
            Self::Declined(at) => write!(
                f,
                "the customer has declined or objected since, on {}",
                on(at)
            ),
        }
    }
}
