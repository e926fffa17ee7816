//! Objections (Widerspruch): by the customer in the portal, or recorded by the operator.

use chrono::{DateTime, NaiveDate, Utc};

use super::{ActionError, Knock, Outcome};
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Channel, Event};
use crate::domain::viewer::{Role, Viewer};
use crate::storage::PgConnection;
use crate::storage::agreements::{NewObjection, create_objection};

/// An objection that reached the operator outside the portal (EV-10).
#[derive(Debug, Clone)]
pub struct Received {
    /// By which way.
    pub channel: Channel,
    /// On which day.
    pub on: NaiveDate,
    /// What the operator noted; partners never see it (5.8-19).
    pub note: String,
}

/// The customer objects (row 30). The password was asked again before (S-40).
pub fn object(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let Role::Customer {
        number,
        contracts: true,
    } = viewer.role
    else {
        return Err(ActionError::NotAllowed);
    };
    let received = Received {
        channel: Channel::Portal,
        on: crate::domain::calendar::day(now),
        note: String::new(),
    };
    store(conn, app, viewer, number, &received, now)
}

/// The operator records an objection (rows 31 and 32). It takes effect now; the day it was
/// received is written down.
pub fn record(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    received: &Received,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    store(conn, app, viewer, customer, received, now)
}

fn store(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    received: &Received,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let knock = Knock::by(viewer, customer, now);
    let case = knock.enter(conn)?;
    let channel = received.channel;
    let agreement = case.agreement();
    let kind = AuditKind::Objected {
        number: agreement.map(|agreement| agreement.number.clone()),
        channel,
    };
    let new = NewObjection {
        customer,
        agreement: agreement.map(|agreement| agreement.id),
        channel,
        received_on: received.on,
        note: received.note.clone(),
        recorded_by: viewer.user,
    };
    let event = Event::Objected(channel);
    let store = |conn: &mut PgConnection, _: &Outcome| Ok(create_objection(conn, &new, now)?);
    knock.settle_with(conn, app, case, &event, |_| kind, store)?;
    Ok(())
}
