//! Reading the mails that the mail server put into the inbox.

use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::bounces::take_next_file;
use crate::mail::inbox::Inbox;
use crate::storage::db::DbError;

/// Reads files until none is left. A file that fails is put back into the inbox, so the pass ends
/// there.
pub fn inbox(pass: &Pass) -> Result<Done, DbError> {
    let inbox = Inbox::of(&pass.app.config.storage.data_dir);
    let mut done = Done::default();
    if let Err(error) = inbox.prepare() {
        tracing::error!(%error, "the inbox cannot be made");
        done.failed += 1;
        return Ok(done);
    }
    while !pass.stop.is_set() {
        match take_next_file(&pass.app, &inbox, pass.now()) {
            Ok(None) => break,
            Ok(Some(_)) => done.good += 1,
            Err(ActionError::Database(error)) if error.is_outage() => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a file in the inbox failed");
                done.failed += 1;
                break;
            }
        }
    }
    Ok(done)
}
