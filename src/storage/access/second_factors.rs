//! Second factors of users and their recovery codes (S-36).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::UserId;
use crate::storage::QueryResult;
use crate::storage::passkeys::{delete_passkeys, has_passkey};
use crate::storage::schema::{recovery_codes, second_factors};

/// A stored second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFactor {
    /// What the app knows, encrypted.
    pub secret: String,
    /// Step of the code that was accepted last.
    pub last_step: i64,
    /// Since when it has been there.
    pub set_up_at: DateTime<Utc>,
}

type Row = (String, i64, DateTime<Utc>);

fn stored((secret, last_step, set_up_at): Row) -> StoredFactor {
    StoredFactor {
        secret,
        last_step,
        set_up_at,
    }
}

/// The second factor of a user, if there is one.
pub fn find_factor(conn: &mut PgConnection, user: UserId) -> QueryResult<Option<StoredFactor>> {
    let row: Option<Row> = columns(user).first(conn).optional()?;
    Ok(row.map(stored))
}

/// The same, and others who try a code of this user wait for the end of the transaction.
pub fn lock_factor(conn: &mut PgConnection, user: UserId) -> QueryResult<Option<StoredFactor>> {
    let row: Option<Row> = columns(user).for_update().first(conn).optional()?;
    Ok(row.map(stored))
}

#[diesel::dsl::auto_type]
fn columns(user: UserId) -> _ {
    let key: i64 = user.0;
    second_factors::table.find(key).select((
        second_factors::secret,
        second_factors::last_step,
        second_factors::set_up_at,
    ))
}

/// Whether a user has an authenticator app.
pub fn has_app(conn: &mut PgConnection, user: UserId) -> QueryResult<bool> {
    let own = second_factors::table.find(user.0);
    diesel::select(diesel::dsl::exists(own)).get_result(conn)
}

/// Whether a user has a second factor of any kind.
pub fn has_factor(conn: &mut PgConnection, user: UserId) -> QueryResult<bool> {
    Ok(has_app(conn, user)? || has_passkey(conn, user)?)
}

/// Stores an authenticator app in place of the one before.
pub fn save_app(conn: &mut PgConnection, user: UserId, factor: &StoredFactor) -> QueryResult<()> {
    delete_app(conn, user)?;
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::user_id.eq(user.0),
            second_factors::secret.eq(&factor.secret),
            second_factors::last_step.eq(factor.last_step),
            second_factors::set_up_at.eq(factor.set_up_at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Notes that the code of a step was accepted; `secret` as it is encrypted from now on.
pub fn use_step(conn: &mut PgConnection, user: UserId, step: i64, secret: &str) -> QueryResult<()> {
    diesel::update(second_factors::table.find(user.0))
        .set((
            second_factors::last_step.eq(step),
            second_factors::secret.eq(secret),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Secrets of the users behind `after`, at most `limit`, locked for being encrypted anew.
pub fn lock_secrets(
    conn: &mut PgConnection,
    after: UserId,
    limit: i64,
) -> QueryResult<Vec<(UserId, String)>> {
    let rows: Vec<(i64, String)> = second_factors::table
        .filter(second_factors::user_id.gt(after.0))
        .order(second_factors::user_id)
        .limit(limit)
        .select((second_factors::user_id, second_factors::secret))
        .for_update()
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, secret)| (UserId(id), secret))
        .collect())
}

/// Stores a secret as it is encrypted from now on.
pub fn save_secret(conn: &mut PgConnection, user: UserId, secret: &str) -> QueryResult<()> {
    diesel::update(second_factors::table.find(user.0))
        .set(second_factors::secret.eq(secret))
        .execute(conn)
        .map(|_| ())
}

/// Takes the authenticator app of a user; says whether there was one.
pub fn delete_app(conn: &mut PgConnection, user: UserId) -> QueryResult<bool> {
    let gone = diesel::delete(second_factors::table.find(user.0)).execute(conn)?;
    Ok(gone > 0)
}

/// Takes every second factor of a user and the recovery codes; says whether there was one.
pub fn delete_factors(conn: &mut PgConnection, user: UserId) -> QueryResult<bool> {
    delete_codes(conn, user)?;
    let had_passkey = delete_passkeys(conn, user)?;
    Ok(delete_app(conn, user)? || had_passkey)
}

/// Takes the recovery codes of a user.
pub fn delete_codes(conn: &mut PgConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user.0)))
        .execute(conn)
        .map(|_| ())
}

/// Stores recovery codes, as hashes, in place of all before.
pub fn replace_codes(conn: &mut PgConnection, user: UserId, hashes: &[String]) -> QueryResult<()> {
    delete_codes(conn, user)?;
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| {
            (
                recovery_codes::user_id.eq(user.0),
                recovery_codes::hash.eq(hash),
            )
        })
        .collect();
    diesel::insert_into(recovery_codes::table)
        .values(rows)
        .execute(conn)
        .map(|_| ())
}

/// What became of a recovery code that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeUse {
    /// It is used up now.
    Accepted,
    /// It had been used before.
    Used,
    /// The user has no such code.
    Unknown,
}

/// Uses a recovery code up, which is found by its hash.
pub fn use_code(
    conn: &mut PgConnection,
    user: UserId,
    hash: &str,
    now: DateTime<Utc>,
) -> QueryResult<CodeUse> {
    let code = recovery_codes::table.find((user.0, hash));
    let fresh = code.filter(recovery_codes::used_at.is_null());
    let used = diesel::update(fresh)
        .set(recovery_codes::used_at.eq(now))
        .execute(conn)?;
    if used > 0 {
        return Ok(CodeUse::Accepted);
    }
    let known: bool = diesel::select(diesel::dsl::exists(code)).get_result(conn)?;
    Ok(if known {
        CodeUse::Used
    } else {
        CodeUse::Unknown
    })
}

/// How many recovery codes of a user are left.
pub fn count_codes(conn: &mut PgConnection, user: UserId) -> QueryResult<i64> {
    recovery_codes::table
        .filter(recovery_codes::user_id.eq(user.0))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(conn)
}
