//! The checkpoint of the day, and its time stamp (S-80).

use super::fetch_time_stamps::fetch;
use super::{Done, Pass};
use crate::actions::{ActionError, checkpoints, stamps};
use crate::storage::audit::sequence::{catch_up, complete_tree};
use crate::storage::db::DbError;

/// Makes what is due and asks for the time stamps that are missing.
pub(super) fn watch(pass: &Pass) -> Result<Done, DbError> {
    let (app, db) = (&pass.app, &pass.app.db);
    db.read_blocking(|conn| {
        catch_up(conn);
        Ok::<_, DbError>(())
    })?;
    // The tree of a log that is older than its tree, a part at a time.
    while !pass.stop.is_set()
        && !db.transaction_blocking(|conn| Ok::<_, DbError>(complete_tree(conn)?))?
    {}
    let made = db.transaction_blocking(|conn| checkpoints::make_daily(conn, app, pass.now()));
    let mut done = Done::default();
    match made {
        Ok(kept) => done.good += usize::from(kept.is_some()),
        Err(ActionError::Database(error)) => return Err(error),
        Err(error) => {
            tracing::error!(%error, "no checkpoint of the log can be made");
            done.failed += 1;
        }
    }
    done.add(fetch(pass, stamps::take_checkpoint)?);
    Ok(done)
}
