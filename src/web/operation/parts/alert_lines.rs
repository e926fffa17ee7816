//! An alert as the list and the start page print it (`web/operation/parts/alert_lines.html`).

use chrono::{DateTime, Utc};

use crate::domain::alert::AlertKind;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{AlertId, Language, UserId};
use crate::paths;
use crate::storage::alerts::AlertLine;
use crate::wording::dates;

/// An alert as printed; the start page prints the same.
pub struct Item {
    pub id: AlertId,
    pub word: &'static str,
    pub advice: String,
    /// What is wrong, where the kind does not say it all.
    pub reasons: Vec<String>,
    /// Name of the customer, or of the partner, and its page.
    pub customer: Option<(String, String)>,
    /// Address of the page on which something can be done about it.
    pub href: String,
    pub since: String,
    pub since_machine: String,
    /// Name and key of the administrator who has taken it; `None` if it is free.
    pub holder: Option<(String, UserId)>,
    pub is_mine: bool,
    /// How it was finished; `None` while it is open.
    pub end: Option<String>,
    pub note: String,
}

/// Prepares an alert for printing to the viewer.
pub fn item(line: AlertLine, viewer: &Viewer) -> Item {
    let page = line.customer.map(|number| match &line.company {
        Some((_, true)) => paths::deleted_customer(number),
        _ => paths::status(number),
    });
    let href = match (line.kind, line.customer, &page) {
        (AlertKind::ContractUndelivered | AlertKind::ForwardFailed, Some(number), _) => {
            paths::mails_of(number)
        }
        (AlertKind::MailSetup | AlertKind::MailboxAway, ..) => paths::MAILS.to_owned(),
        (AlertKind::NoAddress, Some(number), Some(_)) if viewer.role.has(Duty::Work) => {
            paths::email(number)
        }
        (AlertKind::AdministratorAdded, ..) => match line.user {
            Some(user) => paths::user(user),
            None => paths::USERS.to_owned(),
        },
        (AlertKind::PartnerContractEnds, ..) => match &line.partner {
            Some((id, _)) => paths::partner(*id),
            None => paths::PARTNERS.to_owned(),
        },
        (AlertKind::WebhookPaused, ..) => paths::WEBHOOKS.to_owned(),
        (AlertKind::LogWaits, ..) => paths::LOG.to_owned(),
        (AlertKind::TextOutdated, ..) => match line.version {
            Some(version) => paths::version(version, ""),
            None => paths::VERSIONS.to_owned(),
        },
        (_, _, Some(page)) => page.clone(),
        _ => format!("{}#siegel", paths::OPERATION),
    };
    let customer = line.customer.zip(page).map(|(number, page)| {
        let name = line.company.as_ref().map(|(name, _)| name.clone());
        (name.unwrap_or_else(|| number.to_string()), page)
    });
    let partner = line.partner.map(|(_, name)| (name, href.clone()));
    let end = line.done.map(|(at, by)| match by {
        Some(by) => format!("erledigt am {} von {by}", short(at)),
        None => format!("hat sich am {} von selbst erledigt", short(at)),
    });
    Item {
        id: line.id,
        word: line.kind.word(),
        advice: line.kind.advice(line.stage),
        reasons: line.reasons,
        customer: customer.or(partner),
        href,
        since: short(line.raised_at),
        since_machine: dates::machine_moment(line.raised_at),
        is_mine: line
            .taken
            .as_ref()
            .is_some_and(|(user, ..)| *user == viewer.user),
        holder: line.taken.map(|(user, name, _)| (name, user)),
        end,
        note: line.note.unwrap_or_default(),
    }
}

fn short(at: DateTime<Utc>) -> String {
    dates::short_moment(at, Language::De)
}
