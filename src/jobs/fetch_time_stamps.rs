//! Time stamps of a foreign service for documents concluded lately.

use super::{Done, Pass};
use crate::actions::{ActionError, stamps};
use crate::authority;
use crate::storage::db::DbError;

/// One pass asks for at most so many.
const MOST: usize = 100;

/// Asks for the time stamps that are missing. Without a configured service there is nothing to do.
/// After the first failure the pass ends: the service is away.
pub(super) fn stamp(pass: &Pass) -> Result<Done, DbError> {
    let mut done = Done::default();
    let Some(service) = &pass.app.config.seal.authority else {
        return Ok(done);
    };
    while done.good < MOST && !pass.stop.is_set() {
        let now = pass.now();
        let turn = match pass
            .app
            .db
            .transaction_blocking(|conn| stamps::take(conn, now))
        {
            Ok(Some(turn)) => turn,
            Ok(None) => break,
            Err(ActionError::Database(error)) => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a document cannot be stamped");
                done.failed += 1;
                break;
            }
        };
        let kept = authority::ask(service, turn.request.clone()).and_then(|reply| {
            let now = pass.now();
            Ok(pass
                .app
                .db
                .transaction_blocking(|conn| turn.keep(conn, &pass.app, &reply, now))??)
        });
        if let Err(error) = kept {
            tracing::warn!(error = format!("{error:#}"), "no time stamp");
            done.failed += 1;
            break;
        }
        done.good += 1;
    }
    Ok(done)
}
