//! Announced changes of the list of sub-processors, from draft to the last notice.

mod recipients;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::AsSelect;
use diesel::pg::Pg;
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::party::SubProcessor;
use crate::domain::sub_processor::ListChange;
use crate::domain::{AnnouncementId, BulkRunId, CustomerNumber, UserId};
use crate::storage::bulk_runs::{self, BulkRun};
use crate::storage::schema::{agreements, announcements, bulk_runs as runs};
use crate::storage::{QueryResult, text};
pub use recipients::{Waiting, count_waiting, create_notices, list_recipients, lock_recipients};

/// How far an announcement has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// It is being written; no customer knows of it.
    Draft,
    /// Its notices are being sent.
    Sending,
    /// Sending was interrupted by an administrator.
    Paused,
    /// Every customer has its notice.
    Sent,
}

impl Stage {
    /// All stages, in the order the filter shows them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Sending, Self::Paused, Self::Sent];

    /// The key in addresses and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sending => "sending",
            Self::Paused => "paused",
            Self::Sent => "sent",
        }
    }

    /// Reads a key; `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.key() == key)
    }
}

/// An announced change of the list of sub-processors.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// Key, also of its public page.
    pub id: AnnouncementId,
    /// Rises with every announcement; the list goes on from it.
    pub position: i64,
    /// How far it has come.
    pub stage: Stage,
    /// Why the list changes, German.
    pub reason: String,
    /// The same in English.
    pub reason_en: String,
    /// When the change begins at the earliest.
    pub starts_on: NaiveDate,
    /// Length of the period in days in which a customer may object.
    pub days: u32,
    /// The changes to the list.
    pub changes: Vec<ListChange>,
    /// The lists before and after; none for a draft.
    pub lists: Option<(Vec<SubProcessor>, Vec<SubProcessor>)>,
    /// When the draft was begun.
    pub drafted_at: DateTime<Utc>,
    /// When it was confirmed; `None` for a draft.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When the last notice was made; `None` until then.
    pub finished_at: Option<DateTime<Utc>>,
    /// Agreements in force when it was confirmed.
    pub recipients: i64,
    /// Notices that were made so far.
    pub made: i64,
    /// The run that makes them; none for a draft.
    pub run: Option<BulkRunId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = announcements)]
struct AnnouncementRow {
    id: Uuid,
    position: i64,
    reason: String,
    reason_en: String,
    starts_on: NaiveDate,
    days: i32,
    changes: Value,
    list_before: Option<Value>,
    list_after: Option<Value>,
    drafted_at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
}

type Joined = (AnnouncementRow, Option<bulk_runs::BulkRunRow>);

#[diesel::dsl::auto_type(no_type_alias)]
fn joined() -> _ {
    let row: AsSelect<AnnouncementRow, Pg> = AnnouncementRow::as_select();
    let run: AsSelect<Option<bulk_runs::BulkRunRow>, Pg> =
        Option::<bulk_runs::BulkRunRow>::as_select();
    announcements::table
        .left_join(runs::table)
        .select((row, run))
}

/// The stage of an announcement that is sent by this run.
fn stage_of(run: Option<&BulkRun>) -> Stage {
    match run {
        None => Stage::Draft,
        Some(run) if run.ended.is_some() => Stage::Sent,
        Some(run) if run.paused_at.is_some() => Stage::Paused,
        Some(_) => Stage::Sending,
    }
}

fn read((row, run): Joined) -> QueryResult<Announcement> {
    let run = run.map(bulk_runs::read).transpose()?;
    let lists = match (row.list_before, row.list_after) {
        (Some(before), Some(after)) => Some((text::from_json(before)?, text::from_json(after)?)),
        _ => None,
    };
    Ok(Announcement {
        id: AnnouncementId(row.id),
        position: row.position,
        stage: stage_of(run.as_ref()),
        reason: row.reason,
        reason_en: row.reason_en,
        starts_on: row.starts_on,
        days: u32::try_from(row.days).map_err(|_| text::unreadable("period"))?,
        changes: text::from_json(row.changes)?,
        lists,
        drafted_at: row.drafted_at,
        confirmed_at: row.confirmed_at,
        finished_at: run.as_ref().and_then(|run| run.ended).map(|(at, _)| at),
        recipients: run
            .as_ref()
            .and_then(|run| run.customers)
            .unwrap_or_default(),
        made: run.as_ref().map_or(0, |run| run.done),
        run: run.map(|run| run.id),
    })
}

/// Begins a draft.
pub fn create_draft(
    conn: &mut PgConnection,
    id: AnnouncementId,
    starts_on: NaiveDate,
    days: u32,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(announcements::table)
        .values((
            announcements::id.eq(id.0),
            announcements::reason.eq(""),
            announcements::reason_en.eq(""),
            announcements::starts_on.eq(starts_on),
            announcements::days.eq(i32::try_from(days).unwrap_or(i32::MAX)),
            announcements::changes.eq(Value::Array(Vec::new())),
            announcements::drafted_at.eq(now),
            announcements::drafted_by.eq(by.0),
        ))
        .execute(conn)
        .map(|_| ())
}

/// An announcement by its key.
pub fn find_announcement(
    conn: &mut PgConnection,
    id: AnnouncementId,
) -> QueryResult<Option<Announcement>> {
    let row: Option<Joined> = joined()
        .filter(announcements::id.eq(id.0))
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// The same, locked for a change. Notices that refer to it can be written meanwhile.
pub fn lock_announcement(
    conn: &mut PgConnection,
    id: AnnouncementId,
) -> QueryResult<Option<Announcement>> {
    let locked: Option<Uuid> = announcements::table
        .find(id.0)
        .for_no_key_update()
        .select(announcements::id)
        .first(conn)
        .optional()?;
    match locked {
        Some(_) => find_announcement(conn, id),
        None => Ok(None),
    }
}

/// Announcements of a stage, or of all, behind a place in the list, the youngest first.
pub fn list_announcements(
    conn: &mut PgConnection,
    stage: Option<Stage>,
    after: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Announcement>> {
    let mut select = joined().into_boxed();
    select = select.order(announcements::position.desc()).limit(limit);
    select = match stage {
        None => select,
        Some(Stage::Draft) => select.filter(announcements::run_id.is_null()),
        Some(Stage::Sent) => select.filter(runs::ended_at.is_not_null()),
        Some(Stage::Paused) => select
            .filter(runs::ended_at.is_null())
            .filter(runs::paused_at.is_not_null()),
        Some(Stage::Sending) => select
            .filter(announcements::run_id.is_not_null())
            .filter(runs::ended_at.is_null())
            .filter(runs::paused_at.is_null()),
    };
    if let Some(after) = after {
        select = select.filter(announcements::position.lt(after));
    }
    let rows: Vec<Joined> = select.load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Announcements whose notices are being made or wait for it.
pub fn list_open(conn: &mut PgConnection) -> QueryResult<Vec<AnnouncementId>> {
    let ids: Vec<Uuid> = announcements::table
        .inner_join(runs::table)
        .filter(runs::ended_at.is_null())
        .select(announcements::id)
        .load(conn)?;
    Ok(ids.into_iter().map(AnnouncementId).collect())
}

/// Writes the draft anew.
pub fn save_draft(conn: &mut PgConnection, draft: &Announcement) -> QueryResult<()> {
    diesel::update(announcements::table.find(draft.id.0))
        .set((
            announcements::reason.eq(&draft.reason),
            announcements::reason_en.eq(&draft.reason_en),
            announcements::starts_on.eq(draft.starts_on),
            announcements::days.eq(i32::try_from(draft.days).unwrap_or(i32::MAX)),
            announcements::changes.eq(text::json(&draft.changes)?),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Throws a draft away.
pub fn delete_draft(conn: &mut PgConnection, id: AnnouncementId) -> QueryResult<()> {
    diesel::delete(
        announcements::table
            .find(id.0)
            .filter(announcements::run_id.is_null()),
    )
    .execute(conn)
    .map(|_| ())
}

/// Lets a draft be sent, with the lists as they are announced.
pub fn mark_confirmed(
    conn: &mut PgConnection,
    id: AnnouncementId,
    (before, after): (&[SubProcessor], &[SubProcessor]),
    run: BulkRunId,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(announcements::table.find(id.0))
        .set((
            announcements::run_id.eq(run.0),
            announcements::list_before.eq(text::json(&before)?),
            announcements::list_after.eq(text::json(&after)?),
            announcements::confirmed_at.eq(now),
            announcements::confirmed_by.eq(by.0),
        ))
        .execute(conn)
        .map(|_| ())
}

/// How many agreements are in force: once, when an announcement is confirmed.
pub fn count_in_force(conn: &mut PgConnection) -> QueryResult<i64> {
    agreements::table
        .filter(agreements::ended_at.is_null())
        .count()
        .get_result(conn)
}

/// Whether any agreement is in force.
pub fn has_agreements(conn: &mut PgConnection) -> QueryResult<bool> {
    let any: Option<CustomerNumber> = agreements::table
        .filter(agreements::ended_at.is_null())
        .select(agreements::customer_number)
        .first(conn)
        .optional()?;
    Ok(any.is_some())
}
