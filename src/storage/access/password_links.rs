//! Links with which people set a password (S-38).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::UserId;
use crate::storage::QueryResult;
use crate::storage::schema::password_links;

/// Stores a link to set a password; earlier ones of the user stop working.
pub fn create_password_link(
    conn: &mut PgConnection,
    id: Uuid,
    user: UserId,
    valid_until: DateTime<Utc>,
) -> QueryResult<()> {
    delete_password_links(conn, user)?;
    diesel::insert_into(password_links::table)
        .values((
            password_links::id.eq(id),
            password_links::user_id.eq(user.0),
            password_links::valid_until.eq(valid_until),
        ))
        .execute(conn)?;
    Ok(())
}

/// The links of a user stop working.
pub fn delete_password_links(conn: &mut PgConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(password_links::table.filter(password_links::user_id.eq(user.0)))
        .execute(conn)
        .map(|_| ())
}

/// The user whose password an unused link sets at `now`, and until when the link is valid.
pub fn find_password_link(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<Option<(UserId, DateTime<Utc>)>> {
    let row: Option<(i64, DateTime<Utc>)> = password_links::table
        .find(id)
        .filter(password_links::used_at.is_null())
        .filter(password_links::valid_until.ge(now))
        .select((password_links::user_id, password_links::valid_until))
        .first(conn)
        .optional()?;
    Ok(row.map(|(user, until)| (UserId(user), until)))
}

/// The youngest password link of a user, for the mail that carries it.
pub fn find_password_link_of(
    conn: &mut PgConnection,
    user: UserId,
) -> QueryResult<Option<(Uuid, DateTime<Utc>)>> {
    password_links::table
        .filter(password_links::user_id.eq(user.0))
        .order(password_links::valid_until.desc())
        .select((password_links::id, password_links::valid_until))
        .first(conn)
        .optional()
}

/// Uses a link up; false if another request has used it before.
pub fn use_password_link(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let used = diesel::update(
        password_links::table
            .find(id)
            .filter(password_links::used_at.is_null()),
    )
    .set(password_links::used_at.eq(now))
    .execute(conn)?;
    Ok(used == 1)
}
