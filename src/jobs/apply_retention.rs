//! Retention: erasing expired data (EV-16, row 52).

use chrono::{DateTime, Utc};

use super::rows::each_listed;
use super::{Done, Pass};
use crate::actions::{ActionError, retention};
use crate::app::App;
use crate::storage::db::{Conn, DbError};

/// Customers first, each in a transaction of its own, then mails, reasons and proposals that are no
/// evidence, in bounded portions. May be interrupted between any two; the next pass continues.
pub fn retain(pass: &Pass) -> Result<Done, DbError> {
    let now = pass.now();
    let mut done = each_listed(
        pass,
        |conn, limit| Ok(retention::candidates(conn, &pass.app, now, limit)?),
        |conn, customer| retention::erase(conn, &pass.app, customer, now),
    )?;
    while !pass.stop.is_set() {
        let gone = pass.app.db.transaction_blocking(|conn| {
            let declared = retention::forget_old_declarations(conn, &pass.app, now)?;
            Ok::<_, DbError>(declared + retention::forget_old_mails(conn, &pass.app, now)?)
        })?;
        // In separate transactions, so that a portion is never large (A9).
        let gone = gone
            + forget(pass, retention::forget_old_users)?
            + forget(pass, retention::forget_old_events)?;
        if gone == 0 {
            break;
        }
        done.good += gone;
    }
    Ok(done)
}

/// Erases one bounded portion of data that belong to no customer. A failure is left for the next
/// pass.
fn forget(
    pass: &Pass,
    portion: fn(&mut Conn, &App, DateTime<Utc>) -> Result<usize, ActionError>,
) -> Result<usize, DbError> {
    let now = pass.now();
    let gone = pass
        .app
        .db
        .transaction_blocking(|conn| portion(conn, &pass.app, now));
    match gone {
        Ok(gone) => Ok(gone),
        Err(ActionError::Database(error)) => Err(error),
        Err(error) => {
            tracing::error!(%error, "what belongs to no customer could not be forgotten");
            Ok(0)
        }
    }
}
