//! Once a day, stores how many customers have each status: for the chart on the operator's start
//! page.

use chrono::{DateTime, Utc};

use super::{Done, Pass};
use crate::app::App;
use crate::domain::calendar;
use crate::storage::db::DbError;
use crate::storage::status_days::write_day;

/// Stores the figures of the present day in Berlin, if no process has done so yet.
pub fn count(pass: &Pass) -> Result<Done, DbError> {
    let good = usize::from(count_at(&pass.app, pass.now())?);
    Ok(Done { good, failed: 0 })
}

/// The same at a given time. True if there was something to store.
pub fn count_at(app: &App, now: DateTime<Utc>) -> Result<bool, DbError> {
    let day = calendar::day(now);
    app.db
        .transaction_blocking(|conn| Ok(write_day(conn, day, now)?))
}
