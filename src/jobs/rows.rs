//! The loop that every job over customers shares.

use chrono::{DateTime, Utc};

use super::progress::Progress;
use super::{Done, Pass};
use crate::actions::ActionError;
use crate::domain::CustomerNumber;
use crate::storage::case_rows::{Place, Waiting};
use crate::storage::db::{Conn, DbError};

/// Cases fetched at a time; all that is ever in memory.
const BATCH: i64 = 200;

/// Calls `act` once for every case that waits, each in its own transaction and with the time of that
/// moment. A row that fails, on which there is nothing to do after all, or that somebody else has
/// locked, is left for the next pass. Only a database that is away ends the pass early.
pub fn each_row(
    pass: &Pass,
    waiting: Waiting,
    act: impl Fn(&mut Conn, CustomerNumber, DateTime<Utc>) -> Result<bool, ActionError>,
) -> Result<Done, DbError> {
    let mut progress = Progress::begin(pass, Some(waiting));
    let mut after: Option<Place> = None;
    loop {
        let now = pass.now();
        let page = pass
            .app
            .db
            .read_blocking(|conn| Ok::<_, DbError>(waiting.list(conn, now, after, BATCH)?))?;
        if page.is_empty() {
            return Ok(progress.end());
        }
        for place in page {
            if pass.stop.is_set() {
                return Ok(progress.end());
            }
            after = Some(place);
            let (customer, now) = (place.customer, pass.now());
            let result = pass.app.db.transaction_blocking(|conn| {
                Ok(waiting.claim(conn, customer, now)? && act(conn, customer, now)?)
            });
            match result {
                Ok(true) => progress.good(),
                Ok(false) => {}
                Err(ActionError::Database(error)) if error.is_outage() => return Err(error),
                Err(error) => {
                    tracing::error!(customer = customer.0, %error, "a row failed");
                    progress.failed();
                }
            }
        }
    }
}
