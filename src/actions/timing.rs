//! No decision is made while the clock is wrong (F4). A refusal rolls the transaction back, so the
//! process remembers the fault in memory, and the job `clock` raises the alert.

use chrono::{DateTime, Utc};

use super::{ActionError, alerts};
use crate::app::App;
use crate::domain::alert::AlertKind;
use crate::domain::case::{Case, ClockFault, check_clock, check_time};
use crate::storage::db::database_time;
use crate::storage::{PgConnection, QueryResult};

/// Refuses a decision whose time contradicts its case or the database.
pub(super) fn hold(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let checked = measure(conn, app)?.and(check_time(case, now));
    checked.map_err(|fault| {
        tracing::error!(customer = %case.customer.number, %fault, "refused: the clock is wrong");
        app.note_clock_fault(fault);
        ActionError::Clock(fault)
    })
}

/// Compares the portal's clock with the database's. A clock that can be set, in development, is
/// meant to differ.
fn measure(conn: &mut PgConnection, app: &App) -> QueryResult<Result<(), ClockFault>> {
    if app.clock.is_settable() {
        return Ok(Ok(()));
    }
    let database = database_time(conn)?;
    Ok(check_clock(app.clock.now(), database))
}

/// Raises an alert if this process has refused something because of its clock, or would. It stays
/// open until an administrator has looked at it: another process with a right clock knows nothing
/// of this one's.
pub fn watch_clock(conn: &mut PgConnection, app: &App) -> Result<bool, ActionError> {
    let fault = measure(conn, app)?.err().or(app.clock_fault());
    let Some(fault) = fault else {
        return Ok(false);
    };
    tracing::error!(%fault, "the clock is wrong: nothing is decided with it");
    let alert = alerts::Raised {
        kind: AlertKind::ClockWrong,
        customer: None,
        subject: String::new(),
        stage: None,
    };
    // By the clock that is right, as far as that can be known.
    let at = match fault {
        ClockFault::BeforeFact { fact, .. } => fact,
        ClockFault::OffDatabase { database, .. } => database,
    };
    alerts::raise(conn, &alert, at)?;
    Ok(true)
}
