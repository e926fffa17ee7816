//! Users who are gone: the row stays, because others say by its key who did something; name, address
//! and password go (A9).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};

use crate::domain::user::UserState;
use crate::domain::{EmailAddress, UserId};
use crate::storage::QueryResult;
use crate::storage::identities::delete_identities;
use crate::storage::schema::{password_links, sessions, users};
use crate::storage::second_factors::delete_factors;
use crate::storage::user_list::read_state;
use crate::storage::user_search::delete_words;

/// The name that an erased user's row shows.
const NAMELESS: &str = "Gelöschter Benutzer";

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Users locked until `before` who still have a name, locked here, at most `limit`. Rows that
/// another transaction has locked are left for the next run.
pub fn lock_forgettable(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<UserId>> {
    // The condition of the index `users_forgettable`, and the time.
    let rows: Vec<Key> = diesel::sql_query(
        "SELECT id FROM users
         WHERE disabled_at <= $1 AND disabled_at IS NOT NULL AND email NOT LIKE '%@erased.invalid'
         ORDER BY disabled_at LIMIT $2 FOR UPDATE SKIP LOCKED",
    )
    .bind::<Timestamptz, _>(before)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| UserId(row.id)).collect())
}

/// The user with this address, and whether it is locked.
pub fn find_by_address(
    conn: &mut PgConnection,
    email: &EmailAddress,
) -> QueryResult<Option<(UserId, bool)>> {
    let row: Option<(i64, Option<DateTime<Utc>>)> = users::table
        .filter(users::email.eq(email.as_str().to_lowercase()))
        .select((users::id, users::disabled_at))
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, locked)| (UserId(id), locked.is_some())))
}

/// Locks the row of a user; says how the account stands. `None` if there is no such user.
pub fn lock_state(conn: &mut PgConnection, user: UserId) -> QueryResult<Option<UserState>> {
    let state: Option<String> = users::table
        .find(user.0)
        .select(users::state)
        .for_update()
        .first(conn)
        .optional()?;
    state.map(|state| read_state(&state)).transpose()
}

/// Takes name, address, password, second factors, sessions and links of a user.
pub fn erase_user(conn: &mut PgConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user.0))).execute(conn)?;
    diesel::delete(password_links::table.filter(password_links::user_id.eq(user.0)))
        .execute(conn)?;
    delete_factors(conn, user)?;
    delete_identities(conn, user, None)?;
    delete_words(conn, user)?;
    diesel::update(users::table.find(user.0))
        .set((
            users::name.eq(NAMELESS),
            users::email.eq(format!("erased-{user}@erased.invalid")),
            users::password_hash.eq(None::<String>),
            users::last_sign_in_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .map(|_| ())
}
