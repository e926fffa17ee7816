//! Which mail goes to whom, and what becomes of the links that were sent.

use crate::domain::calendar::{LINK_DAYS, REMINDERS, day, long_date};
use crate::domain::case::{Case, Change, Foreseen, Link, Mail};
use crate::domain::mail::{MailKind, Recipient, RequestReason};
use crate::domain::{EmailAddress, Language, PartnerId};

/// Whole sentences; there is always at least one. `when` is "sofort", "am Morgen" or
/// a day.
pub fn lines(operator: &str, seen: &Foreseen, when: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let ends_links = seen
        .changes
        .iter()
        .any(|change| matches!(change, Change::EndLink(..)));
    let asks = seen
        .changes
        .iter()
        .any(|change| matches!(change, Change::OpenRequest(_)));
    let closes = seen
        .changes
        .iter()
        .any(|change| matches!(change, Change::CloseRequest(..)));
    if ends_links {
        lines.push("Alle bisher gesendeten Links werden ungültig.".to_owned());
        lines.extend(ended_links(seen));
    }
    lines.extend(seen.changes.iter().filter_map(|change| match change {
        Change::Queue(mail) => Some(sentence(operator, seen, mail, when)),
        _ => None,
    }));
    if closes && !asks {
        lines.push("Erinnerungen gehen nicht mehr hinaus.".to_owned());
    }
    let mails = seen
        .changes
        .iter()
        .any(|change| matches!(change, Change::Queue(_)));
    if !mails {
        lines.push("Es wird keine E-Mail gesendet.".to_owned());
    }
    lines
}

/// Which of them would still open something.
fn ended_links(seen: &Foreseen) -> Option<String> {
    let is_ended = |link: &Link| {
        let ends = |change: &Change| matches!(change, Change::EndLink(id, _) if *id == link.id);
        seen.changes.iter().any(ends)
    };
    let links = seen.before.requests.iter().flat_map(|round| &round.links);
    let days: Vec<String> = links
        .filter(|link| is_ended(link))
        .map(|link| {
            format!(
                "der vom {}, gültig bis {}",
                long_date(day(link.sent_at), Language::De),
                long_date(day(link.valid_until), Language::De)
            )
        })
        .collect();
    (!days.is_empty()).then(|| format!("Zurzeit gilt: {}.", days.join("; ")))
}

fn sentence(operator: &str, seen: &Foreseen, mail: &Mail, when: &str) -> String {
    let name = &seen.after.customer.party.name;
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
            partner_name(seen, *id),
            partner_words(kind)
        ),
        (_, kind) => {
            let text = customer_words(kind, seen);
            match seen.after.customer.email().map(EmailAddress::masked) {
                Some(address) => format!("{name} erhält {when} eine E-Mail an {address}: {text}"),
                None => format!(
                    "{name} müsste eine E-Mail erhalten, hat aber keine Adresse in den Stammdaten: {text}"
                ),
            }
        }
    }
}

fn customer_words(kind: &MailKind, seen: &Foreseen) -> String {
    match kind {
        MailKind::Request { reason, .. } => format!(
            "{} Ihr Link gilt {LINK_DAYS} Tage, bis {}; ohne Antwort folgen bis zu {REMINDERS} Erinnerungen.",
            request_words(*reason),
            link_end(&seen.after),
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
            |partner| partner_name(seen, partner),
            |ended| match seen.after.product(&ended.product) {
                Some(product) => product.booked_name(ended.ums),
                None => ended.product.clone(),
            },
        ),
        _ => kind.spec().brings.to_owned(),
    }
}

fn request_words(reason: RequestReason) -> &'static str {
    match reason {
        RequestReason::First | RequestReason::Manual | RequestReason::InError => {
            "Bitte um Abschluss des AVV."
        }
        RequestReason::SubPartner => "Bitte um Abschluss mit dem geänderten Untervertriebspartner.",
        RequestReason::Product => "Bitte um die Ergänzung des AVV um das weitere Produkt.",
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
        _ => kind.spec().brings,
    }
}

fn partner_name(seen: &Foreseen, id: PartnerId) -> String {
    let all = [&seen.before, &seen.after]
        .into_iter()
        .flat_map(|case| [&case.partner, &case.sub_partner]);
    all.flatten().find(|partner| partner.id == id).map_or_else(
        || "Der Vertriebspartner".to_owned(),
        |partner| partner.party.name.clone(),
    )
}
