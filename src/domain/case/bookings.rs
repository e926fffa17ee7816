//! What follows when products come, change and go (rows 1, 12, 19, 43 to 46, 50).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::asking::{ask_anew, awaited, end_links, notice, to_customer, withdraw};
use super::change::Change;
use super::decide::{DecisionContext, Refusal};
use super::facts::{AgreementEnd, Case, Covered, LinkEnd, RequestOutcome};
use crate::domain::mail::{CustomerNews, MailKind, RequestReason};

/// Rows 1, 12, 45, 46, 50.
pub(super) fn booked(
    case: &Case,
    product: &str,
    ums: bool,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let known = case.product(product).ok_or(Refusal::UnknownProduct)?;
    if ums && !known.has_ums_option() {
        return Err(Refusal::UnknownProduct);
    }
    let changes = vec![Change::AddBooking {
        product: product.to_owned(),
        ums,
        ends_at: None,
    }];
    Ok(follow(case, changes, context))
}

/// Rows 12 and 46 when the option is switched on, 19, 43 and 44 when it is switched off. The old
/// booking ends and a new one begins, so that the history stays.
pub(super) fn option_changed(
    case: &Case,
    place: usize,
    ums: bool,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let booking = case
        .bookings
        .get(place)
        .filter(|booking| booking.is_active(context.now))
        .ok_or(Refusal::UnknownBooking)?;
    let known = case
        .product(&booking.product)
        .filter(|product| product.has_ums_option())
        .ok_or(Refusal::UnknownProduct)?;
    if booking.has_ums(context.now) == ums {
        return Err(Refusal::Unchanged);
    }
    // What follows from an option that has ended already is left to the scheduler.
    let ended = booking.lapsed_option(context.now);
    let mut changes = vec![Change::EndBooking(place, ended.or(Some(context.now)))];
    if ended.is_none() {
        changes.push(Change::SettleBooking(place));
    }
    changes.push(Change::AddBooking {
        product: known.code.clone(),
        ums,
        ends_at: booking.ends_at,
    });
    Ok(follow(case, changes, context))
}

/// Rows 19, 43 and 44 for the option alone (B5): the product goes on without it.
pub(super) fn option_cancelled(
    case: &Case,
    place: usize,
    ends_at: Option<DateTime<Utc>>,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let booking = case
        .bookings
        .get(place)
        .filter(|booking| booking.is_active(context.now) && booking.has_ums(context.now))
        .ok_or(Refusal::UnknownBooking)?;
    match ends_at {
        _ if booking.option_ends_at == ends_at => Err(Refusal::Unchanged),
        Some(end) if end < context.now => Err(Refusal::EndInPast),
        Some(end) if end == context.now => option_changed(case, place, false, context),
        _ => Ok(vec![Change::EndOption(place, ends_at)]),
    }
}

/// Rows 19, 43 and 44. What ends later is acted upon by the scheduler on that day.
pub(super) fn cancelled(
    case: &Case,
    place: usize,
    ends_at: Option<DateTime<Utc>>,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let booking = case
        .bookings
        .get(place)
        .filter(|booking| booking.is_active(context.now))
        .ok_or(Refusal::UnknownBooking)?;
    if booking.ends_at == ends_at {
        return Err(Refusal::Unchanged);
    }
    let mut changes = vec![Change::EndBooking(place, ends_at)];
    match ends_at {
        Some(end) if end < context.now => return Err(Refusal::EndInPast),
        Some(end) if end == context.now => {
            // The scheduler still has to say what follows from the end of its option.
            if booking.lapsed_option(context.now).is_some() {
                return Ok(changes);
            }
            changes.push(Change::SettleBooking(place));
        }
        _ => return Ok(changes),
    }
    Ok(follow(case, changes, context))
}

/// Bookings whose end has come since anybody looked, and those whose option has ended.
pub(super) fn lapsed(case: &Case, context: DecisionContext) -> Vec<Change> {
    let mut settled = Vec::new();
    for (place, booking) in case.bookings.iter().enumerate() {
        if let Some(end) = booking.lapsed_option(context.now) {
            // The old booking ends and a new one begins, as when the option is switched off by hand.
            settled.extend([
                Change::EndBooking(place, Some(end)),
                Change::SettleBooking(place),
                Change::AddBooking {
                    product: booking.product.clone(),
                    ums: false,
                    ends_at: booking.ends_at,
                },
            ]);
        } else if booking.has_lapsed(context.now) {
            settled.push(Change::SettleBooking(place));
        }
    }
    if settled.is_empty() {
        return settled;
    }
    let is_settled = |place: usize| settled.contains(&Change::SettleBooking(place));
    let gone = case
        .bookings
        .iter()
        .enumerate()
        .filter(|(place, _)| is_settled(*place))
        .map(|(_, booking)| booking)
        .map(|booking| Covered {
            product: booking.product.clone(),
            ums: booking.ums,
        })
        .collect();
    let mut after = case.clone();
    after.apply(&settled, context.now);
    let mut changes = settled;
    changes.extend(shrunk(&after, &gone, false, context));
    changes
}

/// Adds to `changes` of bookings what follows from the need being another one.
fn follow(case: &Case, mut changes: Vec<Change>, context: DecisionContext) -> Vec<Change> {
    let mut after = case.clone();
    after.apply(&changes, context.now);
    let before = case.required_products(context.now);
    let now = after.required_products(context.now);
    let gone: BTreeSet<Covered> = before.difference(&now).cloned().collect();
    if !gone.is_empty() {
        changes.extend(shrunk(&after, &gone, false, context));
        return changes;
    }
    // Row 50: an agreement whose need was over does not come back to life with a new booking.
    let was_ended = before.is_empty() && !now.is_empty();
    if let Some(old) = case.agreement().filter(|_| was_ended) {
        let end = Change::EndAgreement(old.id, AgreementEnd::Ended);
        after.apply(std::slice::from_ref(&end), context.now);
        changes.push(end);
    }
    if now != before && !after.is_settled(context.now) {
        let reason = if after.agreement().is_some() {
            RequestReason::Product
        } else {
            RequestReason::First
        };
        changes.extend(ask_anew(&after, reason, LinkEnd::Replaced, context));
    }
    changes
}

/// What follows when less needs an agreement than before: `after` are the facts without it, `gone`
/// what it was. `partner_left`: because nobody looks after the customer any more (row 29).
pub(super) fn shrunk(
    after: &Case,
    gone: &BTreeSet<Covered>,
    partner_left: bool,
    context: DecisionContext,
) -> Vec<Change> {
    let required = after.required_products(context.now);
    if required.is_empty() {
        return nothing_needed(after, partner_left, context);
    }
    let round = awaited(after, context.now);
    let ended = after
        .agreement()
        .filter(|_| after.is_covered(context.now))
        .and_then(|agreement| {
            gone.iter()
                .find(|one| agreement.offer.products.contains(one) && !required.contains(one))
        });
    if after.is_settled(context.now) {
        // Row 43, and row 23 if an amendment was asked for that nobody needs any more.
        return match (ended, round) {
            (Some(product), Some(_)) => withdraw(after, ended_news(product), context.now),
            (Some(product), None) => vec![notice(ended_news(product))],
            (None, Some(_)) => withdraw(after, CustomerNews::Withdrawn, context.now),
            (None, None) => Vec::new(),
        };
    }
    // The text the links show is another one now (5.5).
    match round.filter(|round| round.offer.products != required) {
        Some(round) => ask_anew(after, round.reason, LinkEnd::Replaced, context),
        None => ended.map(ended_news).map(notice).into_iter().collect(),
    }
}

/// Rows 19, 29 and 44: the agreement ends, or the round does.
fn nothing_needed(after: &Case, partner_left: bool, context: DecisionContext) -> Vec<Change> {
    let Some(agreement) = after.agreement() else {
        return match after.open_request() {
            Some(_) => withdraw(after, CustomerNews::Withdrawn, context.now),
            None => end_links(after, None, LinkEnd::Closed, context.now),
        };
    };
    let mut changes = end_links(after, None, LinkEnd::Closed, context.now);
    changes.extend(
        after
            .open_request()
            .map(|open| Change::CloseRequest(open.id, RequestOutcome::NotNeeded)),
    );
    changes.push(Change::EndAgreement(agreement.id, AgreementEnd::Ended));
    changes.push(to_customer(MailKind::Ended {
        agreement: agreement.id,
        partner_left,
    }));
    changes
}

fn ended_news(product: &Covered) -> CustomerNews {
    CustomerNews::ProductEnded {
        product: product.clone(),
    }
}
