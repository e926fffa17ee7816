//! Emptying the outbox.

use super::progress::Progress;
use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::delivery::{Delivered, deliver_next, put_off_next};
use crate::storage::db::DbError;

/// Delivers until nothing is due. Several of these may run side by side: each mail is locked by the
/// one that delivers it.
pub fn deliver(pass: &Pass) -> Result<Done, DbError> {
    let (app, mut progress) = (&pass.app, Progress::begin(pass, None));
    while !pass.stop.is_set() {
        let now = pass.now();
        match app
            .db
            .transaction_blocking(|conn| deliver_next(conn, app, now))
        {
            Ok(Delivered::Idle) => break,
            Ok(Delivered::Sent | Delivered::GivenUp) => progress.good(),
            Ok(Delivered::Later) => progress.failed(),
            // The mail is still due: tried again as soon as the database is back.
            Err(ActionError::Database(error)) if error.is_outage() => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a mail failed");
                progress.failed();
                put_off(pass)?;
            }
        }
    }
    Ok(progress.end())
}

fn put_off(pass: &Pass) -> Result<(), DbError> {
    let now = pass.now();
    let put_off = pass
        .app
        .db
        .transaction_blocking(|conn| put_off_next(conn, now));
    match put_off {
        Ok(()) => Ok(()),
        Err(ActionError::Database(error)) => Err(error),
        Err(_) => Err(DbError::Interrupted),
    }
}
