//! Master data of customers.

use chrono::{DateTime, Utc};

use super::{ActionError, Actor, Knock, Outcome};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::Event;
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{CustomerNumber, EmailAddress, name};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::customers::{NewCustomer, create_customer};
use crate::storage::{PgConnection, case_rows, cases};

/// Adds a customer, without bookings: those come through [`super::bookings`].
pub fn add(
    conn: &mut PgConnection,
    app: &App,
    new: &NewCustomer,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let mut new = new.clone();
    // What an import brings is cleaned like what a person types (S-73).
    new.party.name = name::clean(&new.party.name);
    create_customer(conn, &new, now)?;
    let case =
        cases::lock_case(conn, new.number, app.contract_version())?.ok_or(ActionError::NotFound)?;
    case_rows::save_row(conn, &case, now)?;
    case_rows::save_words(conn, &case)?;
    let event = NewEvent {
        kind: AuditKind::CustomerAdded,
        actor,
        customer: Some(new.number),
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(())
}

/// The operator enters another master-data address (rows 2, 9, 47). Partners cannot (5.6-11).
pub fn change_email(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    email: EmailAddress,
    now: DateTime<Utc>,
) -> Result<Outcome, ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let knock = Knock::by(viewer, customer, now);
    let case = knock.enter(conn, app)?;
    let kind = AuditKind::EmailChanged {
        from: case.customer.email().map(EmailAddress::masked),
        to: email.masked(),
    };
    knock.settle(conn, app, case, &Event::EmailChanged(email), |_| kind)
}
