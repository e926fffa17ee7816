//! Passes of the periodic work that took a while, for the operator's page.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::storage::QueryResult;
use crate::storage::schema::runs;

/// What waits is counted to here.
pub const COUNT_CAP: i64 = 10_000;

/// How far a pass has got.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = runs, treat_none_as_null = true)]
pub struct Run {
    /// Which job.
    pub job: String,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it last said so.
    pub seen_at: DateTime<Utc>,
    /// How long it has worked, in seconds.
    pub seconds: i32,
    /// Rows moved on.
    pub done: i64,
    /// Rows that failed.
    pub failed: i64,
    /// `finished`, `stopped`, or `None` while it runs or after its process died.
    pub ended: Option<String>,
}

impl Run {
    /// Rows in a minute, on the average since the beginning.
    pub fn per_minute(&self) -> i64 {
        self.done * 60 / i64::from(self.seconds.max(1))
    }
}

/// Writes a pass for the first time. Answers its key.
pub fn create_run(conn: &mut PgConnection, run: &Run) -> QueryResult<i64> {
    diesel::insert_into(runs::table)
        .values(run)
        .returning(runs::id)
        .get_result(conn)
}

/// Writes how far it is now.
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

/// Forgets passes that began before `before`. Says how many.
pub fn delete_old(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::delete(runs::table.filter(runs::began_at.lt(before))).execute(conn)
}
