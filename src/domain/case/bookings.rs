//! What follows when products are booked, changed or cancelled (rows 1, 12, 19, 43 to 46, 50).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::asking::{ask_anew, awaited, end_links, notice, to_customer, withdraw};
use super::change::Change;
use super::decide::{DecisionContext, Refusal};
use super::facts::{AgreementEnd, BookedOption, Booking, Case, Covered, LinkEnd, RequestOutcome};
use super::need::lost;
use super::reviewed::{is_answered, reason_to_ask};
use crate::domain::mail::{CustomerNews, MailKind, RequestReason};
use crate::domain::product::Options;

/// Rows 1, 12, 45, 46, 50: a product is booked.
pub(super) fn booked(
    case: &Case,
    product: &str,
    options: &Options,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    case.product(product)
        .filter(|known| known.is_sold_with(options))
        .ok_or(Refusal::UnknownProduct)?;
    let changes = vec![Change::AddBooking {
        product: product.to_owned(),
        options: options.iter().map(BookedOption::of).collect(),
        ends_at: None,
        instead_of: None,
    }];
    Ok(follow(case, changes, context))
}

/// Rows 12 and 46 when an option is switched on, 19, 43 and 44 when it is switched off. The old
/// booking ends and a new one begins, so that the history is kept.
pub(super) fn option_changed(
    case: &Case,
    place: usize,
    option: &str,
    on: bool,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let booking = active(case, place, context.now)?;
    case.product(&booking.product)
        .and_then(|product| product.option(option))
        .filter(|known| !on || !known.retired)
        .ok_or(Refusal::UnknownProduct)?;
    let mut left: Vec<BookedOption> = booking.options_left(context.now).cloned().collect();
    if left.iter().any(|one| one.code == option) == on {
        return Err(Refusal::Unchanged);
    }
    match on {
        true => left.push(BookedOption::of(option)),
        false => left.retain(|one| one.code != option),
    }
    // The scheduler handles options that have ended already.
    let ended = booking.lapsed_option(context.now);
    let mut changes = vec![Change::EndBooking(place, ended.or(Some(context.now)))];
    if ended.is_none() {
        changes.push(Change::SettleBooking(place));
    }
    changes.push(Change::AddBooking {
        product: booking.product.clone(),
        options: left,
        ends_at: booking.ends_at,
        instead_of: Some(place),
    });
    Ok(follow(case, changes, context))
}

fn active(case: &Case, place: usize, now: DateTime<Utc>) -> Result<&Booking, Refusal> {
    case.bookings
        .get(place)
        .filter(|booking| booking.is_active(now))
        .ok_or(Refusal::UnknownBooking)
}

/// Rows 19, 43 and 44 for an option alone (B5): the product goes on without it.
pub(super) fn option_cancelled(
    case: &Case,
    place: usize,
    option: &str,
    ends_at: Option<DateTime<Utc>>,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let booked = active(case, place, context.now)?
        .options_left(context.now)
        .find(|one| one.code == option)
        .ok_or(Refusal::UnknownBooking)?;
    match ends_at {
        _ if booked.ends_at == ends_at => Err(Refusal::Unchanged),
        Some(end) if end < context.now => Err(Refusal::EndInPast),
        Some(end) if end == context.now => option_changed(case, place, option, false, context),
        _ => Ok(vec![Change::EndOption(place, option.to_owned(), ends_at)]),
    }
}

/// Rows 19, 43 and 44. The scheduler handles a later end on that day.
pub(super) fn cancelled(
    case: &Case,
    place: usize,
    ends_at: Option<DateTime<Utc>>,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let booking = active(case, place, context.now)?;
    if booking.ends_at == ends_at {
        return Err(Refusal::Unchanged);
    }
    let mut changes = vec![Change::EndBooking(place, ends_at)];
    match ends_at {
        Some(end) if end < context.now => return Err(Refusal::EndInPast),
        Some(end) if end == context.now => {
            // The scheduler still has to handle the end of an option.
            if booking.lapsed_option(context.now).is_some() {
                return Ok(changes);
            }
            changes.push(Change::SettleBooking(place));
        }
        _ => return Ok(changes),
    }
    Ok(follow(case, changes, context))
}

/// Bookings that have ended since the last check, and those of which an option has ended.
pub(super) fn lapsed(case: &Case, context: DecisionContext) -> Vec<Change> {
    let mut settled = Vec::new();
    // The case as it would be if none of these had ended.
    let mut before = case.clone();
    for (place, booking) in case.bookings.iter().enumerate() {
        if let Some(end) = booking.lapsed_option(context.now) {
            // The old booking ends and a new one begins, as when an option is switched off by hand.
            settled.extend([
                Change::EndBooking(place, Some(end)),
                Change::SettleBooking(place),
                Change::AddBooking {
                    product: booking.product.clone(),
                    options: booking.options_left(context.now).cloned().collect(),
                    ends_at: booking.ends_at,
                    instead_of: Some(place),
                },
            ]);
        } else if booking.has_lapsed(context.now) {
            settled.push(Change::SettleBooking(place));
        } else {
            continue;
        }
        for booking in before.bookings.iter_mut().skip(place).take(1) {
            booking.ends_at = None;
            booking
                .options
                .iter_mut()
                .for_each(|one| one.ends_at = None);
        }
    }
    if settled.is_empty() {
        return settled;
    }
    let mut after = case.clone();
    after.apply(&settled, context.now);
    let (before, now) = (
        before.required_products(context.now),
        after.required_products(context.now),
    );
    let mut changes = settled;
    changes.extend(shrunk(&after, &lost(&before, &now), false, context));
    changes
}

/// Adds to the changes of bookings what follows from the changed need.
pub(super) fn follow(
    case: &Case,
    mut changes: Vec<Change>,
    context: DecisionContext,
) -> Vec<Change> {
    let mut after = case.clone();
    after.apply(&changes, context.now);
    let before = case.required_products(context.now);
    let now = after.required_products(context.now);
    let gone = lost(&before, &now);
    if !gone.is_empty() {
        changes.extend(shrunk(&after, &gone, false, context));
        return changes;
    }
    // Row 50: an agreement whose need had ended does not become valid again through a new booking.
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

/// What follows when less needs an agreement than before. `after`: the facts without it; `gone`:
/// what is no longer needed ([`lost`]); `partner_left`: the reason is that no partner looks after
/// the customer any more (row 29).
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
            let is_still_there =
                |one: &Covered| required.iter().any(|still| still.product == one.product);
            let mut told = after.share(gone, &agreement.offer).into_iter();
            told.find(|one| !one.options.is_empty() || !is_still_there(one))
        });
    if after.is_settled(context.now) {
        // Row 43, and row 23 if an amendment was requested that is not needed any more.
        return match (ended, round) {
            (Some(product), Some(_)) => withdraw(after, ended_news(&product), context.now),
            (Some(product), None) => vec![notice(ended_news(&product))],
            (None, Some(_)) => withdraw(after, CustomerNews::Withdrawn, context.now),
            (None, None) => Vec::new(),
        };
    }
    // What kept the customer from being asked was what is gone.
    let was_unwritten = || gone.iter().any(|one| after.undescribed(one).is_some());
    if round.is_none() && was_unwritten() && !after.lacks_text(context.now) {
        let offer = after.offer(context.now);
        if offer.is_some_and(|offer| !is_answered(after, &offer)) {
            return ask_anew(
                after,
                reason_to_ask(after, context.now),
                LinkEnd::Replaced,
                context,
            );
        }
    }
    // The text the links show is another one now (5.5).
    match round.filter(|round| round.offer.products != required) {
        Some(round) => ask_anew(after, round.reason, LinkEnd::Replaced, context),
        None => ended
            .as_ref()
            .map(ended_news)
            .map(notice)
            .into_iter()
            .collect(),
    }
}

/// Rows 19, 29 and 44: nothing needs an agreement any more; the agreement ends, and so does the
/// round.
pub(super) fn nothing_needed(
    after: &Case,
    partner_left: bool,
    context: DecisionContext,
) -> Vec<Change> {
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
