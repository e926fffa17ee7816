//! Once a day, how many customers have each status: the chart on the operator's start page.

use chrono::{DateTime, Utc};

use super::{Done, Pass};
use crate::app::App;
use crate::domain::calendar;
use crate::storage::db::DbError;
use crate::storage::status_days::write_day;

/// Writes the figures of the day that it is in Berlin, if nobody has yet.
pub fn count(pass: &Pass) -> Result<Done, DbError> {
    let good = usize::from(count_at(&pass.app, pass.now())?);
    Ok(Done { good, failed: 0 })
}

/// The same at a given time. Says whether there was something to write.
pub fn count_at(app: &App, now: DateTime<Utc>) -> Result<bool, DbError> {
    let day = calendar::day(now);
    app.db
        .transaction_blocking(|conn| Ok(write_day(conn, day, now)?))
}
