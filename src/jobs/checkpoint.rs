//! The checkpoint of the day, and its time stamp (S-80).

use super::{Done, Pass};
use crate::actions::{ActionError, checkpoints};
use crate::authority;
use crate::storage::audit::sequence::{catch_up, complete_tree};
use crate::storage::db::DbError;

/// Makes what is due and asks for the time stamps that are missing. The first failure of the service ends
/// the pass, as it is probably unavailable.
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
    let Some(service) = &app.config.seal.authority else {
        return Ok(done);
    };
    while !pass.stop.is_set() {
        let turn = match db.transaction_blocking(|conn| checkpoints::take(conn, pass.now())) {
            Ok(Some(turn)) => turn,
            Ok(None) => break,
            Err(ActionError::Database(error)) => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a checkpoint cannot be stamped");
                done.failed += 1;
                break;
            }
        };
        let kept = authority::ask(service, turn.request.clone()).and_then(|reply| {
            Ok(db.transaction_blocking(|conn| turn.keep(conn, app, &reply, pass.now()))??)
        });
        if let Err(error) = kept {
            tracing::warn!(error = format!("{error:#}"), "no time stamp for the log");
            done.failed += 1;
            break;
        }
        done.good += 1;
    }
    Ok(done)
}
