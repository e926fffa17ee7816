//! Work over many customers: how far each run has come, and which customers it could not reach.

mod failures;
mod subjects;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::domain::bulk_run::{RunEnd, RunKind};
use crate::domain::{BulkRunId, CustomerNumber};
use crate::storage::schema::{bulk_run_failures, bulk_runs};
use crate::storage::{QueryResult, text};
pub use failures::{
    Failure, delete_failures, find_retry, has_failed_since, leave_out_failed, list_failures,
    save_failure,
};
pub use subjects::{Subjects, find_subjects};

/// A run of work over many customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRun {
    /// Key in `bulk_runs`.
    pub id: BulkRunId,
    /// What the run does to each customer.
    pub kind: RunKind,
    /// What it is about, by its key; [`RunKind`] says the key of what.
    pub subject: String,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// The first Berlin day on which it does anything for a customer.
    pub starts_on: NaiveDate,
    /// Since when it is paused; `None` while it goes on.
    pub paused_at: Option<DateTime<Utc>>,
    /// When and how it ended; `None` while it is open.
    pub ended: Option<(DateTime<Utc>, RunEnd)>,
    /// How many customers there were at the beginning, unless they were too many to count.
    pub customers: Option<i64>,
    /// The number of the round: in the second one it looks for customers that were overtaken in the
    /// first.
    pub round: i16,
    /// Every customer up to this number has been looked at in this round.
    pub after: Option<CustomerNumber>,
    /// Customers looked at.
    pub seen: i64,
    /// How many of these it did something for.
    pub done: i64,
    /// How many of these could not be written.
    pub failed: i64,
    /// Milliseconds spent on it.
    pub worked_ms: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = bulk_runs)]
pub(in crate::storage) struct BulkRunRow {
    id: i64,
    kind: String,
    subject: String,
    begun_at: DateTime<Utc>,
    starts_on: NaiveDate,
    paused_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    how: Option<String>,
    customers: Option<i64>,
    round: i16,
    after_number: Option<CustomerNumber>,
    seen: i64,
    done: i64,
    failed: i64,
    worked_ms: i64,
}

pub(in crate::storage) fn read(row: BulkRunRow) -> QueryResult<BulkRun> {
    let missing = || text::unreadable("run over customers");
    let how = row
        .how
        .as_deref()
        .map(|key| RunEnd::of(key).ok_or_else(missing));
    Ok(BulkRun {
        id: BulkRunId(row.id),
        kind: RunKind::of(&row.kind).ok_or_else(missing)?,
        subject: row.subject,
        begun_at: row.begun_at,
        starts_on: row.starts_on,
        paused_at: row.paused_at,
        ended: row.ended_at.zip(how.transpose()?),
        customers: row.customers,
        round: row.round,
        after: row.after_number,
        seen: row.seen,
        done: row.done,
        failed: row.failed,
        worked_ms: row.worked_ms,
    })
}

/// What a run begins with.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// What the run does to each customer.
    pub kind: RunKind,
    /// What it is about, by its key.
    pub subject: String,
    /// The first Berlin day on which it does anything for a customer.
    pub starts_on: NaiveDate,
    /// How many customers there are, unless they are too many to count.
    pub customers: Option<i64>,
}

/// Begins a run; `None` if one of the same kind and subject is still open.
pub fn create_run(
    conn: &mut PgConnection,
    new: &NewRun,
    now: DateTime<Utc>,
) -> QueryResult<Option<BulkRunId>> {
    let id: Option<i64> = diesel::insert_into(bulk_runs::table)
        .values((
            bulk_runs::kind.eq(new.kind.key()),
            bulk_runs::subject.eq(&new.subject),
            bulk_runs::begun_at.eq(now),
            bulk_runs::starts_on.eq(new.starts_on),
            bulk_runs::customers.eq(new.customers),
        ))
        .on_conflict_do_nothing()
        .returning(bulk_runs::id)
        .get_result(conn)
        .optional()?;
    Ok(id.map(BulkRunId))
}

/// A run by its key.
pub fn find_run(conn: &mut PgConnection, id: BulkRunId) -> QueryResult<Option<BulkRun>> {
    let row: Option<BulkRunRow> = bulk_runs::table
        .find(id.0)
        .select(BulkRunRow::as_select())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// The same, locked until the transaction ends.
pub fn lock_run(conn: &mut PgConnection, id: BulkRunId) -> QueryResult<Option<BulkRun>> {
    let row: Option<BulkRunRow> = bulk_runs::table
        .find(id.0)
        .for_no_key_update()
        .select(BulkRunRow::as_select())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// Locks a run; `None` if it has ended or another process holds it.
pub fn claim_run(conn: &mut PgConnection, id: BulkRunId) -> QueryResult<Option<BulkRun>> {
    let row: Option<BulkRunRow> = bulk_runs::table
        .find(id.0)
        .filter(bulk_runs::ended_at.is_null())
        .for_no_key_update()
        .skip_locked()
        .select(BulkRunRow::as_select())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// The open run of a kind about a subject.
pub fn find_open(
    conn: &mut PgConnection,
    kind: RunKind,
    subject: &str,
) -> QueryResult<Option<BulkRunId>> {
    let id: Option<i64> = bulk_runs::table
        .filter(bulk_runs::kind.eq(kind.key()))
        .filter(bulk_runs::subject.eq(subject))
        .filter(bulk_runs::ended_at.is_null())
        .select(bulk_runs::id)
        .first(conn)
        .optional()?;
    Ok(id.map(BulkRunId))
}

/// The open runs of a kind, oldest first.
pub fn list_open(conn: &mut PgConnection, kind: RunKind) -> QueryResult<Vec<BulkRunId>> {
    let ids: Vec<i64> = bulk_runs::table
        .filter(bulk_runs::kind.eq(kind.key()))
        .filter(bulk_runs::ended_at.is_null())
        .order(bulk_runs::id)
        .select(bulk_runs::id)
        .load(conn)?;
    Ok(ids.into_iter().map(BulkRunId).collect())
}

/// What a step adds to the figures of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Customers looked at for the first time.
    pub seen: i64,
    /// Customers it did something for.
    pub done: i64,
    /// Customers that could not be written; negative if customers were written after all.
    pub failed: i64,
    /// Milliseconds spent on these.
    pub worked_ms: i64,
}

/// Writes how far a run has come, and its figures. To be called under its lock.
pub fn save_progress(
    conn: &mut PgConnection,
    id: BulkRunId,
    (round, after): (i16, Option<CustomerNumber>),
    more: Figures,
) -> QueryResult<()> {
    diesel::update(bulk_runs::table.find(id.0))
        .set((
            bulk_runs::round.eq(round),
            bulk_runs::after_number.eq(after),
            bulk_runs::seen.eq(bulk_runs::seen + more.seen),
            bulk_runs::done.eq(bulk_runs::done + more.done),
            bulk_runs::failed.eq(bulk_runs::failed + more.failed),
            bulk_runs::worked_ms.eq(bulk_runs::worked_ms + more.worked_ms),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Pauses a run, or resumes it.
pub fn save_pause(
    conn: &mut PgConnection,
    id: BulkRunId,
    at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(bulk_runs::table.find(id.0))
        .set(bulk_runs::paused_at.eq(at))
        .execute(conn)
        .map(|_| ())
}

/// Ends a run, unless it has ended already.
pub fn save_end(
    conn: &mut PgConnection,
    id: BulkRunId,
    end: RunEnd,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(
        bulk_runs::table
            .find(id.0)
            .filter(bulk_runs::ended_at.is_null()),
    )
    .set((bulk_runs::ended_at.eq(now), bulk_runs::how.eq(end.key())))
    .execute(conn)
    .map(|_| ())
}

/// Deletes a run that did nothing for any customer and failed for none.
pub fn delete_run(conn: &mut PgConnection, id: BulkRunId) -> QueryResult<()> {
    diesel::delete(bulk_run_failures::table.filter(bulk_run_failures::run_id.eq(id.0)))
        .execute(conn)?;
    diesel::delete(bulk_runs::table.find(id.0))
        .execute(conn)
        .map(|_| ())
}

/// Runs `work` in a savepoint: its error takes back what it wrote and nothing else of the
/// transaction.
pub fn attempt<T, E>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<diesel::result::Error>,
{
    conn.transaction(work)
}

/// How many runs could not write a customer, or that still notify customers of a block begun until
/// `before`; counted to 101.
pub fn count_stuck(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<i64> {
    let slow = bulk_runs::kind
        .eq(RunKind::Block.key())
        .and(bulk_runs::begun_at.le(before));
    let ids: Vec<i64> = bulk_runs::table
        .filter(bulk_runs::ended_at.is_null())
        .filter(bulk_runs::failed.gt(0).or(slow))
        .limit(101)
        .select(bulk_runs::id)
        .load(conn)?;
    Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
}

/// Open runs, or ended ones, that were begun before `before`, the youngest first.
pub fn list_runs(
    conn: &mut PgConnection,
    is_open: bool,
    before: Option<BulkRunId>,
    limit: i64,
) -> QueryResult<Vec<BulkRun>> {
    let mut select = bulk_runs::table
        .filter(bulk_runs::ended_at.is_null().eq(is_open))
        .order(bulk_runs::id.desc())
        .limit(limit)
        .select(BulkRunRow::as_select())
        .into_boxed();
    if let Some(before) = before {
        select = select.filter(bulk_runs::id.lt(before.0));
    }
    let rows: Vec<BulkRunRow> = select.load(conn)?;
    rows.into_iter().map(read).collect()
}
