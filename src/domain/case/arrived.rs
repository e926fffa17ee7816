//! A customer comes from another system, with everything it has there: one event for what the pages
//! would enter one after the other, so that whoever booked three products is asked once.

use super::bookings::follow;
use super::chain::{partner_assigned, sub_partner_named};
use super::change::Change;
use super::decide::{DecisionContext, Refusal};
use super::event::Arrival;
use super::facts::{BookedOption, Case};

/// Rows 1, 11 and 12, of a customer that has nothing yet. One that arrives quietly is recorded and
/// nobody is told: it is asked later.
pub(super) fn arrived(
    case: &Case,
    arrival: &Arrival,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let is_new = case.bookings.is_empty()
        && case.partner.is_none()
        && case.requests.is_empty()
        && case.agreements.is_empty();
    if !is_new {
        return Err(Refusal::Unchanged);
    }
    let (mut after, mut changes) = (case.clone(), Vec::new());
    let mut step = |after: &mut Case, made: Vec<Change>| {
        after.apply(&made, context.now);
        changes.extend(made);
    };
    if let Some(partner) = &arrival.partner {
        let made = partner_assigned(&after, Some(partner), context)?;
        step(&mut after, made);
    }
    if let Some(sub) = &arrival.sub_partner {
        let made = sub_partner_named(&after, Some(sub), context)?;
        step(&mut after, made);
    }
    let mut booked = Vec::new();
    for (product, options) in &arrival.bookings {
        case.product(product)
            .filter(|known| known.is_sold_with(options))
            .ok_or(Refusal::UnknownProduct)?;
        booked.push(Change::AddBooking {
            product: product.clone(),
            options: options.iter().map(BookedOption::of).collect(),
            ends_at: None,
            instead_of: None,
        });
    }
    if !booked.is_empty() {
        let made = if arrival.quietly {
            booked
        } else {
            follow(&after, booked, context)
        };
        step(&mut after, made);
    }
    if arrival.quietly {
        changes.retain(|change| !matches!(change, Change::Queue(_)));
    }
    Ok(changes)
}
