//! Time stamps of an external service for recently concluded documents.

use super::{Done, Pass};
use crate::actions::{ActionError, stamps};
use crate::authority;
use crate::storage::db::DbError;

/// Largest number of time stamps in one pass.
const MOST: usize = 100;

/// Fetches the missing time stamps. Without a configured service there is nothing to do. The first
/// failure ends the pass, as the service is probably unavailable.
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
