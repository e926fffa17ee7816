//! Which mails go to whom, and what happens to the links that were sent.

use super::Telling;
use crate::domain::calendar::{LINK_DAYS, REMINDERS, day};
use crate::domain::case::{Case, Change, Link, Mail, Preview};
use crate::domain::mail::{MailKind, Recipient, RequestReason};
use crate::domain::{EmailAddress, Language, PartnerId};
use crate::wording::dates::long_date;

/// Said if a step sends mails, but none to the customer.
pub const NONE_TO_CUSTOMER: &str = "Der Kunde erhält deswegen keine E-Mail.";

/// What happens to links: one sentence, and which of them would still work.
pub fn links(telling: &Telling) -> Option<String> {
    let Preview {
        before, changes, ..
    } = telling.preview;
    let is_ended = |link: &&Link| {
        let ends = |change: &Change| matches!(change, Change::EndLink(id, _) if *id == link.id);
        changes.iter().any(ends)
    };
    let links = before.requests.iter().flat_map(|round| &round.links);
    let days: Vec<String> = links
        .filter(is_ended)
        .map(|link| {
            format!(
                "der vom {}, gültig bis {}",
                long_date(day(link.sent_at), Language::De),
                long_date(day(link.valid_until), Language::De)
            )
        })
        .collect();
    (!days.is_empty()).then(|| {
        format!(
            "Alle bisher gesendeten Links werden ungültig. Zurzeit gilt: {}.",
            days.join("; ")
        )
    })
}

/// The mails as whole sentences; there is always at least one.
pub fn mails(telling: &Telling) -> Vec<String> {
    let changes = &telling.preview.changes;
    let has = |wanted: fn(&Change) -> bool| changes.iter().any(wanted);
    let mails = changes.iter().filter_map(Change::mail);
    let mut lines: Vec<String> = mails.map(|mail| sentence(telling, mail)).collect();
    if lines.is_empty() {
        lines.push("Es wird keine E-Mail gesendet.".to_owned());
    } else if !has(goes_to_customer) {
        lines.push(NONE_TO_CUSTOMER.to_owned());
    }
    if has(|change| matches!(change, Change::CloseRequest(..))) && !has(Change::asks) {
        lines.push("Erinnerungen gehen nicht mehr hinaus.".to_owned());
    }
    lines
}

/// Whether the change queues a mail to the customer.
pub fn goes_to_customer(change: &Change) -> bool {
    let to = change.mail().map(|mail| mail.to);
    matches!(to, Some(Recipient::Customer | Recipient::FormerAddress))
}

fn sentence(telling: &Telling, mail: &Mail) -> String {
    let Telling {
        operator,
        preview,
        when,
        ..
    } = telling;
    let name = &preview.after.customer.party.name;
    match (&mail.to, &mail.kind) {
        (Recipient::FormerAddress, MailKind::AddressChanged { old, entered: None }) => format!(
            "Die bisherige Adresse {} erhält die Nachricht, dass die Adresse geändert wurde, ohne Link.",
            old.masked()
        ),
        (Recipient::FormerAddress, MailKind::AddressChanged { old, .. }) => format!(
            "Die bisherige Adresse {} erhält eine Nachricht und kann die Änderung stoppen.",
            old.masked()
        ),
        (Recipient::FormerAddress, _) => "Die bisherige Adresse erhält dieselbe E-Mail.".to_owned(),
        (Recipient::Operator, MailKind::Alert { alert }) => {
            format!("{operator} erhält einen Hinweis: {}.", alert.brings())
        }
        (Recipient::Partner(id), kind) => format!(
            "{} erhält eine E-Mail: {}.",
            partner_name(preview, *id),
            partner_words(kind)
        ),
        (_, kind) => {
            let text = customer_words(kind, preview);
            match preview.after.customer.email().map(EmailAddress::masked) {
                Some(address) => format!("{name} erhält {when} eine E-Mail an {address}: {text}"),
                None => format!(
                    "{name} müsste eine E-Mail erhalten, hat aber keine Adresse in den Stammdaten: {text}"
                ),
            }
        }
    }
}

fn customer_words(kind: &MailKind, preview: &Preview) -> String {
    match kind {
        MailKind::Request { reason, .. } => format!(
            "{} Ihr Link gilt {LINK_DAYS} Tage, bis {}; ohne Antwort folgen bis zu {REMINDERS} Erinnerungen.",
            request_words(*reason, &preview.after),
            link_end(&preview.after),
        ),
        MailKind::Reminder { number, .. } => {
            format!("Erinnerung {number} von {REMINDERS} mit einem neuen Link.")
        }
        MailKind::Ended { partner_left, .. } => format!(
            "Der Vertrag ist beendet{}. Die E-Mail sagt, was mit den Daten geschieht und wie lange der Nachweis aufbewahrt wird.",
            if *partner_left {
                ", weil kein Vertriebspartner den Kunden mehr betreut"
            } else {
                ""
            }
        ),
        MailKind::NewVersion { version } => {
            format!("Es gibt die neue Fassung {version}, es ist nichts zu tun.")
        }
        MailKind::Info { news } => news.sentence(
            |partner| partner_name(preview, partner),
            |ended| preview.after.covered_name(ended).de,
        ),
        _ => kind.spec().brings().to_owned(),
    }
}

fn request_words(reason: RequestReason, after: &Case) -> &'static str {
    match reason {
        RequestReason::First | RequestReason::Manual | RequestReason::InError => {
            "Bitte um Abschluss des AVV."
        }
        RequestReason::SubPartner => "Bitte um Abschluss mit dem geänderten Untervertriebspartner.",
        RequestReason::Product => "Bitte um die Ergänzung des AVV um das weitere Produkt.",
        RequestReason::Partner if after.agreement().is_none() => {
            "Bitte um Abschluss mit dem neuen Vertriebspartner."
        }
        RequestReason::Partner => "Bitte um Neuabschluss mit dem neuen Vertriebspartner.",
        RequestReason::Version => "Bitte um Abschluss mit der neuen Vertragsfassung.",
        RequestReason::Particulars => "Bitte um Abschluss mit den berichtigten Angaben.",
        RequestReason::RollOut => "Bitte um den Abschluss der neuen Vertragsfassung.",
        RequestReason::Succession => "Bitte, den AVV mit den heutigen Angaben neu abzuschließen.",
    }
}

fn link_end(after: &Case) -> String {
    after
        .open_request()
        .and_then(|open| open.last_link_end())
        .map(|end| long_date(day(end), Language::De))
        .unwrap_or_default()
}

fn partner_words(kind: &MailKind) -> &'static str {
    match kind {
        MailKind::PartnerInfo { news } => news.brings(),
        _ => kind.spec().brings(),
    }
}

fn partner_name(preview: &Preview, id: PartnerId) -> String {
    let all = preview.partners();
    all.iter().find(|partner| partner.id == id).map_or_else(
        || "Der Vertriebspartner".to_owned(),
        |partner| partner.party.name.clone(),
    )
}
