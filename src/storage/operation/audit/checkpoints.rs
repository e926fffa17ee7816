//! The checkpoints of the log: what the portal said about it, each with its time stamp.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::chain::hash;
use crate::domain::audit::chain::Hash;
use crate::storage::QueryResult;
use crate::storage::schema::audit_checkpoints;

/// A checkpoint that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Number of events; the position of the newest.
    pub size: i64,
    /// Root of the tree over them.
    pub root: Hash,
    /// The signed note.
    pub note: String,
    /// The key that checks its signature.
    pub verifier_key: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Whether it was made by the clock, and not for an evidence bundle.
    pub is_daily: bool,
    /// The time stamp over the note, if there is one.
    pub stamp: Option<KeptStamp>,
}

/// A time stamp over a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptStamp {
    /// The token (RFC 3161), DER.
    pub token: Vec<u8>,
    /// The time it states.
    pub at: DateTime<Utc>,
    /// Who made it.
    pub source: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_checkpoints)]
struct KeptRow {
    size: i64,
    root: Vec<u8>,
    note: String,
    verifier_key: String,
    made_at: DateTime<Utc>,
    is_daily: bool,
    token: Option<Vec<u8>>,
    stated_at: Option<DateTime<Utc>>,
    source: Option<String>,
}

fn kept(row: KeptRow) -> QueryResult<Kept> {
    let stamp = match (row.token, row.stated_at, row.source) {
        (Some(token), Some(at), Some(source)) => Some(KeptStamp { token, at, source }),
        _ => None,
    };
    Ok(Kept {
        size: row.size,
        root: hash(row.root)?,
        note: row.note,
        verifier_key: row.verifier_key,
        made_at: row.made_at,
        is_daily: row.is_daily,
        stamp,
    })
}

/// Keeps a checkpoint. One of this size that is there stays as it is; if this one is a daily one, it becomes
/// one, too. `stamp_at` is when the time stamp is asked for.
pub fn add_checkpoint(
    conn: &mut PgConnection,
    new: &Kept,
    stamp_at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    let is_new = diesel::insert_into(audit_checkpoints::table)
        .values((
            audit_checkpoints::size.eq(new.size),
            audit_checkpoints::root.eq(new.root.0.to_vec()),
            audit_checkpoints::note.eq(&new.note),
            audit_checkpoints::verifier_key.eq(&new.verifier_key),
            audit_checkpoints::made_at.eq(new.made_at),
            audit_checkpoints::is_daily.eq(new.is_daily),
            audit_checkpoints::next_try_at.eq(stamp_at),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?
        > 0;
    if !is_new && new.is_daily {
        diesel::update(audit_checkpoints::table)
            .filter(audit_checkpoints::size.eq(new.size))
            .filter(audit_checkpoints::is_daily.eq(false))
            .set((
                audit_checkpoints::is_daily.eq(true),
                audit_checkpoints::next_try_at.eq(stamp_at),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The checkpoint of this size.
pub fn find_checkpoint(conn: &mut PgConnection, size: i64) -> QueryResult<Option<Kept>> {
    audit_checkpoints::table
        .filter(audit_checkpoints::size.eq(size))
        .select(KeptRow::as_select())
        .first(conn)
        .optional()?
        .map(kept)
        .transpose()
}

/// The newest checkpoint.
pub fn newest_checkpoint(conn: &mut PgConnection) -> QueryResult<Option<Kept>> {
    audit_checkpoints::table
        .order(audit_checkpoints::size.desc())
        .select(KeptRow::as_select())
        .first(conn)
        .optional()?
        .map(kept)
        .transpose()
}

/// Size of the newest daily checkpoint, and when it was made.
pub fn newest_daily(conn: &mut PgConnection) -> QueryResult<Option<(i64, DateTime<Utc>)>> {
    audit_checkpoints::table
        .filter(audit_checkpoints::is_daily)
        .order(audit_checkpoints::made_at.desc())
        .select((audit_checkpoints::size, audit_checkpoints::made_at))
        .first(conn)
        .optional()
}

/// At most `limit` checkpoints larger than `after`, smallest first.
pub fn list_checkpoints(conn: &mut PgConnection, after: i64, limit: i64) -> QueryResult<Vec<Kept>> {
    let rows: Vec<KeptRow> = audit_checkpoints::table
        .filter(audit_checkpoints::size.gt(after))
        .order(audit_checkpoints::size)
        .limit(limit)
        .select(KeptRow::as_select())
        .load(conn)?;
    rows.into_iter().map(kept).collect()
}

/// The smallest checkpoint with a time stamp that has the event at `position`.
pub fn first_stamped(conn: &mut PgConnection, position: i64) -> QueryResult<Option<Kept>> {
    audit_checkpoints::table
        .filter(audit_checkpoints::size.ge(position))
        .filter(audit_checkpoints::token.is_not_null())
        .order(audit_checkpoints::size)
        .select(KeptRow::as_select())
        .first(conn)
        .optional()?
        .map(kept)
        .transpose()
}

/// Of a checkpoint without its time stamp: its size, its note, when it was made, and how often the service
/// was asked.
pub type Unstamped = (i64, String, DateTime<Utc>, i32);

/// A checkpoint that waits for its time stamp, locked.
pub fn take_unstamped(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> QueryResult<Option<Unstamped>> {
    audit_checkpoints::table
        .filter(audit_checkpoints::next_try_at.le(now))
        .order(audit_checkpoints::next_try_at)
        .select((
            audit_checkpoints::size,
            audit_checkpoints::note,
            audit_checkpoints::made_at,
            audit_checkpoints::tries,
        ))
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()
}

/// Notes that the service was asked, and when it is asked again; `None` gives up.
pub fn note_stamp_try(
    conn: &mut PgConnection,
    size: i64,
    next: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(audit_checkpoints::table)
        .filter(audit_checkpoints::size.eq(size))
        .filter(audit_checkpoints::token.is_null())
        .set((
            audit_checkpoints::tries.eq(audit_checkpoints::tries + 1),
            audit_checkpoints::next_try_at.eq(next),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Keeps a time stamp. One that is there stays.
pub fn keep_stamp(conn: &mut PgConnection, size: i64, stamp: &KeptStamp) -> QueryResult<()> {
    diesel::update(audit_checkpoints::table)
        .filter(audit_checkpoints::size.eq(size))
        .filter(audit_checkpoints::token.is_null())
        .set((
            audit_checkpoints::token.eq(&stamp.token),
            audit_checkpoints::stated_at.eq(stamp.at),
            audit_checkpoints::source.eq(&stamp.source),
            audit_checkpoints::next_try_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .map(|_| ())
}
