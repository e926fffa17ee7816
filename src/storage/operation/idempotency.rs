//! What POSTs of clients were answered, so that the same one is done once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::domain::ClientId;
use crate::storage::QueryResult;
use crate::storage::schema::idempotency_keys;

/// What a request was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// SHA-256 of method and address of the request.
    pub request: Vec<u8>,
    /// Status of the answer.
    pub status: i16,
    /// Body of the answer.
    pub answer: Value,
}

/// What was answered under a key.
pub fn find_answer(
    conn: &mut PgConnection,
    client: ClientId,
    key: &str,
) -> QueryResult<Option<Answered>> {
    let row: Option<(Vec<u8>, i16, Value)> = idempotency_keys::table
        .find((client.0, key))
        .select((
            idempotency_keys::request,
            idempotency_keys::status,
            idempotency_keys::answer,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(request, status, answer)| Answered {
        request,
        status,
        answer,
    }))
}

/// Notes what is answered, in the transaction that does it; false if another one has noted an answer
/// under this key since. A transaction that does so at this moment is waited for.
pub fn add_answer(
    conn: &mut PgConnection,
    client: ClientId,
    key: &str,
    answered: &Answered,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let added = diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::client_id.eq(client.0),
            idempotency_keys::key.eq(key),
            idempotency_keys::request.eq(&answered.request),
            idempotency_keys::status.eq(answered.status),
            idempotency_keys::answer.eq(&answered.answer),
            idempotency_keys::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(added == 1)
}

/// Forgets what was answered before a moment, at most `most` of it.
pub fn forget_answers(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    most: i64,
) -> QueryResult<usize> {
    let old: Vec<(uuid::Uuid, String)> = idempotency_keys::table
        .filter(idempotency_keys::created_at.lt(before))
        .limit(most)
        .select((idempotency_keys::client_id, idempotency_keys::key))
        .load(conn)?;
    for (client, key) in &old {
        diesel::delete(idempotency_keys::table.find((client, key))).execute(conn)?;
    }
    Ok(old.len())
}
