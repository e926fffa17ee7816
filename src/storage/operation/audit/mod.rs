//! Audit events: append-only and chained, read as history. [`chain`] writes, reads and erases,
//! [`sequence`] gives positions; [`search`] is the operator's log page. [`tiles`] has the tree over the
//! log, [`checkpoints`] what was said of it.
//!
//! Whoever reads what was written a moment ago first gives positions to what still waits for them.

pub mod chain;
pub mod checkpoints;
pub mod search;
pub mod sequence;
pub mod tiles;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz};
use serde_json::Value;

use crate::domain::CustomerNumber;
use crate::domain::audit::effect::Effect;
use crate::domain::audit::{Actor, AuditKind};
use crate::domain::case::Status;
use crate::storage::schema::audit_events;
use crate::storage::{QueryResult, text};

/// An event to be written.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What happened, with its details.
    pub kind: AuditKind,
    /// The person or part of the portal that did it.
    pub actor: Actor,
    /// The customer whose case it is about, if any.
    pub customer: Option<CustomerNumber>,
    /// Status of the case before and after; `None` if it is about no case.
    pub status: Option<(Status, Status)>,
}

/// An event as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What happened, with its details.
    pub kind: AuditKind,
    /// The person or part of the portal that did it.
    pub actor: Actor,
    /// Whose access it gave and took (EV-11).
    pub effect: Effect,
}

/// Writes an event, in the transaction of what it tells of. Two events of one customer stand in the
/// order of their transactions only if these lock the customer before.
pub fn add_event(conn: &mut PgConnection, event: &NewEvent, now: DateTime<Utc>) -> QueryResult<()> {
    chain::append(conn, event, now)
}

/// The history of a case, newest first, at most `limit` events; without those that were erased.
pub fn list_events(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<Event>> {
    sequence::catch_up(conn);
    let placed = list_placed_events(conn, customer, limit)?;
    Ok(placed.into_iter().map(|(_, event)| event).collect())
}

/// The same with the position of each event in the chain; only of those that have one already.
pub fn list_placed_events(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<(i64, Event)>> {
    let rows: Vec<(i64, DateTime<Utc>, Value, Value)> = audit_events::table
        .filter(audit_events::customer_number.eq(customer))
        .filter(audit_events::erased_by.is_null())
        .order((audit_events::at.desc(), audit_events::position.desc()))
        .limit(limit)
        .select((
            audit_events::position,
            audit_events::at,
            audit_events::details.assume_not_null(),
            audit_events::actor.assume_not_null(),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(position, at, kind, actor)| {
            let event = Event {
                at,
                effect: effect_in(&kind)?,
                kind: text::from_json(kind)?,
                actor: text::from_json(actor)?,
            };
            Ok((position, event))
        })
        .collect()
}

/// Whose access an event gave and took, read from its details.
pub(super) fn effect_in(details: &Value) -> QueryResult<Effect> {
    details
        .get(Effect::FIELD)
        .cloned()
        .map_or(Ok(Effect::default()), text::from_json)
}

/// How many events of a kind were written since `since`; at most `limit` are counted. For short
/// spans: it reads every event of the span.
pub fn count_since(
    conn: &mut PgConnection,
    kind: &str,
    since: DateTime<Utc>,
    limit: i64,
) -> QueryResult<usize> {
    #[derive(QueryableByName)]
    struct CountRow {
        #[diesel(sql_type = BigInt)]
        events: i64,
    }
    // One statement: an event that gets its position meanwhile is counted once.
    let row: CountRow = diesel::sql_query(
        "SELECT count(*) AS events FROM (
             SELECT FROM audit_events WHERE at > $1 AND kind = $2
             UNION ALL SELECT FROM audit_waiting WHERE at > $1 AND kind = $2
             LIMIT $3) AS found",
    )
    .bind::<Timestamptz, _>(since)
    .bind::<Text, _>(kind)
    .bind::<BigInt, _>(limit)
    .get_result(conn)?;
    Ok(usize::try_from(row.events).unwrap_or(usize::MAX))
}

/// The figures of the operator's start page for one week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Number of agreements concluded.
    pub concluded: i64,
    /// Number of customers asked, by a booking or by hand.
    pub requested: i64,
    /// Number of declines and objections.
    pub refused: i64,
}

/// Counts per span: the n-th holds what happened from `begins[n]` on, before `begins[n + 1]`; the
/// last one is open. `begins` ascends and must not be empty.
///
/// One query over the index `audit_events_figures`, which holds only the events that count; the
/// table itself is not read. Half a million events in the spans take about a quarter of a second.
pub fn count_figures(
    conn: &mut PgConnection,
    begins: &[DateTime<Utc>],
) -> QueryResult<Vec<Figures>> {
    #[derive(QueryableByName)]
    struct WeekRow {
        #[diesel(sql_type = Integer)]
        span: i32,
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = BigInt)]
        events: i64,
    }
    sequence::catch_up(conn);
    let rows: Vec<WeekRow> = diesel::sql_query(
        r#"SELECT width_bucket(at, $1) AS span, kind, count(*) AS events FROM audit_events
           WHERE at >= $2
             AND (kind IN ('asked', 'concluded', 'declined', 'objected') OR (kind = 'booked' AND details @> '{"asked": true}'))
           GROUP BY 1, 2"#,
    )
    .bind::<Array<Timestamptz>, _>(begins)
    .bind::<Timestamptz, _>(begins.first().copied().unwrap_or_default())
    .load(conn)?;
    let mut figures = vec![Figures::default(); begins.len()];
    for row in rows {
        let span = usize::try_from(row.span - 1).unwrap_or(usize::MAX);
        let Some(figures) = figures.get_mut(span) else {
            continue;
        };
        match row.kind.as_str() {
            "concluded" => figures.concluded += row.events,
            "asked" | "booked" => figures.requested += row.events,
            _ => figures.refused += row.events,
        }
    }
    Ok(figures)
}

/// When the newest event was written.
pub fn newest_moment(conn: &mut PgConnection) -> QueryResult<Option<DateTime<Utc>>> {
    sequence::catch_up(conn);
    audit_events::table
        .order(audit_events::position.desc())
        .select(audit_events::at)
        .first(conn)
        .optional()
}
