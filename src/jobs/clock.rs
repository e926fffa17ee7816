//! Checks the clock of this process (F4).

use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::timing::watch_clock;
use crate::storage::db::DbError;

/// Compares the clocks, and raises an alert if something was refused because of them.
pub(super) fn watch(pass: &Pass) -> Result<Done, DbError> {
    let watched = pass
        .app
        .db
        .transaction_blocking(|conn| watch_clock(conn, &pass.app));
    match watched {
        Ok(_) => {
            pass.app.forget_clock_fault();
            Ok(Done::default())
        }
        Err(ActionError::Database(error)) => Err(error),
        Err(error) => {
            tracing::error!(%error, "nobody could be alerted to the clock");
            Ok(Done { good: 0, failed: 1 })
        }
    }
}
