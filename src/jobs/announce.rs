//! Making the notices of announced changes (row 38).

use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::announcements::{Step, send_next};
use crate::storage::db::DbError;

/// Batch after batch, each in a transaction of its own, until every customer has its notice, the
/// outbox holds enough for now, or somebody paused it. A killed process loses at most a batch that
/// was not committed; the next pass goes on behind the last one that was.
pub fn announce(pass: &Pass) -> Result<Done, DbError> {
    let (app, mut done) = (&pass.app, Done::default());
    while !pass.stop.is_set() {
        let now = pass.now();
        match app
            .db
            .transaction_blocking(|conn| send_next(conn, app, now))
        {
            Ok(Step::Idle) => break,
            Ok(Step::Made(notices)) => done.good += notices,
            Ok(Step::Finished) => {}
            Err(ActionError::Database(error)) if error.is_outage() => return Err(error),
            Err(error) => {
                tracing::error!(%error, "notices could not be made");
                done.failed += 1;
                break;
            }
        }
    }
    Ok(done)
}
