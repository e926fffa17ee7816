//! Searching the log, newest first. Every combination of filters reads one range of one index, so a
//! page costs the same however long the log is; the events of one customer are few, so there kind
//! and actor are looked at row by row.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz};
use serde_json::Value;

use crate::domain::CustomerNumber;
use crate::domain::audit::chain::Hash;
use crate::domain::audit::effect::Effect;
use crate::domain::audit::{Actor, AuditKind};
use crate::domain::case::Status;
use crate::storage::schema::audit_events;
use crate::storage::{QueryResult, text};

/// The value by which the index knows an actor: the name in lower case, or the kind of actor. Must
/// be the same expression as in the migration.
const ACTOR: &str = "lower(coalesce(actor ->> 'name', '#' || (actor ->> 'actor')))";

/// The actor that is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByWhom {
    /// A person of this name, regardless of case.
    Name(String),
    /// The holder of a consent link.
    Link,
    /// The portal itself, by a job.
    Portal,
    /// A command on the server.
    Command,
}

/// The filter of a search; a field that is `None` does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The customer whose case it is about.
    pub customer: Option<CustomerNumber>,
    /// The actor that did it.
    pub actor: Option<ByWhom>,
    /// Key of the kind of event.
    pub kind: Option<String>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Only before this moment.
    pub until: Option<DateTime<Utc>>,
    /// Only events older than this one: its time and position.
    pub older_than: Option<(DateTime<Utc>, i64)>,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its position in the chain.
    pub position: i64,
    /// Its hash in the chain.
    pub hash: Hash,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Key of the event kind, as it is stored.
    pub kind: String,
    /// The customer whose case it is about.
    pub customer: Option<CustomerNumber>,
    /// Status of the case before and after.
    pub status: Option<(Status, Status)>,
    /// What happened, whose access it gave or took, and who did it; `None` if that was erased.
    pub content: Option<(AuditKind, Effect, Actor)>,
}

type Row = (
    i64,
    Vec<u8>,
    DateTime<Utc>,
    String,
    Option<CustomerNumber>,
    Option<String>,
    Option<String>,
    Option<Value>,
    Option<Value>,
);

/// At most `limit` events, newest first.
pub fn find_events(
    conn: &mut PgConnection,
    search: &Search,
    limit: i64,
) -> QueryResult<Vec<Found>> {
    super::sequence::catch_up(conn);
    let mut select = audit_events::table.into_boxed();
    if let Some(customer) = search.customer {
        select = select.filter(audit_events::customer_number.eq(customer));
    }
    if let Some(kind) = &search.kind {
        select = select.filter(audit_events::kind.eq(kind));
    }
    if let Some(actor) = &search.actor {
        // The holder of a link of either kind is shown as "Kunde".
        let (key, other) = match actor {
            ByWhom::Name(name) => (name.as_str(), None),
            ByWhom::Link => ("#link", Some("#notice")),
            ByWhom::Portal => ("#portal", None),
            ByWhom::Command => ("#command", None),
        };
        let by = sql::<Nullable<Bool>>(ACTOR)
            .sql(" IN (lower(")
            .bind::<Text, _>(key);
        select = match other {
            Some(other) => select.filter(by.sql("), lower(").bind::<Text, _>(other).sql("))")),
            None => select.filter(by.sql("))")),
        };
    }
    if let Some(from) = search.from {
        select = select.filter(audit_events::at.ge(from));
    }
    if let Some(until) = search.until {
        select = select.filter(audit_events::at.lt(until));
    }
    if let Some((at, position)) = search.older_than {
        // Compared as a row value, which is one range of the index.
        select = select.filter(
            sql::<Bool>("(at, position) < (")
                .bind::<Timestamptz, _>(at)
                .sql(", ")
                .bind::<BigInt, _>(position)
                .sql(")"),
        );
    }
    let rows: Vec<Row> = select
        .order((audit_events::at.desc(), audit_events::position.desc()))
        .limit(limit)
        .select((
            audit_events::position,
            audit_events::hash,
            audit_events::at,
            audit_events::kind,
            audit_events::customer_number,
            audit_events::status_before,
            audit_events::status_after,
            audit_events::details,
            audit_events::actor,
        ))
        .load(conn)?;
    rows.into_iter().map(found).collect()
}

fn found(row: Row) -> QueryResult<Found> {
    let (position, bytes, at, kind, customer, before, after, details, actor) = row;
    let status = |key: Option<String>| key.and_then(|key| Status::from_key(&key));
    Ok(Found {
        position,
        hash: bytes
            .try_into()
            .map(Hash)
            .map_err(|_| text::unreadable("hash of an audit event"))?,
        at,
        kind,
        customer,
        status: status(before).zip(status(after)),
        content: match (details, actor) {
            (Some(details), Some(actor)) => {
                let effect = super::effect_in(&details)?;
                Some((text::from_json(details)?, effect, text::from_json(actor)?))
            }
            _ => None,
        },
    })
}
