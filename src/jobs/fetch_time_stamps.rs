//! Time stamps of an external service for recently concluded documents, and for checkpoints of the log.

use chrono::{DateTime, Utc};

use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::stamps::{self, Turn};
use crate::authority;
use crate::storage::PgConnection;
use crate::storage::db::DbError;

/// Largest number of time stamps in one pass.
const MOST: usize = 100;

/// Takes what is stamped next.
type Take = fn(&mut PgConnection, DateTime<Utc>) -> Result<Option<Turn>, ActionError>;

/// Fetches the missing time stamps of documents.
pub(super) fn stamp(pass: &Pass) -> Result<Done, DbError> {
    fetch(pass, stamps::take)
}

/// Fetches missing time stamps. Without a configured service there is nothing to do. The first failure
/// ends the pass, as the service is probably unavailable.
pub(super) fn fetch(pass: &Pass, take: Take) -> Result<Done, DbError> {
    let (mut done, db) = (Done::default(), &pass.app.db);
    let Some(service) = &pass.app.config.seal.authority else {
        return Ok(done);
    };
    while done.good < MOST && !pass.stop.is_set() {
        let now = pass.now();
        let turn = match db.transaction_blocking(|conn| take(conn, now)) {
            Ok(Some(turn)) => turn,
            Ok(None) => break,
            Err(ActionError::Database(error)) => return Err(error),
            Err(error) => {
                tracing::error!(%error, "nothing can be stamped");
                done.failed += 1;
                break;
            }
        };
        let kept = authority::ask(service, turn.request.clone()).and_then(|reply| {
            let now = pass.now();
            Ok(db.transaction_blocking(|conn| turn.keep(conn, &pass.app, &reply, now))??)
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
