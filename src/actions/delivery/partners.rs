//! Mails to partners: news of their customers (M4, M5, M8), and that they are blocked.

use chrono::{DateTime, Utc};

use super::compose::{Addressed, Facts, Obstacle, words};
use crate::actions::ActionError;
use crate::domain::case::{Agreement, Case, RequestOutcome, access};
use crate::domain::mail::{MailKind, PartnerNews, Recipient};
use crate::domain::{Language, PartnerId};
use crate::mail::bodies::partners::{ModuleAccess, PartnerBlocked, PartnerInfo};
use crate::paths;
use crate::storage::PgConnection;
use crate::storage::mails::DueMail;
use crate::storage::partners::find_partner;

pub(super) fn letter(conn: &mut PgConnection, facts: &Facts) -> Result<Addressed, Obstacle> {
    let Recipient::Partner(id) = facts.mail.to else {
        return Err(facts.misdirected());
    };
    match facts.mail.kind {
        MailKind::PartnerInfo { news } => info(conn, facts, id, news),
        MailKind::PartnerBlocked => blocked(conn, facts.mail, id),
        _ => Err(facts.misdirected()),
    }
}

fn info(
    conn: &mut PgConnection,
    facts: &Facts,
    id: PartnerId,
    news: PartnerNews,
) -> Result<Addressed, Obstacle> {
    let (case, now) = (facts.case()?, facts.now);
    let partner = find_partner(conn, id)?.ok_or(Obstacle::Dropped("es den Partner nicht gibt"))?;
    let address = partner
        .party
        .email
        .ok_or(Obstacle::Dropped("der Partner keine E-Mail-Adresse hat"))?;
    if news == PartnerNews::Assigned && !looks_after(case, id) {
        return Err(Obstacle::Dropped(
            "der Partner den Kunden nicht mehr betreut",
        ));
    }
    // A partner that has lost the customer cannot open the status page and has no access to list.
    let has_customer = news != PartnerNews::Replaced && looks_after(case, id);
    let modules = case
        .areas(now)
        .into_iter()
        .filter(|area| has_customer && area.gate().is_some())
        .map(|area| ModuleAccess {
            module: area.module.name.clone(),
            open: access(case, id, &area.module.key, now).is_ok(),
        })
        .collect();
    let body = PartnerInfo {
        case: words(case, Language::De, now),
        news,
        at: told_at(facts.mail, news, case),
        access: modules,
        on_paper: news == PartnerNews::Concluded
            && case.agreement().is_some_and(Agreement::on_paper),
        status_url: has_customer.then(|| facts.url(&paths::status(case.customer.number))),
    };
    Ok((address, body.into()))
}

/// The moment the mail names. For a request without an answer that is the end of the last link,
/// which is the day before the portal noticed it (C12).
fn told_at(mail: &DueMail, news: PartnerNews, case: &Case) -> DateTime<Utc> {
    let ended = case
        .requests
        .iter()
        .rev()
        .find_map(|round| match round.closed {
            Some((_, RequestOutcome::Expired)) => round.last_link_end(),
            _ => None,
        });
    ended
        .filter(|_| news == PartnerNews::Expired)
        .unwrap_or(mail.queued_at)
}

fn looks_after(case: &Case, id: PartnerId) -> bool {
    case.customer.deleted_at.is_none()
        && [&case.partner, &case.sub_partner]
            .into_iter()
            .flatten()
            .any(|one| one.id == id)
}

/// M8 to a partner that lost access to all of its customers (row 49).
fn blocked(conn: &mut PgConnection, mail: &DueMail, id: PartnerId) -> Result<Addressed, Obstacle> {
    let partner = find_partner(conn, id)?.ok_or(Obstacle::Dropped("es den Partner nicht gibt"))?;
    if partner.blocked_at.is_none() {
        return Err(Obstacle::Dropped(
            "der Partner inzwischen nicht mehr gesperrt ist",
        ));
    }
    let address = partner
        .party
        .email
        .ok_or(Obstacle::Dropped("der Partner keine E-Mail-Adresse hat"))?;
    let body = PartnerBlocked {
        name: partner.party.name,
        is_sub_partner: partner.parent.is_some(),
        at: partner.blocked_at.unwrap_or(mail.queued_at),
    };
    Ok((address, body.into()))
}

pub(super) fn partner_name(conn: &mut PgConnection, id: PartnerId) -> Result<String, ActionError> {
    Ok(find_partner(conn, id)?
        .map(|partner| partner.party.name)
        .unwrap_or_default())
}
