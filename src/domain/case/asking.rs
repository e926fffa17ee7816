//! Building blocks of decisions: rounds, links, mails.

use chrono::{DateTime, Duration, Utc};

use super::case_status::product_statuses;
use super::change::{Change, Mail};
use super::decide::{DecisionContext, Refusal};
use super::demand::demanded;
use super::facts::{Case, Link, LinkEnd, Partner, Request, RequestOutcome};
use super::status::Status;
use crate::domain::LinkId;
use crate::domain::calendar::link_end;
use crate::domain::mail::{Alert, CustomerNews, MailKind, PartnerNews, Recipient, RequestReason};

/// The round that still awaits an answer. A round whose last link has expired is in state "X" from
/// midnight on, even before the scheduler runs; no automatic mail follows from it (row 6). A round
/// that never reached the customer waits for a better address (row 8).
pub(super) fn awaited(case: &Case, now: DateTime<Utc>) -> Option<&Request> {
    case.open_request()
        .filter(|request| request.undeliverable_at.is_some() || !request.is_over(now))
}

/// Row 2: for what reason the customer would have been asked already if there had been an address.
pub(super) fn unasked_reason(case: &Case, now: DateTime<Utc>) -> Option<RequestReason> {
    let unasked =
        product_statuses(case, now)
            .iter()
            .any(|product| match product.case_status.status {
                Status::Open | Status::NoEmail => true,
                // Either there is no address but the waiting one, or everything is concluded.
                Status::AddressOpen => !case.is_covered(now),
                _ => false,
            });
    (unasked && case.open_request().is_none()).then(|| match case.agreement() {
        Some(_) => RequestReason::Product,
        None => RequestReason::First,
    })
}

pub(super) fn may_be_asked(case: &Case, now: DateTime<Utc>) -> Result<(), Refusal> {
    if case.required_products(now).is_empty() {
        Err(Refusal::NotNeeded)
    } else if case.is_settled(now) {
        Err(Refusal::AlreadyConcluded)
    } else if case.customer.email().is_none() {
        Err(Refusal::NoAddress)
    } else {
        Ok(())
    }
}

/// How many links were sent to the customer within the last day.
pub(super) fn sent_within_a_day(case: &Case, now: DateTime<Utc>) -> usize {
    links(case)
        .filter(|link| now - link.sent_at < Duration::days(1))
        .count()
}

/// A new round because the offer or the address changed: all earlier links end at once.
pub(super) fn ask_anew(
    case: &Case,
    reason: RequestReason,
    end: LinkEnd,
    context: DecisionContext,
) -> Vec<Change> {
    let mut changes = end_links(case, None, end, context.now);
    changes.extend(ask_again(case, reason, context));
    changes
}

/// A new round that replaces the open one, if there is one. A demand for a new conclusion that is
/// still awaited is kept, whatever the reason of the new mail.
pub(super) fn ask_again(
    case: &Case,
    reason: RequestReason,
    context: DecisionContext,
) -> Vec<Change> {
    let reason = match demanded(case, context.now) {
        Some(demand) if !reason.is_demand() => demand,
        _ => reason,
    };
    let mut changes: Vec<Change> = case
        .open_request()
        .map(|open| Change::CloseRequest(open.id, RequestOutcome::Superseded))
        .into_iter()
        .collect();
    let Some(offer) = case.offer(context.now) else {
        return changes;
    };
    if case.customer.email().is_none() {
        changes.push(alert(Alert::NoAddress));
        return changes;
    }
    let link = new_link(0, context);
    changes.push(Change::OpenRequest(Request {
        id: context.new_ids.request,
        reason,
        opened_at: context.now,
        offer,
        reminders: 0,
        undeliverable_at: None,
        closed: None,
        links: vec![link.clone()],
    }));
    changes.push(to_customer(MailKind::Request {
        link: link.id,
        reason,
    }));
    changes
}

pub(super) fn new_link(number: u8, context: DecisionContext) -> Link {
    Link {
        id: context.new_ids.link,
        number,
        sent_at: context.now,
        valid_until: link_end(context.now),
        end: None,
    }
}

pub(super) fn links(case: &Case) -> impl Iterator<Item = &Link> {
    case.requests.iter().flat_map(|request| &request.links)
}

/// Ends every link that could still be used, except `keep`.
pub(super) fn end_links(
    case: &Case,
    keep: Option<LinkId>,
    end: LinkEnd,
    now: DateTime<Utc>,
) -> Vec<Change> {
    links(case)
        .filter(|link| link.end.is_none() && link.valid_until >= now && Some(link.id) != keep)
        .map(|link| Change::EndLink(link.id, end))
        .collect()
}

pub(super) fn to_customer(kind: MailKind) -> Change {
    Change::Queue(Mail {
        kind,
        to: Recipient::Customer,
    })
}

/// M11: a short note to the customer that requires no action.
pub(super) fn notice(news: CustomerNews) -> Change {
    to_customer(MailKind::Info { news })
}

/// Rows 19 and 23: the requested agreement is not needed any more. The customer is told only if an
/// answer was still awaited.
pub(super) fn withdraw(case: &Case, news: CustomerNews, now: DateTime<Utc>) -> Vec<Change> {
    let is_awaited = awaited(case, now).is_some();
    let mut changes = end_links(case, None, LinkEnd::Closed, now);
    changes.extend(
        case.open_request()
            .map(|open| Change::CloseRequest(open.id, RequestOutcome::NotNeeded)),
    );
    if is_awaited || news != CustomerNews::Withdrawn {
        changes.push(notice(news));
    }
    changes
}

pub(super) fn alert(alert: Alert) -> Change {
    Change::Queue(Mail {
        kind: MailKind::Alert { alert },
        to: Recipient::Operator,
    })
}

/// Tells a Mandant or Submandant that it now looks after the customer (C12).
pub(super) fn tell_assigned(partner: &Partner) -> Change {
    Change::Queue(Mail {
        kind: MailKind::PartnerInfo {
            news: PartnerNews::Assigned,
        },
        to: Recipient::Partner(partner.id),
    })
}

/// Status mails to the Mandant and, if there is one, the Submandant (M4, M5, M8).
pub(super) fn tell_partners(case: &Case, news: PartnerNews) -> Vec<Change> {
    [&case.partner, &case.sub_partner]
        .into_iter()
        .flatten()
        .map(|partner| {
            Change::Queue(Mail {
                kind: MailKind::PartnerInfo { news },
                to: Recipient::Partner(partner.id),
            })
        })
        .collect()
}
