//! What follows when the catalogue says otherwise what needs an agreement (P-07), or the contract
//! text now speaks of it: the same as if a product had come or gone, told by the facts alone. A
//! customer who has answered what would be asked is not asked again.

use chrono::{DateTime, Utc};

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
    if is_answered(case, &offer) || case.lacks_text(context.now) {
        return Err(Refusal::Unchanged);
    }
    let reason = reason_to_ask(case, context.now);
    Ok(ask_anew(case, reason, LinkEnd::Replaced, context))
}

/// What the agreement in force does not cover, for the customer's mail.
pub(super) fn reason_to_ask(case: &Case, now: DateTime<Utc>) -> RequestReason {
    let Some(agreement) = case.agreement() else {
        return RequestReason::First;
    };
    let required = case.required_products(now);
    if !case.chain_matches() {
        RequestReason::Partner
    } else if required.iter().all(|one| agreement.offer.covers(one)) {
        RequestReason::SubPartner
    } else {
        RequestReason::Product
    }
}

/// Whether the customer has said no, or nothing, to all of this and the same partner already, or the
/// operator locked the links it was asked by.
pub(super) fn is_answered(case: &Case, offer: &Offer) -> bool {
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
