//! Passes of the periodic work that took longer than a few seconds, for the operator's page.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::storage::QueryResult;
use crate::storage::schema::runs;

/// Waiting rows are counted up to this number.
pub const COUNT_CAP: i64 = 10_000;

/// A pass of a job with its progress.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = runs, treat_none_as_null = true)]
pub struct Run {
    /// Name of the job.
    pub job: String,
    /// When this run of the job began.
    pub began_at: DateTime<Utc>,
    /// When it last wrote its progress.
    pub seen_at: DateTime<Utc>,
    /// How long it has worked, in seconds.
    pub seconds: i32,
    /// Rows that were processed.
    pub done: i64,
    /// Rows that failed.
    pub failed: i64,
    /// `finished`, `stopped`, or `None` while it runs or after its process died.
    pub ended: Option<String>,
}

impl Run {
    /// Rows in a minute, on average since the beginning.
    pub fn per_minute(&self) -> i64 {
        self.done * 60 / i64::from(self.seconds.max(1))
    }
}

/// Stores a pass for the first time and returns its key.
pub fn create_run(conn: &mut PgConnection, run: &Run) -> QueryResult<i64> {
    diesel::insert_into(runs::table)
        .values(run)
        .returning(runs::id)
        .get_result(conn)
}

/// Writes the progress of a pass.
pub fn save_run(conn: &mut PgConnection, id: i64, run: &Run) -> QueryResult<()> {
    diesel::update(runs::table.find(id))
        .set(run)
        .execute(conn)?;
    Ok(())
}

/// The latest passes, newest first.
pub fn list_runs(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<Run>> {
    runs::table
        .order(runs::id.desc())
        .limit(limit)
        .select(Run::as_select())
        .load(conn)
}

/// Deletes passes that began before `before`. Returns how many.
pub fn delete_old(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::delete(runs::table.filter(runs::began_at.lt(before))).execute(conn)
}
