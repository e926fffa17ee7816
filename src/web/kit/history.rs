//! The history of a customer, as each role may read it.

use super::dates::When;
use crate::domain::Language;
use crate::domain::audit::AuditKind;
use crate::domain::viewer::Role;
use crate::storage::audit::Event;
use crate::wording::reply::plain;

/// An entry of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// When it happened.
    pub when: When,
    /// What happened.
    pub what: String,
    /// Who did it.
    pub who: String,
}

/// The history as `role` may read it: of an objection or a download, partners see only that it
/// happened (5.8-19), and of a mail only the masked address.
pub fn history(events: Vec<Event>, role: Role) -> Vec<Past> {
    history_in(events, role, Language::De)
}

/// [`history`] in the viewer's language; for a customer that may be English (C4).
pub fn history_in(events: Vec<Event>, role: Role, language: Language) -> Vec<Past> {
    events
        .into_iter()
        .filter_map(|event| {
            let (what, who) = match role {
                Role::Partner(_) | Role::SubPartner(_) => for_partner(&event)?,
                Role::Customer { .. } if event.kind.is_internal() => return None,
                Role::Customer { .. } => for_customer(&event, language),
                Role::Operator(_) => for_operator(&event),
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
        // The reply begins with these words already if the portal itself gave up.
        AuditKind::MailFailed { reply } if reply.starts_with("nicht gesendet") => {
            format!("E-Mail {reply}")
        }
        kind => event.effect.tell(kind, Language::De),
    };
    (what, event.actor.words(Language::De))
}

fn for_customer(event: &Event, language: Language) -> (String, String) {
    let what = match &event.kind {
        // The reply of a mail server is stored as it was written; the rest of the page is English.
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

/// Why a mail was not sent, for all viewers but the operator: a mail server's reply may contain an
/// address.
fn reason(reply: &str) -> &str {
    match reply.strip_prefix("nicht gesendet, weil ") {
        Some(why) if !why.contains('@') => why,
        _ => "der Mailserver des Empfängers sie nicht angenommen hat",
    }
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
        let whole = history(events, Role::ADMINISTRATOR);
        assert_eq!(whole.len(), 6);
        assert_eq!(
            whole[5].what,
            "Alle Links gesperrt: Frau Sommer leitet weiter"
        );
    }
}
