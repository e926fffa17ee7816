//! Signed-in browsers (S-30 … S-33). The cookie holds a random key, the row only its hash.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::domain::UserId;
use crate::storage::QueryResult;
use crate::storage::schema::sessions;

/// A stored session.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct StoredSession {
    /// What actix-session keeps in it.
    pub state: Value,
    /// When it began: the absolute limit counts from here.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute: the idle limit counts from here.
    pub seen_at: DateTime<Utc>,
}

/// Begins a session.
pub fn create_session(
    conn: &mut PgConnection,
    id: &str,
    user: Option<UserId>,
    state: &Value,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::user_id.eq(user.map(|user| user.0)),
            sessions::state.eq(state),
            sessions::created_at.eq(now),
            sessions::seen_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Finds a session by the hash of its key.
pub fn find_session(conn: &mut PgConnection, id: &str) -> QueryResult<Option<StoredSession>> {
    sessions::table
        .find(id)
        .select(StoredSession::as_select())
        .first(conn)
        .optional()
}

/// Writes what a session holds; false if it has ended meanwhile.
pub fn update_session(
    conn: &mut PgConnection,
    id: &str,
    user: Option<UserId>,
    state: &Value,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let changed = diesel::update(sessions::table.find(id))
        .set((
            sessions::state.eq(state),
            sessions::user_id.eq(user.map(|user| user.0)),
            sessions::seen_at.eq(now),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Notes that a session is in use.
pub fn touch_session(conn: &mut PgConnection, id: &str, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(sessions::table.find(id))
        .set(sessions::seen_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// Ends a session; false if it had ended.
pub fn delete_session(conn: &mut PgConnection, id: &str) -> QueryResult<bool> {
    diesel::delete(sessions::table.find(id))
        .execute(conn)
        .map(|count| count > 0)
}

/// The sessions of a user that were used since `seen_after` and began since `began_after`, with their keys,
/// the newest first.
pub fn list_sessions(
    conn: &mut PgConnection,
    user: UserId,
    (seen_after, began_after): (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<Vec<(String, StoredSession)>> {
    sessions::table
        .filter(sessions::user_id.eq(user.0))
        .filter(sessions::seen_at.gt(seen_after))
        .filter(sessions::created_at.gt(began_after))
        .order((sessions::created_at.desc(), sessions::id))
        .select((sessions::id, StoredSession::as_select()))
        .load(conn)
}

/// Ends every session of a user but the one whose forms carry `csrf`.
pub fn delete_others(conn: &mut PgConnection, user: UserId, csrf: &str) -> QueryResult<()> {
    let of_user: Vec<(String, Value)> = sessions::table
        .filter(sessions::user_id.eq(user.0))
        .select((sessions::id, sessions::state))
        .load(conn)?;
    // The values are JSON texts inside JSON texts.
    let own = Value::from(csrf).to_string();
    let others: Vec<String> = of_user
        .into_iter()
        .filter(|(_, state)| state.get("csrf").and_then(Value::as_str) != Some(own.as_str()))
        .map(|(id, _)| id)
        .collect();
    diesel::delete(sessions::table.filter(sessions::id.eq_any(others)))
        .execute(conn)
        .map(|_| ())
}

/// Ends every session of a user.
pub fn delete_all(conn: &mut PgConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user.0)))
        .execute(conn)
        .map(|_| ())
}

/// Removes sessions not used since `before`; says how many.
pub fn delete_idle(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::seen_at.lt(before))).execute(conn)
}
