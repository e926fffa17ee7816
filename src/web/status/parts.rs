//! Pieces that the status page and the customer's own page share, ready to print.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::audit::AuditKind;
use crate::domain::case::Case;
use crate::domain::reply::plain;
use crate::domain::viewer::Role;
use crate::domain::{Language, Operator, Party, calendar, name};
use crate::storage::audit::Event;

/// A point in time, for machines and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// Value of `datetime`.
    pub machine: String,
    /// As it is printed.
    pub words: String,
}

impl When {
    /// "27. November 2026".
    pub fn long(date: NaiveDate) -> Self {
        Self::long_in(date, Language::De)
    }

    /// "27. November 2026", "27 November 2026".
    pub fn long_in(date: NaiveDate, language: Language) -> Self {
        Self {
            machine: date.to_string(),
            words: calendar::long_date(date, language),
        }
    }

    /// "Freitag, 27. November 2026".
    pub fn weekday(date: NaiveDate) -> Self {
        Self::weekday_in(date, Language::De)
    }

    /// "Freitag, 27. November 2026", "Friday, 27 November 2026".
    pub fn weekday_in(date: NaiveDate, language: Language) -> Self {
        Self {
            machine: date.to_string(),
            words: calendar::weekday_date(date, language),
        }
    }

    /// "27.11.2026", with a word before it.
    pub fn short(before: &str, date: NaiveDate) -> Self {
        Self {
            machine: date.to_string(),
            words: format!("{before}{}", short(date)),
        }
    }

    /// "13.11.2026, 08:00".
    pub fn moment(at: DateTime<Utc>) -> Self {
        Self::moment_in(at, Language::De)
    }

    /// "13.11.2026, 08:00", "13 Nov 2026, 08:00".
    pub fn moment_in(at: DateTime<Utc>, language: Language) -> Self {
        Self {
            machine: calendar::machine_moment(at),
            words: calendar::short_moment(at, language),
        }
    }

    /// "13.11.2026, 08:00 Uhr".
    pub fn clock(at: DateTime<Utc>) -> Self {
        Self {
            words: format!("{} Uhr", calendar::short_moment(at, Language::De)),
            ..Self::moment(at)
        }
    }
}

/// "06.12.2026".
pub fn short(date: NaiveDate) -> String {
    calendar::short_date(date, Language::De)
}

/// A sentence with a date in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Words before the date.
    pub before: String,
    /// The date.
    pub date: Option<When>,
    /// Words behind it.
    pub after: String,
}

impl Sentence {
    /// A sentence without a date.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            before: text.into(),
            date: None,
            after: String::new(),
        }
    }

    /// A sentence around a date. Without the date, `otherwise` is said.
    pub fn dated(
        before: impl Into<String>,
        date: Option<When>,
        after: impl Into<String>,
        otherwise: &str,
    ) -> Self {
        match date {
            Some(_) => Self {
                before: before.into(),
                date,
                after: after.into(),
            },
            None => Self::plain(otherwise),
        }
    }
}

/// One company of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What it is by law.
    pub duty: &'static str,
    /// Name.
    pub name: String,
    /// What it is to the customer, and where it sits.
    pub place: String,
}

/// Operator, Mandant, Submandant, as far as there are any.
pub fn chain(operator: &Operator, partner: Option<&Party>, sub: Option<&Party>) -> Vec<Member> {
    chain_in(operator, partner, sub, Language::De)
}

/// [`chain`] in the reader's language.
pub fn chain_in(
    operator: &Operator,
    partner: Option<&Party>,
    sub: Option<&Party>,
    language: Language,
) -> Vec<Member> {
    let say = |de: &'static str, en: &'static str| if language.is_en() { en } else { de };
    let place = |word: &str, party: &Party| match (word.is_empty(), party.city.is_empty()) {
        (false, false) => format!("{word}, {}", party.city),
        (false, true) => word.to_owned(),
        (true, _) => party.city.clone(),
    };
    let mut members = vec![Member {
        duty: say("Auftragsverarbeiter", "Processor"),
        name: operator.party.name.clone(),
        place: if operator.party.city.is_empty() {
            say("haftet für die ganze Kette", "liable for the whole chain").to_owned()
        } else {
            let liable = say("haftet für die ganze Kette", "liable for the whole chain");
            format!("{}, {liable}", operator.party.city)
        },
    }];
    members.extend(partner.map(|party| Member {
        duty: say("Unterauftragsverarbeiter", "Sub-processor"),
        name: party.name.clone(),
        place: place(say("Vertriebspartner (Mandant)", "Sales partner"), party),
    }));
    members.extend(sub.map(|party| Member {
        duty: say("Unterunterauftragsverarbeiter", "Sub-sub-processor"),
        name: party.name.clone(),
        place: place(
            say("Untervertriebspartner (Submandant)", "Sub-partner"),
            party,
        ),
    }));
    members
}

/// The note at an agreement in force whose sub-partner has left (row 24). The document stays as it
/// was concluded.
pub fn annex_note(name: &str, since: DateTime<Utc>) -> String {
    annex_note_in(name, since, Language::De)
}

/// [`annex_note`] in the reader's language.
pub fn annex_note_in(name: &str, since: DateTime<Utc>, language: Language) -> String {
    let since = calendar::short_date(calendar::day(since), language);
    match language {
        Language::De => format!("Untervertriebspartner {name} entfällt ab {since}."),
        Language::En => format!("Sub-partner {name} is no part of it from {since}."),
    }
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub when: When,
    /// What happened.
    pub what: String,
    /// Who did it.
    pub who: String,
}

/// The history as `role` may read it: partners learn of an objection or a download no more than
/// the fact (5.8-19), and of a mail no more than the masked address.
pub fn history(events: Vec<Event>, role: Role) -> Vec<Past> {
    history_in(events, role, Language::De)
}

/// [`history`] in the reader's language: that of a customer may be English (C4).
pub fn history_in(events: Vec<Event>, role: Role, language: Language) -> Vec<Past> {
    events
        .into_iter()
        .filter_map(|event| {
            let (what, who) = match role {
                Role::Partner(_) | Role::SubPartner(_) => for_partner(&event)?,
                Role::Customer { .. } if event.kind.is_internal() => return None,
                Role::Customer { .. } => for_customer(&event, language),
                Role::Operator => for_operator(&event),
            };
            Some(Past {
                when: When::moment_in(event.at, language),
                what,
                who,
            })
        })
        .collect()
}

fn for_partner(event: &Event) -> Option<(String, String)> {
    match &event.kind {
        AuditKind::Downloaded { .. }
        | AuditKind::NoticeMailed { .. }
        | AuditKind::NoticeResent
        | AuditKind::Dissented { .. }
        | AuditKind::DissentSettled { .. } => None,
        kind if kind.is_internal() => None,
        AuditKind::Objected { .. } => {
            Some(("Kunde hat widersprochen".to_owned(), "Kunde".to_owned()))
        }
        _ => Some(for_customer(event, Language::De)),
    }
}

fn for_operator(event: &Event) -> (String, String) {
    let what = match &event.kind {
        // The reply already begins with these words when the portal itself gave up.
        AuditKind::MailFailed { reply } if reply.starts_with("nicht gesendet") => {
            format!("E-Mail {reply}")
        }
        kind => event.effect.tell(kind, Language::De),
    };
    (what, event.actor.words(Language::De))
}

fn for_customer(event: &Event, language: Language) -> (String, String) {
    let what = match &event.kind {
        // What a mail server says is kept in its own words; the rest of the page is English.
        AuditKind::MailFailed { .. } if language.is_en() => "E-mail not sent".to_owned(),
        AuditKind::MailReturned { .. } if language.is_en() => "E-mail came back".to_owned(),
        AuditKind::MailFailed { reply } => {
            format!("E-Mail nicht gesendet, weil {}", reason(reply))
        }
        AuditKind::MailReturned { reply } => {
            format!("E-Mail zurückgekommen: {}", plain(reply))
        }
        kind => kind.without_reason().sentence(language),
    };
    (what, event.actor.words(language))
}

/// Why a mail was not sent, for all but the operator: what a mail server says may hold an address.
fn reason(reply: &str) -> &str {
    match reply.strip_prefix("nicht gesendet, weil ") {
        Some(why) if !why.contains('@') => why,
        _ => "der Mailserver des Empfängers sie nicht angenommen hat",
    }
}

/// The master-data address as `role` may see it (S-14): whole for operator and customer, masked for
/// partners.
pub fn address_for(role: Role, case: &Case) -> Option<String> {
    let email = case.customer.email()?;
    Some(if role.partner().is_some() {
        email.masked()
    } else {
        email.shown()
    })
}

/// "A", "A und B", "A, B und C".
pub fn listed(words: &[String]) -> String {
    name::list(words, Language::De)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use crate::domain::audit::Actor;
    use crate::domain::audit::effect::Effect;
    use crate::domain::case::Channel;
    use crate::domain::{PartnerId, UserId};

    #[test]
    fn a_partners_history_holds_no_address_no_reason_and_no_download() {
        let person = Actor::User {
            id: UserId(1),
            name: "Erika Muster".to_owned(),
            company: "Betreiber GmbH".to_owned(),
        };
        let kinds = [
            AuditKind::Downloaded {
                number: "AVV-1".to_owned(),
            },
            AuditKind::Objected {
                number: Some("AVV-1".to_owned()),
                channel: Channel::Phone,
                closed: Vec::new(),
            },
            AuditKind::MailFailed {
                reply: "550 <chef@kunde.example> unknown".to_owned(),
            },
            AuditKind::MailFailed {
                reply: "nicht gesendet, weil die Adresse fehlt".to_owned(),
            },
            AuditKind::MailReturned {
                reply: "5.1.1 <chef@kunde.example> unknown".to_owned(),
            },
            AuditKind::LinksLocked {
                asked: false,
                reason: "Frau Sommer leitet weiter".to_owned(),
            },
        ];
        let events: Vec<Event> = kinds
            .into_iter()
            .map(|kind| Event {
                at: "2026-11-22T09:00:00Z".parse().unwrap(),
                kind,
                actor: person.clone(),
                effect: Effect::default(),
            })
            .collect();
        let lines = history(events.clone(), Role::Partner(PartnerId(1)));
        let seen: Vec<String> = lines
            .iter()
            .map(|line| format!("{} {}", line.what, line.who))
            .collect();
        assert_eq!(seen.len(), 5);
        assert_eq!(seen[0], "Kunde hat widersprochen Kunde");
        assert!(!seen[1].contains('@') && seen[1].contains("Mailserver"));
        assert!(seen[2].contains("die Adresse fehlt"));
        assert_eq!(
            seen[3],
            "E-Mail zurückgekommen: das Postfach gibt es nicht Erika Muster, Betreiber GmbH"
        );
        assert_eq!(seen[4], "Alle Links gesperrt Erika Muster, Betreiber GmbH");
        let whole = history(events, Role::Operator);
        assert_eq!(whole.len(), 6);
        assert_eq!(
            whole[5].what,
            "Alle Links gesperrt: Frau Sommer leitet weiter"
        );
    }
}
