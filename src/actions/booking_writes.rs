//! Bookings as another system of the provider writes them, by its own keys.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::customer_writes::Written;
use super::{ActionError, Applied, CaseCommand, partner_contracts, require};
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::audit::AuditKind;
use crate::domain::calendar::{at, day};
use crate::domain::case::{Booking, Case, Change, Event, Refusal};
use crate::domain::client::{Client, ExternalId};
use crate::domain::product::{Named, Options};
use crate::domain::viewer::Duty;
use crate::storage::{PgConnection, catalogue, external_ids};

/// A booking of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingWrite {
    /// Its key in the other system.
    pub key: ExternalId,
    /// Code of the product; that of a booking never changes.
    pub product: String,
    /// Codes of the options it has.
    pub options: Options,
    /// The last day it is there; `None`: it has no end.
    pub until: Option<NaiveDate>,
}

/// Books, or makes a booking what `new` says. A booking of the same product that was typed in and has
/// no key yet is taken for this one.
///
/// # Errors
/// What the rules refuse; [`Refusal::UnknownBooking`] if the key is that of another customer's booking
/// or of one that has ended, [`Refusal::UnknownProduct`] if it has another product.
pub fn put(
    conn: &mut PgConnection,
    app: &App,
    client: &Client,
    customer: CustomerNumber,
    new: &BookingWrite,
    now: DateTime<Utc>,
) -> Result<Written, ActionError> {
    require(client, Duty::Care)?;
    catalogue::find_operator(conn)?.ok_or(ActionError::NoOperator)?;
    let command = CaseCommand::by(client, customer, now);
    let case = command.lock(conn)?;
    let known = external_ids::find_booking(conn, &new.key)?;
    if known.as_ref().is_some_and(|one| one.customer != customer) {
        return Err(Refusal::UnknownBooking.into());
    }
    let place = match known {
        Some(known) => Some(known.place),
        None => nameless(conn, &case, new, now)?,
    };
    let end = new
        .until
        .map(|last| at(last + Days::new(1), NaiveTime::MIN));
    let Some(place) = place else {
        let done = book(conn, app, &command, case, (new, end))?;
        let done = partner_contracts::check(conn, app, done, now)?;
        return Ok(Written::Created(Box::new(done)));
    };
    external_ids::name_booking(conn, customer, place, &new.key)?;
    let booking = case.bookings.get(place).ok_or(Refusal::UnknownBooking)?;
    if booking.product != new.product {
        return Err(Refusal::UnknownProduct.into());
    }
    if is_so(booking, new, end, now) {
        return Ok(Written::Unchanged(Box::new(case)));
    }
    if !booking.is_active(now) {
        return Err(Refusal::UnknownBooking.into());
    }
    let events = events_of(&case, place, new, end, now);
    let kind = |outcome: &Applied| AuditKind::BookingWritten {
        product: outcome.after.booked_name(&new.product, &new.options),
        last_day: new.until,
        asked: outcome.changes.iter().any(Change::asks),
    };
    let done = command.commit_each(conn, app, case, &events, kind, |_, _| Ok(()))?;
    let done = partner_contracts::check(conn, app, done, now)?;
    Ok(Written::Changed(Box::new(done)))
}

/// Ends a booking now; one that has ended is left alone.
pub fn end(
    conn: &mut PgConnection,
    app: &App,
    client: &Client,
    customer: CustomerNumber,
    key: &ExternalId,
    now: DateTime<Utc>,
) -> Result<Written, ActionError> {
    require(client, Duty::Care)?;
    let command = CaseCommand::by(client, customer, now);
    let case = command.lock(conn)?;
    let known = external_ids::find_booking(conn, key)?
        .filter(|one| one.customer == customer)
        .ok_or(ActionError::NotFound)?;
    let booking = case
        .bookings
        .get(known.place)
        .ok_or(ActionError::NotFound)?;
    if !booking.is_active(now) {
        return Ok(Written::Unchanged(Box::new(case)));
    }
    let name = case.booked_name(&booking.product, &booking.options_at(now));
    let event = Event::Cancelled {
        booking: known.place,
        ends_at: Some(now),
    };
    let done = command.commit(conn, app, case, &event, |_| cancelled(name, now))?;
    Ok(Written::Changed(Box::new(done)))
}

fn cancelled(product: Named, now: DateTime<Utc>) -> AuditKind {
    AuditKind::Cancelled {
        product,
        last_day: day(now - chrono::Duration::milliseconds(1)),
    }
}

/// The one booking of the product that is there and has no key.
fn nameless(
    conn: &mut PgConnection,
    case: &Case,
    new: &BookingWrite,
    now: DateTime<Utc>,
) -> Result<Option<usize>, ActionError> {
    let keys = external_ids::list_booking_keys(conn, case.customer.number)?;
    let mut free = case
        .bookings
        .iter()
        .zip(keys)
        .enumerate()
        .filter(|(_, (one, key))| {
            key.is_none() && one.product == new.product && one.is_active(now)
        });
    Ok(match (free.next(), free.next()) {
        (Some((place, _)), None) => Some(place),
        _ => None,
    })
}

fn book(
    conn: &mut PgConnection,
    app: &App,
    command: &CaseCommand,
    case: Case,
    (new, end): (&BookingWrite, Option<DateTime<Utc>>),
) -> Result<Applied, ActionError> {
    let place = case.bookings.len();
    let mut events = vec![Event::Booked {
        product: new.product.clone(),
        options: new.options.clone(),
    }];
    events.extend(end.map(|end| Event::Cancelled {
        booking: place,
        ends_at: Some(end),
    }));
    let kind = |outcome: &Applied| AuditKind::Booked {
        product: outcome.after.booked_name(&new.product, &new.options),
        asked: outcome.changes.iter().any(Change::asks),
    };
    command.commit_each(conn, app, case, &events, kind, |conn, outcome| {
        let place = outcome.after.bookings.len().saturating_sub(1);
        Ok(external_ids::name_booking(
            conn,
            command.customer,
            place,
            &new.key,
        )?)
    })
}

/// Whether a booking is as written. One that ended on its day is, whatever hour that was.
fn is_so(
    booking: &Booking,
    new: &BookingWrite,
    end: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> bool {
    let stays: Options = booking.options_to_the_end(now);
    let ends_as_booked = booking
        .options_left(now)
        .all(|one| one.ends_at.is_none() || one.ends_at == booking.ends_at);
    let is_same_day = match (booking.ends_at, new.until) {
        (Some(ended), Some(until)) => day(ended - chrono::Duration::milliseconds(1)) == until,
        (None, None) => true,
        _ => false,
    };
    stays == new.options && ends_as_booked && (booking.ends_at == end || is_same_day)
}

/// Options that come, options that go at once, then the end.
fn events_of(
    case: &Case,
    place: usize,
    new: &BookingWrite,
    end: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<Event> {
    let (mut events, mut target) = (Vec::new(), place);
    let Some(booking) = case.bookings.get(place) else {
        return events;
    };
    let has = booking.options_at(now);
    let comes = new.options.difference(&has).map(|code| (code, true));
    let goes = has.difference(&new.options).map(|code| (code, false));
    for ((option, on), behind) in comes.chain(goes).zip(case.bookings.len()..) {
        events.push(Event::OptionChanged {
            booking: target,
            option: option.clone(),
            on,
        });
        // The booking ended, and goes on in one behind all others.
        target = behind;
    }
    let stays = booking
        .options_left(now)
        .filter(|one| one.ends_at.is_some() && new.options.contains(&one.code));
    events.extend(stays.map(|one| Event::OptionCancelled {
        booking: target,
        option: one.code.clone(),
        ends_at: None,
    }));
    if booking.ends_at != end {
        events.push(Event::Cancelled {
            booking: target,
            ends_at: end,
        });
    }
    events
}
