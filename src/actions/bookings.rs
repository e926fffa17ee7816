//! Bookings: what makes an AVV due (L-01).

use chrono::{DateTime, Utc};

use super::{ActionError, Actor, Knock, Outcome};
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Case, Change, Event};
use crate::domain::viewer::{Role, Scope, Viewer};
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
) -> Result<Outcome, ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    catalogue::find_operator(conn)?.ok_or(ActionError::NoOperator)?;
    add(conn, app, &Knock::by(viewer, customer, now), product, ums)
}

/// A booking that comes from a command or an import.
pub fn book_by_command(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    product: &str,
    ums: bool,
    now: DateTime<Utc>,
) -> Result<Outcome, ActionError> {
    let knock = Knock {
        customer,
        scope: Scope::All,
        actor: Actor::Command,
        now,
    };
    add(conn, app, &knock, product, ums)
}

fn add(
    conn: &mut PgConnection,
    app: &App,
    knock: &Knock,
    product: &str,
    ums: bool,
) -> Result<Outcome, ActionError> {
    let event = Event::Booked {
        product: product.to_owned(),
        ums,
    };
    knock.bring(conn, app, &event, |outcome| AuditKind::Booked {
        product: booked_name(&outcome.after, product, ums),
        asked: outcome
            .changes
            .iter()
            .any(|change| matches!(change, Change::OpenRequest(_))),
    })
}

fn booked_name(case: &Case, product: &str, ums: bool) -> String {
    case.product(product)
        .map_or_else(|| product.to_owned(), |known| known.booked_name(ums))
}
