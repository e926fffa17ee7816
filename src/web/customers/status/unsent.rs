//! Mails that were not delivered, in plain words, with what to do about each.

use crate::domain::mail::{MailKind, Recipient};
use crate::domain::reply::{self, Speaks};
use crate::domain::viewer::Role;
use crate::storage::mails::MailLine;
use crate::web::kit::dates::When;
use crate::wording::reply::plain;

/// A mail that was not delivered.
pub(super) struct Unsent {
    /// When it was given up or came back.
    pub when: When,
    /// Name of the kind of mail.
    pub what: &'static str,
    /// What happened to it and why.
    pub why: String,
    /// What to do, if the status does not say it.
    pub advice: &'static str,
    /// The reply of the other mail server, for the operator.
    pub said: String,
}

/// Mails that were given up or came back. Partners see those to the customer and to themselves, and
/// never the reply of a mail server, which may contain an address.
pub(super) fn unsent(mails: Vec<MailLine>, role: Role) -> Vec<Unsent> {
    let may_see = |mail: &MailLine| match (role.partner(), mail.to) {
        // Only the customer and the operator see mails about announced changes.
        (Some(_), _) if mail.kind.is_about_change() => false,
        (None, _) | (Some(_), Recipient::Customer) => true,
        (Some(own), Recipient::Partner(id)) => own == id,
        (
            Some(_),
            Recipient::User(_)
            | Recipient::Operator
            | Recipient::Auditors
            | Recipient::FormerAddress,
        ) => false,
    };
    let is_operator = role.is_operator();
    mails
        .into_iter()
        .filter(|mail| matches!(mail.state.as_str(), "failed" | "dropped" | "returned"))
        .filter(may_see)
        .map(|mail| {
            let said = (mail.returned_because.as_deref())
                .or(mail.reply.as_deref())
                .unwrap_or_default();
            let (why, is_reply) = why(&mail.state, said);
            Unsent {
                when: When::moment(mail.returned_at.or(mail.done_at).unwrap_or(mail.queued_at)),
                what: mail.kind.spec().title(),
                advice: if is_reply {
                    advice(&mail, role, said)
                } else {
                    ""
                },
                said: if is_reply && is_operator {
                    said.to_owned()
                } else {
                    String::new()
                },
                why,
            }
        })
        .collect()
}

/// What happened to the mail, and whether the reason comes from a mail server.
fn why(state: &str, said: &str) -> (String, bool) {
    match (state, said.strip_prefix("nicht gesendet, weil ")) {
        ("dropped", Some(why)) => (format!("nicht gesendet, weil {why}"), false),
        ("dropped", None) => ("nicht gesendet".to_owned(), false),
        ("returned", _) if reply::of_returned(said) != Speaks::OfRecipient => {
            (format!("nicht angekommen: {}", plain(said)), true)
        }
        ("returned", _) => (format!("zurückgekommen: {}", plain(said)), true),
        _ => (format!("nicht angenommen: {}", plain(said)), true),
    }
}

/// What to do about a mail whose problem is not visible in the status of the case.
fn advice(mail: &MailLine, role: Role, said: &str) -> &'static str {
    let may_be_right = mail.state == "returned" && reply::of_returned(said) != Speaks::OfRecipient;
    match (&mail.kind, mail.to, role) {
        (MailKind::Request { .. } | MailKind::Reminder { .. }, Recipient::Customer, _)
            if may_be_right =>
        {
            "Die Adresse kann stimmen. Die Erinnerungen gehen weiter."
        }
        (MailKind::Request { .. } | MailKind::Reminder { .. }, ..)
        | (_, Recipient::FormerAddress, _) => "",
        (MailKind::Concluded { .. }, Recipient::Customer, _) => {
            "Der Kunde hat seinen Vertrag nicht per E-Mail erhalten. Er findet ihn im Portal unter Administration; prüfen Sie mit ihm die Adresse."
        }
        (_, Recipient::Customer, _) => "Prüfen Sie mit dem Kunden die Adresse.",
        (_, Recipient::Partner(_), Role::Operator(_)) => {
            "Prüfen Sie mit dem Vertriebspartner dessen Adresse."
        }
        (_, Recipient::Partner(_), _) => {
            "Ihre eigene Adresse nimmt keine E-Mails an. Lassen Sie sie vom Betreiber des Portals prüfen."
        }
        (_, Recipient::User(_) | Recipient::Operator | Recipient::Auditors, _) => {
            "Prüfen Sie die Adresse."
        }
    }
}
