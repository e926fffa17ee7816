//! The sequencer (S-80): gives events that were committed their positions, without a gap, and makes them
//! part of the chain. Any process does it, one at a time, and all of it in one transaction: a process that
//! dies in it leaves everything as it was.
//!
//! Events are taken in the order of their keys. Transactions of one customer lock it before they write,
//! so the second gets a higher key than the first, and cannot be seen before it: for each customer that is
//! the order of the commits.

use chrono::{DateTime, SubsecRound as _, Utc};
use diesel::dsl::{exists, max};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Integer};

use super::chain::{content_of, find_head, hash, head};
use super::{NewEvent, tiles};
use crate::domain::CustomerNumber;
use crate::domain::audit::Steps;
use crate::domain::audit::chain::{Frame, Hash, Head};
use crate::domain::audit::effect::Effect;
use crate::storage::QueryResult;
use crate::storage::schema::{audit_events, audit_head, audit_waiting};

/// First half of the key of an advisory lock, the same in every portal process. Who holds it gives
/// positions.
const SEQUENCER: i32 = 0x4156_5601;
/// Events that get their positions in one transaction.
const BATCH: i64 = 1000;

/// Gives positions to what was committed before this call, for readers who must not miss it. Costs one
/// small query if nothing waits. If it cannot be done, the log says so and the reader sees what has its
/// position; the job raises the alert.
///
/// Within a transaction it keeps other sequencers out until that has ended, so it belongs at its end.
pub fn catch_up(conn: &mut PgConnection) {
    if let Err(error) = place_all(conn) {
        tracing::error!(%error, "events cannot get their positions");
    }
}

/// Gives positions to everything that was committed before this call, in transactions of at most a
/// thousand. Waits while another process does so. Returns how many got one here.
pub fn place_all(conn: &mut PgConnection) -> QueryResult<usize> {
    let mut placed = 0;
    let newest: Option<i64> = audit_waiting::table
        .select(max(audit_waiting::id))
        .first(conn)?;
    let Some(newest) = newest else {
        return Ok(placed);
    };
    loop {
        let batch = conn.transaction(|conn| {
            take_lock(conn)?;
            place_batch(conn)
        })?;
        placed += batch.placed;
        if batch.last.is_none_or(|last| last >= newest) {
            return Ok(placed);
        }
    }
}

/// Gives positions to at most a thousand events, unless another process is doing so. Returns how many.
/// To be called in a transaction of its own.
pub fn try_place(conn: &mut PgConnection) -> QueryResult<usize> {
    #[derive(QueryableByName)]
    struct Lock {
        #[diesel(sql_type = Bool)]
        is_ours: bool,
    }
    if !is_waiting(conn)? {
        return Ok(0);
    }
    let lock: Lock = diesel::sql_query(
        "SELECT pg_try_advisory_xact_lock($1, hashtext(current_schema())) AS is_ours",
    )
    .bind::<Integer, _>(SEQUENCER)
    .get_result(conn)?;
    if !lock.is_ours {
        return Ok(0);
    }
    Ok(place_batch(conn)?.placed)
}

/// Whether an event has no position yet.
pub fn is_waiting(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(exists(audit_waiting::table.select(audit_waiting::id))).get_result(conn)
}

/// The oldest event without a position: when it was written.
pub fn oldest_waiting(conn: &mut PgConnection) -> QueryResult<Option<DateTime<Utc>>> {
    audit_waiting::table
        .order(audit_waiting::id)
        .select(audit_waiting::at)
        .first(conn)
        .optional()
}

/// The right to append at the end of the chain until the transaction ends.
#[derive(Debug)]
pub struct Turn {
    head: Head,
}

/// Keeps other sequencers out until the transaction ends, and gives positions to all that waits.
pub fn lock(conn: &mut PgConnection) -> QueryResult<Turn> {
    take_lock(conn)?;
    loop {
        let batch = place_batch(conn)?;
        if batch.last.is_none() {
            return Ok(Turn { head: batch.head });
        }
    }
}

/// Appends an event whose position its transaction needs to know, and returns it: a tombstone.
pub fn append_placed(
    conn: &mut PgConnection,
    turn: Turn,
    event: &NewEvent,
    now: DateTime<Utc>,
) -> QueryResult<i64> {
    let content = content_of(event, (&Effect::default(), &Steps::default()))?;
    let frame = Frame {
        previous: turn.head.hash,
        position: turn.head.position + 1,
        // In the precision of the database.
        at: now.trunc_subsecs(6),
        kind: event.kind.key().to_owned(),
        customer: event.customer,
        before: event.status.map(|(before, _)| before.key().to_owned()),
        after: event.status.map(|(_, after)| after.key().to_owned()),
        content: content.digest(),
    };
    let head = Head {
        position: frame.position,
        hash: frame.hash(),
    };
    diesel::insert_into(audit_events::table)
        .values((
            audit_events::position.eq(frame.position),
            audit_events::at.eq(frame.at),
            audit_events::kind.eq(frame.kind),
            audit_events::customer_number.eq(frame.customer),
            audit_events::status_before.eq(frame.before),
            audit_events::status_after.eq(frame.after),
            audit_events::actor.eq(content.actor),
            audit_events::details.eq(content.details),
            audit_events::salt.eq(content.salt),
            audit_events::content_digest.eq(frame.content.0.to_vec()),
            audit_events::previous_hash.eq(frame.previous.0.to_vec()),
            audit_events::hash.eq(head.hash.0.to_vec()),
        ))
        .execute(conn)?;
    move_head(conn, head)?;
    tiles::fill(conn, head.position)?;
    Ok(head.position)
}

/// Completes the tree over what has its position, at most a part of it; false if there is more to do. Only
/// a log that is older than its tree has anything to complete here.
pub fn complete_tree(conn: &mut PgConnection) -> QueryResult<bool> {
    let size = find_head(conn)?.map_or(0, |head| head.position);
    if tiles::is_complete(conn, size)? {
        return Ok(true);
    }
    take_lock(conn)?;
    tiles::fill(conn, size)
}

fn take_lock(conn: &mut PgConnection) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))")
        .bind::<Integer, _>(SEQUENCER)
        .execute(conn)
        .map(|_| ())
}

/// What a batch did.
struct Batch {
    placed: usize,
    /// Key of its last event; `None` if nothing waits any more.
    last: Option<i64>,
    head: Head,
}

/// What is hashed of an event that waits.
#[derive(Queryable)]
struct WaitingRow {
    id: i64,
    at: DateTime<Utc>,
    kind: String,
    customer: Option<CustomerNumber>,
    before: Option<String>,
    after: Option<String>,
    digest: Vec<u8>,
}

/// Events on their way into the chain, column by column.
#[derive(Default)]
struct Placed {
    ids: Vec<i64>,
    positions: Vec<i64>,
    previous: Vec<Vec<u8>>,
    hashes: Vec<Vec<u8>>,
}

/// Under the lock. Each step leaves something that the next one completes; all of them or none are
/// committed.
fn place_batch(conn: &mut PgConnection) -> QueryResult<Batch> {
    let (position, bytes) = audit_head::table
        .select((audit_head::position, audit_head::hash))
        .for_update()
        .first(conn)?;
    let mut end = head(position, bytes)?;
    let rows: Vec<WaitingRow> = audit_waiting::table
        .order(audit_waiting::id)
        .limit(BATCH)
        .select((
            audit_waiting::id,
            audit_waiting::at,
            audit_waiting::kind,
            audit_waiting::customer_number,
            audit_waiting::status_before,
            audit_waiting::status_after,
            audit_waiting::content_digest,
        ))
        .load(conn)?;
    let mut batch = Placed::default();
    for row in rows {
        batch.ids.push(row.id);
        batch.previous.push(end.hash.0.to_vec());
        end = next(end, row)?;
        batch.positions.push(end.position);
        batch.hashes.push(end.hash.0.to_vec());
    }
    let placed = batch.ids.len();
    let last = batch.ids.last().copied();
    if last.is_some() {
        insert(conn, &batch)?;
        move_head(conn, end)?;
        // A log that is older than its tree is completed by the job of the checkpoints.
        tiles::fill(conn, end.position)?;
        // The database lets an event go only when it stands at the end of the chain.
        let gone =
            diesel::delete(audit_waiting::table.filter(audit_waiting::id.eq_any(&batch.ids)))
                .execute(conn)?;
        if gone != placed {
            return Err(diesel::result::Error::NotFound);
        }
    }
    Ok(Batch {
        placed,
        last,
        head: end,
    })
}

/// Where the chain ends with one more event.
fn next(end: Head, row: WaitingRow) -> QueryResult<Head> {
    let frame = Frame {
        previous: end.hash,
        position: end.position + 1,
        at: row.at,
        kind: row.kind,
        customer: row.customer,
        before: row.before,
        after: row.after,
        content: hash(row.digest)?,
    };
    let hash: Hash = frame.hash();
    Ok(Head {
        position: frame.position,
        hash,
    })
}

/// The contents go from table to table and are not read here.
fn insert(conn: &mut PgConnection, batch: &Placed) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO audit_events (position, at, kind, actor, customer_number, status_before, status_after, details, \
                                   salt, content_digest, previous_hash, hash) \
         SELECT p.position, w.at, w.kind, w.actor, w.customer_number, w.status_before, w.status_after, w.details, \
                w.salt, w.content_digest, p.previous, p.hash \
         FROM unnest($1, $2, $3, $4) AS p (id, position, previous, hash) JOIN audit_waiting w USING (id)",
    )
    .bind::<Array<BigInt>, _>(&batch.ids)
    .bind::<Array<BigInt>, _>(&batch.positions)
    .bind::<Array<Bytea>, _>(&batch.previous)
    .bind::<Array<Bytea>, _>(&batch.hashes)
    .execute(conn)
    .map(|_| ())
}

fn move_head(conn: &mut PgConnection, head: Head) -> QueryResult<()> {
    diesel::update(audit_head::table)
        .set((
            audit_head::position.eq(head.position),
            audit_head::hash.eq(head.hash.0.as_slice()),
        ))
        .execute(conn)
        .map(|_| ())
}
