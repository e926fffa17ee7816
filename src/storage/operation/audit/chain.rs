//! The chain in the database: writing events, reading them page by page, erasing personal data.

use chrono::{DateTime, SubsecRound as _, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Jsonb, Nullable, Text, Timestamptz};
use serde_json::Value;
use uuid::Uuid;

use super::NewEvent;
use crate::domain::CustomerNumber;
use crate::domain::audit::Steps;
use crate::domain::audit::chain::{Content, Entry, Frame, Hash, Head};
use crate::domain::audit::effect::Effect;
use crate::storage::schema::{audit_events, audit_head, audit_waiting};
use crate::storage::{QueryResult, text};

/// Writes an event, which the sequencer gives its position when the transaction has committed
/// ([`super::sequence`]). Waits for no other transaction.
pub fn append(conn: &mut PgConnection, event: &NewEvent, now: DateTime<Utc>) -> QueryResult<()> {
    append_with(conn, event, (&Effect::default(), &Steps::default()), now)
}

/// [`append`] for an event that gave or took access (EV-11), or did something to a case.
pub fn append_with(
    conn: &mut PgConnection,
    event: &NewEvent,
    did: (&Effect, &Steps),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    append_many(conn, &[(event, did)], now)
}

/// [`append_with`] for several events, in their order.
pub fn append_many(
    conn: &mut PgConnection,
    events: &[(&NewEvent, (&Effect, &Steps))],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let mut rows = Vec::with_capacity(events.len());
    for (event, did) in events {
        let content = content_of(event, *did)?;
        let digest = content.digest();
        rows.push((
            // In the precision of the database.
            audit_waiting::at.eq(now.trunc_subsecs(6)),
            audit_waiting::kind.eq(event.kind.key()),
            audit_waiting::customer_number.eq(event.customer),
            audit_waiting::status_before.eq(event.status.map(|(before, _)| before.key())),
            audit_waiting::status_after.eq(event.status.map(|(_, after)| after.key())),
            audit_waiting::actor.eq(content.actor),
            audit_waiting::details.eq(content.details),
            audit_waiting::salt.eq(content.salt),
            audit_waiting::content_digest.eq(digest.0.to_vec()),
        ));
    }
    diesel::insert_into(audit_waiting::table)
        .values(&rows)
        .execute(conn)?;
    Ok(())
}

pub(super) fn content_of(
    event: &NewEvent,
    (effect, steps): (&Effect, &Steps),
) -> QueryResult<Content> {
    let mut details = text::json(&event.kind)?;
    if let Value::Object(fields) = &mut details {
        if !effect.is_empty() {
            fields.insert(Effect::FIELD.to_owned(), text::json(effect)?);
        }
        if !steps.is_empty() {
            fields.insert(Steps::FIELD.to_owned(), text::json(steps)?);
        }
    }
    Ok(Content {
        salt: Uuid::new_v4().as_bytes().to_vec(),
        actor: text::json(&event.actor)?,
        details,
    })
}

/// The end of the chain as far as events have their positions; `None` if the row was deleted.
pub fn find_head(conn: &mut PgConnection) -> QueryResult<Option<Head>> {
    let found: Option<(i64, Vec<u8>)> = audit_head::table
        .select((audit_head::position, audit_head::hash))
        .first(conn)
        .optional()?;
    found
        .map(|(position, bytes)| head(position, bytes))
        .transpose()
}

pub(super) fn head(position: i64, bytes: Vec<u8>) -> QueryResult<Head> {
    Ok(Head {
        position,
        hash: hash(bytes)?,
    })
}

pub(super) fn hash(bytes: Vec<u8>) -> QueryResult<Hash> {
    bytes
        .try_into()
        .map(Hash)
        .map_err(|_| text::unreadable("hash of an audit event"))
}

/// For the verification, which has to name an event whose hash has the wrong length.
fn hash_as_found(bytes: Vec<u8>) -> Hash {
    bytes.try_into().map_or(Hash::NONE, Hash)
}

/// An event as it is stored, even if it was tampered with.
#[derive(QueryableByName)]
struct EventRow {
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Jsonb>)]
    actor: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    customer_number: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    status_before: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    status_after: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    details: Option<Value>,
    #[diesel(sql_type = Nullable<Bytea>)]
    salt: Option<Vec<u8>>,
    #[diesel(sql_type = Bytea)]
    content_digest: Vec<u8>,
    #[diesel(sql_type = Bytea)]
    previous_hash: Vec<u8>,
    #[diesel(sql_type = Bytea)]
    hash: Vec<u8>,
    #[diesel(sql_type = Nullable<BigInt>)]
    erased_by: Option<i64>,
    #[diesel(sql_type = Bool)]
    is_named: bool,
}

/// The columns of an event that are hashed.
const AS_FOUND: &str = "\
    SELECT e.position, e.at, e.kind, e.actor, e.customer_number, e.status_before, e.status_after, e.details, e.salt, \
           e.content_digest, e.previous_hash, e.hash, e.erased_by, \
           e.erased_by IS NOT NULL AND EXISTS ( \
               SELECT FROM audit_events stone WHERE stone.position = e.erased_by AND stone.kind = 'erased' \
               AND stone.position > e.position AND stone.details -> 'positions' @> to_jsonb(e.position)) AS is_named \
    FROM audit_events e";

/// The events about a case with everything that is hashed, newest first, at most `limit`: they link
/// an exported event to the whole log (EV-15).
pub fn list_entries_about(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    let rows: Vec<EventRow> = diesel::sql_query(format!(
        "{AS_FOUND} WHERE e.customer_number = $1 ORDER BY e.position DESC LIMIT $2"
    ))
    .bind::<Text, _>(customer)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    rows.into_iter().map(entry).collect()
}

/// The `limit` events that follow `after`, in the order of positions; `None` starts at the first
/// event.
pub fn list_entries(
    conn: &mut PgConnection,
    after: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    let rows: Vec<EventRow> = diesel::sql_query(format!(
        "{AS_FOUND} WHERE e.position > $1 ORDER BY e.position LIMIT $2"
    ))
    .bind::<BigInt, _>(after.unwrap_or(i64::MIN))
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    rows.into_iter().map(entry).collect()
}

fn entry(row: EventRow) -> QueryResult<Entry> {
    // If only part of the content is there, the event counts as changed.
    let content = match (row.salt, row.actor, row.details) {
        (None, None, None) => None,
        (salt, actor, details) => Some(Content {
            salt: salt.unwrap_or_default(),
            actor: actor.unwrap_or_default(),
            details: details.unwrap_or_default(),
        }),
    };
    Ok(Entry {
        frame: Frame {
            previous: hash_as_found(row.previous_hash),
            position: row.position,
            at: row.at,
            kind: row.kind,
            // An invalid number was not written by the portal; without it the hash does not match.
            customer: row.customer_number.and_then(|number| number.parse().ok()),
            before: row.status_before,
            after: row.status_after,
            content: hash_as_found(row.content_digest),
        },
        hash: hash_as_found(row.hash),
        content,
        erased_by: row.erased_by,
        is_named: row.is_named,
    })
}

/// Which events to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those about a customer's case.
    Customer(CustomerNumber),
    /// Of the events about a customer's case only the changes of its master data, which contain old
    /// and new values.
    MasterData(CustomerNumber),
    /// Events that belong to no case: sign-ins, users that were added.
    Nobody,
}

/// The oldest events before a moment that can still be erased, locked, at most `limit`. Tombstones
/// stay, as they contain nothing personal.
pub fn lock_erasable(
    conn: &mut PgConnection,
    whose: Whose,
    before: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<Head>> {
    let mut select = audit_events::table
        .filter(audit_events::at.lt(before))
        .filter(audit_events::erased_by.is_null())
        .filter(audit_events::kind.ne("erased"))
        .into_boxed();
    select = match whose {
        Whose::Customer(number) => select.filter(audit_events::customer_number.eq(number)),
        Whose::MasterData(number) => select
            .filter(audit_events::customer_number.eq(number))
            .filter(audit_events::kind.eq_any(["party_changed", "customer_written"])),
        Whose::Nobody => select.filter(audit_events::customer_number.is_null()),
    };
    let mut positions: Vec<i64> = select
        .order((audit_events::at, audit_events::position))
        .limit(limit)
        .select(audit_events::position)
        .load(conn)?;
    positions.sort_unstable();
    let rows: Vec<(i64, Vec<u8>)> = audit_events::table
        .filter(audit_events::position.eq_any(positions))
        .filter(audit_events::erased_by.is_null())
        .order(audit_events::position)
        .select((audit_events::position, audit_events::hash))
        .for_update()
        .load(conn)?;
    rows.into_iter()
        .map(|(position, bytes)| head(position, bytes))
        .collect()
}

/// Erases salt, actor and details of these events. The tombstone that names them must have been
/// appended before, and the events locked by [`lock_erasable`]; the database refuses anything else.
pub fn erase_contents(
    conn: &mut PgConnection,
    positions: &[i64],
    tombstone: i64,
) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE audit_events SET actor = NULL, details = NULL, salt = NULL, erased_by = $2 WHERE position = ANY ($1)",
    )
    .bind::<Array<BigInt>, _>(positions)
    .bind::<BigInt, _>(tombstone)
    .execute(conn)
}

/// Of the events a tombstone names: position, hash, and whether that tombstone erased it.
pub fn list_erased(
    conn: &mut PgConnection,
    tombstone: i64,
    positions: &[i64],
) -> QueryResult<Vec<(Head, bool)>> {
    let rows: Vec<(i64, Vec<u8>, Option<i64>)> = audit_events::table
        .filter(audit_events::position.eq_any(positions))
        .order(audit_events::position)
        .select((
            audit_events::position,
            audit_events::hash,
            audit_events::erased_by,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(position, bytes, by)| Ok((head(position, bytes)?, by == Some(tombstone))))
        .collect()
}
