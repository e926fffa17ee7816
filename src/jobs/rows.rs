//! The loop that all jobs over customers share.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::progress::Progress;
use super::{Done, Pass};
use crate::actions::ActionError;
use crate::domain::CustomerNumber;
use crate::domain::case::ClockFault;
use crate::storage::case_rows::{QueueCursor, Waiting};
use crate::storage::db::{Conn, DbError};

/// Cases fetched at a time; no more than that are in memory.
pub(super) const BATCH: i64 = 200;

/// Calls `act` once for every case that waits, each in its own transaction and with the time of
/// that moment. A row that fails, that turns out to need nothing, or that another process has
/// locked, is left for the next pass. Only a database that is unavailable ends the pass early.
pub fn each_row(
    pass: &Pass,
    waiting: Waiting,
    act: impl Fn(&mut Conn, CustomerNumber, DateTime<Utc>) -> Result<bool, ActionError>,
) -> Result<Done, DbError> {
    let mut progress = Progress::begin(pass, Some(waiting));
    let mut after: Option<QueueCursor> = None;
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
                // Nothing can be done before the clock is right; the job `clock` raises the alert.
                Err(ActionError::Clock(ClockFault::OffDatabase { .. })) => {
                    progress.failed();
                    return Ok(progress.end());
                }
                Err(error) => {
                    tracing::error!(%customer, %error, "a row failed");
                    progress.failed();
                }
            }
        }
    }
}

/// The same for work without a queue: calls `act` for every customer that `list` returns until it
/// returns no new ones. A row that fails, or turns out to need nothing, is not tried again in this
/// pass.
pub fn each_listed(
    pass: &Pass,
    list: impl Fn(&mut Conn, i64) -> Result<Vec<CustomerNumber>, ActionError>,
    act: impl Fn(&mut Conn, CustomerNumber) -> Result<bool, ActionError>,
) -> Result<Done, DbError> {
    let mut done = Done::default();
    let mut left: HashSet<CustomerNumber> = HashSet::new();
    loop {
        let limit = BATCH + i64::try_from(left.len()).unwrap_or(i64::MAX - BATCH);
        let listed = match pass.app.db.read_blocking(|conn| list(conn, limit)) {
            Ok(listed) => listed,
            Err(ActionError::Database(error)) => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a list could not be read");
                return Err(DbError::Interrupted);
            }
        };
        let fresh: Vec<CustomerNumber> = listed
            .into_iter()
            .filter(|customer| !left.contains(customer))
            .collect();
        if fresh.is_empty() {
            return Ok(done);
        }
        for customer in fresh {
            if pass.stop.is_set() {
                return Ok(done);
            }
            match pass.app.db.transaction_blocking(|conn| act(conn, customer)) {
                Ok(true) => done.good += 1,
                Ok(false) => {
                    left.insert(customer);
                }
                Err(ActionError::Database(error)) if error.is_outage() => return Err(error),
                Err(error) => {
                    tracing::error!(%customer, %error, "a row failed");
                    done.failed += 1;
                    left.insert(customer);
                }
            }
        }
    }
}
