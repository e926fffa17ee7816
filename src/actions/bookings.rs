//! Bookings: what makes an AVV due (L-01).

use chrono::{DateTime, Utc};

use super::{ActionError, Actor, Applied, CaseCommand, partner_contracts};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Case, Change, Event};
use crate::domain::viewer::{Role, Scope, Viewer};
use crate::domain::{CustomerNumber, calendar};
use crate::storage::{PgConnection, catalogue};

/// The operator adds a booking; if it creates the need, the customer is asked in the same moment.
pub fn book(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    product: &str,
    ums: bool,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    catalogue::find_operator(conn)?.ok_or(ActionError::NoOperator)?;
    let done = add(
        conn,
        app,
        &CaseCommand::by(viewer, customer, now),
        product,
        ums,
    )?;
    partner_contracts::check(conn, app, done, now)
}

/// The operator switches the UMS option of a booking on (rows 12, 46).
pub fn switch_option_on(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    booking: usize,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let command = CaseCommand::by(viewer, customer, now);
    let event = Event::OptionChanged { booking, ums: true };
    let done = command.execute(conn, app, &event, |outcome| AuditKind::OptionChanged {
        product: name_of(&outcome.before, booking, true),
        asked: outcome.changes.iter().any(Change::asks),
    })?;
    partner_contracts::check(conn, app, done, now)
}

/// The operator cancels the UMS option of a booking as from `ends_at`, or takes that back (B5, rows 19, 43,
/// 44); the product goes on.
pub fn cancel_option(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    booking: usize,
    ends_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let command = CaseCommand::by(viewer, customer, now);
    let event = Event::OptionCancelled { booking, ends_at };
    command.execute(conn, app, &event, |outcome| {
        let product = format!("UMS-Option ({})", name_of(&outcome.before, booking, false));
        cancellation(product, ends_at)
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
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let command = CaseCommand::by(viewer, customer, now);
    let event = Event::Cancelled { booking, ends_at };
    command.execute(conn, app, &event, |outcome| {
        let ums = outcome
            .before
            .bookings
            .get(booking)
            .is_some_and(|one| one.has_ums(now));
        cancellation(name_of(&outcome.before, booking, ums), ends_at)
    })
}

fn cancellation(product: String, ends_at: Option<DateTime<Utc>>) -> AuditKind {
    match ends_at {
        // What ends at midnight was there on the day before.
        Some(end) => AuditKind::Cancelled {
            product,
            last_day: calendar::day(end - chrono::Duration::milliseconds(1)),
        },
        None => AuditKind::CancellationTakenBack { product },
    }
}

fn name_of(case: &Case, booking: usize, ums: bool) -> String {
    case.bookings
        .get(booking)
        .map(|one| booked_name(case, &one.product, ums))
        .unwrap_or_default()
}

/// A booking that comes from a command or an import.
pub fn book_by_command(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    product: &str,
    ums: bool,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    let command = CaseCommand {
        customer,
        scope: Scope::All,
        actor: Actor::Command,
        now,
    };
    add(conn, app, &command, product, ums)
}

fn add(
    conn: &mut PgConnection,
    app: &App,
    command: &CaseCommand,
    product: &str,
    ums: bool,
) -> Result<Applied, ActionError> {
    let event = Event::Booked {
        product: product.to_owned(),
        ums,
    };
    command.execute(conn, app, &event, |outcome| AuditKind::Booked {
        product: booked_name(&outcome.after, product, ums),
        asked: outcome.changes.iter().any(Change::asks),
    })
}

/// Printed name of a booking, or its code if the catalogue does not know it any more.
pub(super) fn booked_name(case: &Case, product: &str, ums: bool) -> String {
    case.product(product)
        .map_or_else(|| product.to_owned(), |known| known.booked_name(ums))
}
