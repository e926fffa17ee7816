//! Bookings, which may make an AVV due (L-01).

use chrono::{DateTime, Utc};

use super::{ActionError, Actor, Applied, CaseCommand, partner_contracts, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Case, Change, Event};
use crate::domain::product::{Named, Options};
use crate::domain::viewer::{Duty, Scope, Viewer};
use crate::domain::{CustomerNumber, Language, calendar};
use crate::storage::{PgConnection, catalogue};

/// The operator adds a booking; if that makes an AVV due, the customer is asked in the same
/// transaction.
pub fn book(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    product: &str,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    require(viewer, Duty::Care)?;
    catalogue::find_operator(conn)?.ok_or(ActionError::NoOperator)?;
    let command = CaseCommand::by(viewer, customer, now);
    let done = add(conn, app, &command, product, options)?;
    partner_contracts::check(conn, app, done, now)
}

/// The operator switches an option of a booking on (rows 12, 46).
pub fn switch_option_on(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    booking: usize,
    option: &str,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    require(viewer, Duty::Care)?;
    let command = CaseCommand::by(viewer, customer, now);
    let event = Event::OptionChanged {
        booking,
        option: option.to_owned(),
        on: true,
    };
    let done = command.execute(conn, app, &event, |outcome| AuditKind::OptionChanged {
        product: outcome
            .after
            .bookings
            .last()
            .map(|one| {
                outcome
                    .after
                    .booked_name(&one.product, &one.options_at(now))
            })
            .unwrap_or_else(|| Named::same("")),
        asked: outcome.changes.iter().any(Change::asks),
    })?;
    partner_contracts::check(conn, app, done, now)
}

/// The operator cancels an option of a booking as from `ends_at`, or takes that back (B5,
/// rows 19, 43, 44); the product stays booked.
pub fn cancel_option(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    (booking, option): (usize, &str),
    ends_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    require(viewer, Duty::Care)?;
    let command = CaseCommand::by(viewer, customer, now);
    let event = Event::OptionCancelled {
        booking,
        option: option.to_owned(),
        ends_at,
    };
    command.execute(conn, app, &event, |outcome| {
        cancellation(option_name(&outcome.before, booking, option), ends_at)
    })
}

/// The operator cancels a booking as from `ends_at`, or takes the cancellation back (rows 19, 43, 44).
pub fn cancel(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    booking: usize,
    ends_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    require(viewer, Duty::Care)?;
    let command = CaseCommand::by(viewer, customer, now);
    let event = Event::Cancelled { booking, ends_at };
    command.execute(conn, app, &event, |outcome| {
        let case = &outcome.before;
        let booking = case.bookings.get(booking);
        let name = booking.map(|one| case.booked_name(&one.product, &one.options_at(now)));
        cancellation(name.unwrap_or_else(|| Named::same("")), ends_at)
    })
}

fn cancellation(product: Named, ends_at: Option<DateTime<Utc>>) -> AuditKind {
    match ends_at {
        // A booking that ends at midnight was last in force on the day before.
        Some(end) => AuditKind::Cancelled {
            product,
            last_day: calendar::day(end - chrono::Duration::milliseconds(1)),
        },
        None => AuditKind::CancellationTakenBack { product },
    }
}

/// An option with its product: "UMS-Option (SIP-Trunk)".
fn option_name(case: &Case, booking: usize, option: &str) -> Named {
    let booking = case.bookings.get(booking);
    let product = booking.and_then(|one| case.product(&one.product));
    let names = product.and_then(|one| Some((one.option(option)?, one.named())));
    let Some((option, product)) = names else {
        return Named::same(option);
    };
    Named {
        de: format!("{} ({})", option.noun(Language::De), product.de),
        en: format!("{} ({})", option.noun(Language::En), product.en),
    }
}

/// A booking that comes from a command or an import.
pub fn book_by_command(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    product: &str,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    let command = CaseCommand {
        customer,
        scope: Scope::All,
        actor: Actor::Command,
        now,
    };
    add(conn, app, &command, product, options)
}

fn add(
    conn: &mut PgConnection,
    app: &App,
    command: &CaseCommand,
    product: &str,
    options: &Options,
) -> Result<Applied, ActionError> {
    let event = Event::Booked {
        product: product.to_owned(),
        options: options.clone(),
    };
    command.execute(conn, app, &event, |outcome| AuditKind::Booked {
        product: outcome.after.booked_name(product, options),
        asked: outcome.changes.iter().any(Change::asks),
    })
}
