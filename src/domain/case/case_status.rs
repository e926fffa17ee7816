//! How a case stands (requirements 4.4), computed from its facts and the time.

use chrono::{DateTime, Utc};

use super::address::address_due_at;
use super::facts::{AgreementEnd, Booking, Case, Covered, Request, RequestOutcome};
use super::status::Status;
use super::text::waits_for_text;
use crate::domain::calendar::{REMINDERS, next_step_after};
use crate::domain::product::{Module, Options, Product};

/// Status with the figures that belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseStatus {
    /// The status itself, which is stored, searched for and shown.
    pub status: Status,
    /// Reminders sent in the round that is open, 0 to 3.
    pub reminders: u8,
    /// The decisive moment: end of the link, conclusion, objection …
    pub moment: Option<DateTime<Utc>>,
}

impl CaseStatus {
    fn of(status: Status, moment: Option<DateTime<Utc>>) -> Self {
        Self {
            status,
            reminders: 0,
            moment,
        }
    }
}

/// How the case stands at `now`.
pub fn status_of(case: &Case, now: DateTime<Utc>) -> CaseStatus {
    if let Some(deleted) = case.customer.deleted_at {
        return CaseStatus::of(Status::Ended, Some(deleted));
    }
    if case.required_products(now).is_empty() {
        return without_need(case, now);
    }
    let open = case.open_request();
    match case.agreement() {
        Some(agreement) if !case.chain_matches() => CaseStatus {
            status: Status::RenewalRequired,
            reminders: open.map_or(0, |request| request.reminders),
            moment: open
                .map(|request| request.opened_at)
                .or(Some(agreement.concluded_at)),
        },
        Some(agreement) if case.doubt_about(agreement).is_some() => {
            CaseStatus::of(Status::AddressOpen, Some(agreement.concluded_at))
        }
        Some(agreement) => match (missing(case, now), open) {
            (Some(missing), _)
                if !matches!(missing.status, Status::Requested | Status::Reminded) =>
            {
                CaseStatus::of(Status::AmendmentOpen, missing.moment)
            }
            (_, Some(request)) if !request.is_over(now) => CaseStatus {
                status: Status::UpdatePending,
                reminders: request.reminders,
                moment: request.last_link_end(),
            },
            _ => CaseStatus::of(Status::Concluded, Some(agreement.concluded_at)),
        },
        None if waits_for_text(case, now) => CaseStatus::of(Status::TextMissing, None),
        None => match open {
            Some(request) => asked(case, request, now),
            None => unasked(case),
        },
    }
}

/// How it stands with what the agreement in force does not cover, a product or the Submandant: the
/// worst that the list may show (5.8-7). `None` if it covers everything with the chain of today, or
/// if the whole agreement has to be concluded anew.
pub fn missing(case: &Case, now: DateTime<Utc>) -> Option<CaseStatus> {
    let agreement = case.agreement().filter(|_| case.chain_matches())?;
    if case.is_covered(now) {
        return None;
    }
    if waits_for_text(case, now) {
        return Some(CaseStatus::of(Status::TextMissing, None));
    }
    Some(match case.open_request() {
        Some(request) => asked(case, request, now),
        // An answer to what was asked before the agreement says nothing about its amendment.
        None => match last_answer(case).filter(|(at, _)| *at >= agreement.concluded_at) {
            Some((at, status)) => CaseStatus::of(status, Some(at)),
            None => never_asked(case),
        },
    })
}

/// When time alone will change the standing, and to what. `None`: only an event will.
pub fn next_change(case: &Case, now: DateTime<Utc>) -> Option<(DateTime<Utc>, CaseStatus)> {
    let link_over = case
        .open_request()
        .filter(|request| request.reminders >= REMINDERS)
        .and_then(Request::last_link_end)
        .map(just_after);
    let booking_over = case.bookings.iter().flat_map(Booking::ends);
    booking_over
        .chain(link_over)
        .filter(|at| *at > now)
        .map(|at| (at, status_of(case, at)))
        .filter(|(_, then)| *then != status_of(case, now))
        .min_by_key(|(at, _)| *at)
}

/// From when the scheduler has something to do for this case, as soon as it is a working hour (F10): a
/// reminder, the end of a round, what follows from the end of a booking, or an entered address whose
/// waiting time is over. `None` while nothing is due however late it gets. With the facts as they are at
/// `now`; an end that changes them is due itself.
pub fn next_step_due(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if case.customer.deleted_at.is_some() {
        return None;
    }
    let booking = case
        .bookings
        .iter()
        .filter(|booking| booking.settled_at.is_none())
        .flat_map(Booking::ends)
        .map(|end| next_step_after(end - chrono::Duration::milliseconds(1)))
        .min();
    let due = booking.into_iter().chain(next_round_step(case, now));
    due.chain(address_due_at(case)).min()
}

/// Row 8: reminders pause while the address refuses mail, and while the text is missing.
fn next_round_step(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let request = case.open_request()?;
    let paused = request.undeliverable_at.is_some()
        || case.customer.email().is_none()
        || case.lacks_text(now);
    if paused && request.reminders < REMINDERS {
        return None;
    }
    request.last_link_end().map(next_step_after)
}

/// How each booked product stands, in the catalogue's order (5.8-7).
pub fn product_statuses(case: &Case, now: DateTime<Utc>) -> Vec<ProductStatus<'_>> {
    let overall = status_of(case, now);
    case.active_products(now)
        .into_iter()
        .map(|(product, options)| {
            let required = product.needed(&options).filter(|_| case.can_need());
            let agreement = case.agreement().filter(|_| case.chain_matches());
            let covers = |one: &Covered| agreement.is_some_and(|known| known.offer.covers(one));
            let case_status = match &required {
                None => CaseStatus::of(Status::NotRequired, None),
                Some(all) if !covers(all) => uncovered(case, overall, now),
                Some(_) if overall.status == Status::AddressOpen => overall,
                Some(_) => CaseStatus::of(
                    Status::Concluded,
                    agreement.map(|agreement| agreement.concluded_at),
                ),
            };
            let mut gated = Vec::new();
            for area in product.areas(&options) {
                if let Some(needed) = area.gate().filter(|_| required.is_some()) {
                    let is_open = overall.status != Status::AddressOpen && covers(needed);
                    gated.push((area.module, is_open));
                }
            }
            ProductStatus {
                product,
                options,
                case_status,
                gated,
            }
        })
        .collect()
}

/// One booked product and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductStatus<'a> {
    /// The catalogue entry.
    pub product: &'a Product,
    /// What is booked with it.
    pub options: Options,
    /// Status of this product, which may differ from that of the whole case.
    pub case_status: CaseStatus,
    /// The areas of it that need an agreement, and whether the one in force opens them.
    pub gated: Vec<(&'a Module, bool)>,
}

fn without_need(case: &Case, now: DateTime<Utc>) -> CaseStatus {
    // An agreement that was there before the need went away makes it "Beendet", not "Nicht erforderlich".
    let last_booking_end = case
        .bookings
        .iter()
        .filter(|booking| {
            case.product(&booking.product)
                .is_none_or(|product| product.needs_agreement(&booking.all_options()))
        })
        .flat_map(Booking::ends)
        .filter(|end| *end <= now)
        .max();
    match case.agreements.last() {
        Some(agreement) => {
            // The scheduler acts on the morning after; what counts is the day the need went away.
            let goes_on = case.bookings.iter().any(|booking| booking.is_active(now));
            let need_end = last_booking_end.filter(|_| !goes_on);
            let moment = match agreement.end {
                Some((at, AgreementEnd::Ended)) => Some(need_end.map_or(at, |end| end.min(at))),
                Some((at, AgreementEnd::Replaced | AgreementEnd::Disowned)) => Some(at),
                Some((at, AgreementEnd::Objected)) => {
                    Some(last_booking_end.map_or(at, |end| end.max(at)))
                }
                None => last_booking_end.or(Some(agreement.concluded_at)),
            };
            CaseStatus::of(Status::Ended, moment)
        }
        None => CaseStatus::of(Status::NotRequired, None),
    }
}

fn asked(case: &Case, request: &Request, now: DateTime<Utc>) -> CaseStatus {
    let status = if case.customer.email().is_none() {
        return no_address(case, Some(request.opened_at));
    } else if let Some(at) = request.undeliverable_at {
        return CaseStatus {
            status: Status::Undeliverable,
            reminders: request.reminders,
            moment: Some(at),
        };
    } else if request.is_over(now) {
        Status::Expired
    } else if request.reminders == 0 {
        Status::Requested
    } else {
        Status::Reminded
    };
    CaseStatus {
        status,
        reminders: request.reminders,
        moment: request.last_link_end(),
    }
}

fn unasked(case: &Case) -> CaseStatus {
    let voided = case
        .agreements
        .last()
        .and_then(|agreement| match agreement.end {
            Some((at, AgreementEnd::Objected)) => Some((at, Status::Void)),
            _ => None,
        });
    // Of two at the same moment the objection weighs more.
    match last_answer(case)
        .into_iter()
        .chain(voided)
        .max_by_key(|(at, _)| *at)
    {
        Some((at, status)) => CaseStatus::of(status, Some(at)),
        None => never_asked(case),
    }
}

/// A product the agreement in force does not cover shows how its own request stands.
fn uncovered(case: &Case, overall: CaseStatus, now: DateTime<Utc>) -> CaseStatus {
    if waits_for_text(case, now) {
        return CaseStatus::of(Status::TextMissing, None);
    }
    missing(case, now).unwrap_or(overall)
}

/// How the last round ended, if it ended without a contract: declined or expired, and when. In W
/// it says what became of the request for a new conclusion (row 28).
pub fn last_answer(case: &Case) -> Option<(DateTime<Utc>, Status)> {
    let last = case.requests.last()?;
    match last.closed {
        Some((at, RequestOutcome::Declined)) => Some((at, Status::Declined)),
        Some((_, RequestOutcome::Expired)) => {
            last.last_link_end().map(|end| (end, Status::Expired))
        }
        _ => None,
    }
}

fn never_asked(case: &Case) -> CaseStatus {
    // The customer has had mails, but the operator locked their links (row 53).
    let locked = match case.requests.last().and_then(|last| last.closed) {
        Some((at, RequestOutcome::Locked)) => Some(at),
        _ => None,
    };
    match case.customer.email() {
        Some(_) => CaseStatus::of(Status::Open, locked),
        None => no_address(case, None),
    }
}

/// Without an address the customer is not asked; one that a partner entered needs the operator
/// first (A4).
fn no_address(case: &Case, moment: Option<DateTime<Utc>>) -> CaseStatus {
    match case.waiting_address() {
        Some(waiting) => CaseStatus::of(Status::AddressOpen, Some(waiting.entered_at)),
        None => CaseStatus::of(Status::NoEmail, moment),
    }
}

fn just_after(end: DateTime<Utc>) -> DateTime<Utc> {
    end + chrono::Duration::milliseconds(1)
}
