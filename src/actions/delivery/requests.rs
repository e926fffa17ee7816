//! Mails about requests to conclude (M1, M2), and the confirmation of a decline (M6).

use chrono::{DateTime, Utc};

use super::compose::{Addressed, Facts, Obstacle, words};
use crate::actions::offer_diff::offer_diff;
use crate::domain::LinkId;
use crate::domain::case::{Case, LinkEnd, LinkState, link_state};
use crate::domain::mail::MailKind;
use crate::mail::bodies::requests::{Declined, Reminder, Request};
use crate::storage::PgConnection;

pub(super) fn letter(conn: &mut PgConnection, facts: &Facts) -> Result<Addressed, Obstacle> {
    let (app, case, now) = (facts.app, facts.case()?, facts.now);
    let language = case.customer.language;
    let address = facts.customer_address()?;
    let words = words(case, language, now);
    let body = match facts.mail.kind {
        MailKind::Request { link, reason } => Request {
            valid_until: usable(case, link, now)?,
            case: words,
            reason,
            news: offer_diff(conn, app, case, language, now)?,
            replaces: replaces(case, link),
            link: app.consent_url(link),
        }
        .into(),
        MailKind::Reminder { link, number } => Reminder {
            valid_until: usable(case, link, now)?,
            case: words,
            number,
            news: offer_diff(conn, app, case, language, now)?,
            link: app.consent_url(link),
        }
        .into(),
        MailKind::Declined => Declined {
            case: words,
            at: facts.mail.queued_at,
        }
        .into(),
        _ => return Err(facts.misdirected()),
    };
    Ok((address, body))
}

/// Until when a link is valid. A mail with a link that cannot be used any more is not sent.
fn usable(case: &Case, link: LinkId, now: DateTime<Utc>) -> Result<DateTime<Utc>, Obstacle> {
    let (request, sent) = case
        .link(link)
        .ok_or(Obstacle::Dropped("es den Link nicht gibt"))?;
    match link_state(case, request, sent, now) {
        Some(LinkState::Valid { until }) => Ok(until),
        Some(LinkState::Expired { .. }) => {
            Err(Obstacle::Dropped("der Link inzwischen abgelaufen ist"))
        }
        _ => Err(Obstacle::Dropped("der Link inzwischen nicht mehr gilt")),
    }
}

/// Whether earlier links stopped working when this one was sent.
fn replaces(case: &Case, link: LinkId) -> bool {
    let sent_at = case.link(link).map(|(_, link)| link.sent_at);
    case.requests
        .iter()
        .flat_map(|request| &request.links)
        .any(|other| matches!(other.end, Some((at, LinkEnd::Replaced)) if Some(at) == sent_at))
}
