//! What follows when the catalogue changes what needs an agreement (P-07): the same as if a product
//! had been booked or cancelled, decided by the facts alone. A customer that has already answered
//! the same request is not asked again.

use super::asking::{ask_anew, awaited, withdraw};
use super::bookings::nothing_needed;
use super::change::Change;
use super::decide::{DecisionContext, Refusal};
use super::facts::{AgreementEnd, Case, LinkEnd, Offer, RequestOutcome};
use crate::domain::mail::{CustomerNews, RequestReason};

/// Rows 1, 12, 19, 23, 44 and 46, without a booking.
pub(super) fn need_changed(case: &Case, context: DecisionContext) -> Result<Vec<Change>, Refusal> {
    let round = awaited(case, context.now);
    let Some(offer) = case.offer(context.now) else {
        let is_quiet = case.agreement().is_none() && case.open_request().is_none();
        // The scheduler handles bookings that have ended.
        let is_lapsed = case
            .bookings
            .iter()
            .any(|one| one.has_lapsed(context.now) || one.lapsed_option(context.now).is_some());
        if is_quiet || is_lapsed {
            return Err(Refusal::Unchanged);
        }
        return Ok(nothing_needed(case, case.partner.is_none(), context));
    };
    if case.is_settled(context.now) {
        return match case.open_request() {
            Some(_) => Ok(withdraw(case, CustomerNews::Withdrawn, context.now)),
            None => Err(Refusal::Unchanged),
        };
    }
    if let Some(round) = round {
        if round.offer.products == offer.products {
            return Err(Refusal::Unchanged);
        }
        return Ok(ask_anew(case, round.reason, LinkEnd::Replaced, context));
    }
    if is_answered(case, &offer) {
        return Err(Refusal::Unchanged);
    }
    let reason = match case.agreement() {
        Some(_) => RequestReason::Product,
        None => RequestReason::First,
    };
    Ok(ask_anew(case, reason, LinkEnd::Replaced, context))
}

/// Whether the customer has already declined, or not answered, a request for all of this with the
/// same partner, or the operator locked the links of that request.
fn is_answered(case: &Case, offer: &Offer) -> bool {
    let same = |known: &Offer| {
        let covered = offer.products.iter().all(|one| known.covers(one));
        known.partner == offer.partner && covered
    };
    // An answer to a request before the last conclusion does not count any more.
    let concluded = case.agreements.last().map(|last| last.concluded_at);
    let asked = case.requests.last().is_some_and(|last| {
        let no = match last.closed {
            Some((
                at,
                RequestOutcome::Declined
                | RequestOutcome::Expired
                | RequestOutcome::Locked
                | RequestOutcome::Objected,
            )) => concluded.is_none_or(|then| then <= at),
            Some(_) => false,
            // Expired, but the scheduler has not run yet.
            None => true,
        };
        no && same(&last.offer)
    });
    let objected = case.agreements.last().is_some_and(|last| {
        matches!(last.end, Some((_, AgreementEnd::Objected))) && same(&last.offer)
    });
    asked || objected
}
