//! The links of the chain of events that belong to one case: what ties an exported event to the
//! whole log (EV-15).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::QueryResult;
use super::schema::audit_events;
use crate::domain::CustomerNumber;

/// The place of an event in the chain; says nothing about what happened beyond its kind.
#[derive(Queryable, Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// 1, 2, 3 … over all cases.
    pub position: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Name of the kind.
    pub kind: String,
    /// SHA-256 of salt, actor and details; stays when those are erased.
    pub content_digest: Vec<u8>,
    /// Hash of the event before.
    pub previous_hash: Vec<u8>,
    /// Hash of this event.
    pub hash: Vec<u8>,
}

/// The links of a case, newest first, at most `limit`.
pub fn list_chain_links(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<ChainLink>> {
    audit_events::table
        .filter(audit_events::customer_number.eq(customer.0))
        .order(audit_events::position.desc())
        .limit(limit)
        .select((
            audit_events::position,
            audit_events::at,
            audit_events::kind,
            audit_events::content_digest,
            audit_events::previous_hash,
            audit_events::hash,
        ))
        .load(conn)
}
