//! Delivering the mails of the outbox.

use std::cell::Cell;

use super::progress::Progress;
use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::delivery::{Delivered, deliver_batch, put_off};
use crate::domain::MailId;
use crate::storage::db::DbError;

/// Mails of one transaction: enough that reading facts and keeping results is shared, and so few that none
/// waits behind a slow one for long.
const BATCH: i64 = 16;

/// Delivers until no mail is due. Several of these may run at the same time: each mail is locked by
/// the one that delivers it.
pub fn deliver(pass: &Pass) -> Result<Done, DbError> {
    let (app, mut progress) = (&pass.app, Progress::begin(pass, None));
    while !pass.stop.is_set() {
        let (now, taken) = (pass.now(), Cell::new(None));
        match app
            .db
            .transaction_blocking(|conn| deliver_batch(conn, app, BATCH, now, &taken))
        {
            Ok(results) if results.is_empty() => break,
            Ok(results) => {
                for result in results {
                    match result {
                        Delivered::Sent | Delivered::GivenUp => progress.good(),
                        Delivered::Later => progress.failed(),
                        Delivered::Waits | Delivered::Idle => {}
                    }
                }
            }
            // The mail stays due and is tried again as soon as the database is available.
            Err(ActionError::Database(error)) if error.is_outage() => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a mail failed");
                progress.failed();
                // If no mail was taken, there is nothing to put off.
                let Some(mail) = taken.get() else {
                    return Ok(progress.end());
                };
                later(pass, mail)?;
            }
        }
    }
    Ok(progress.end())
}

fn later(pass: &Pass, mail: MailId) -> Result<(), DbError> {
    let now = pass.now();
    let done = pass
        .app
        .db
        .transaction_blocking(|conn| put_off(conn, mail, now));
    match done {
        Ok(()) => Ok(()),
        Err(ActionError::Database(error)) => Err(error),
        Err(_) => Err(DbError::Interrupted),
    }
}
