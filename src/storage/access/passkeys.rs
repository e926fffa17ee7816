//! Passkeys of users, and what browsers were asked to sign (S-36).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::UserId;
use crate::domain::passkey::{Challenge, Purpose};
use crate::storage::QueryResult;
use crate::storage::schema::{passkey_challenges, passkeys, users};
use crate::webauthn::Stored;

/// A passkey as its owner reads of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyLine {
    /// Its key.
    pub id: Uuid,
    /// What the person calls it.
    pub name: String,
    /// Since when it has been there.
    pub added_at: DateTime<Utc>,
    /// When it was used last.
    pub used_at: Option<DateTime<Utc>>,
}

/// Passkeys of a user, oldest first.
pub fn list_passkeys(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<PasskeyLine>> {
    type Row = (Uuid, String, DateTime<Utc>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = passkeys::table
        .filter(passkeys::user_id.eq(user.0))
        .order((passkeys::added_at, passkeys::id))
        .select((
            passkeys::id,
            passkeys::name,
            passkeys::added_at,
            passkeys::used_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name, added_at, used_at)| PasskeyLine {
            id,
            name,
            added_at,
            used_at,
        })
        .collect())
}

/// What the devices call the passkeys of a user, and by what they know the account, oldest first.
pub fn list_credentials(
    conn: &mut PgConnection,
    user: UserId,
) -> QueryResult<Vec<(Vec<u8>, Vec<u8>)>> {
    passkeys::table
        .filter(passkeys::user_id.eq(user.0))
        .order((passkeys::added_at, passkeys::id))
        .select((passkeys::credential, passkeys::handle))
        .load(conn)
}

/// Whether the user of a row of `users` has a passkey.
#[diesel::dsl::auto_type]
pub(in crate::storage) fn is_owner() -> _ {
    diesel::dsl::exists(passkeys::table.filter(passkeys::user_id.eq(users::id)))
}

/// Whether a user has a passkey.
pub fn has_passkey(conn: &mut PgConnection, user: UserId) -> QueryResult<bool> {
    let own = passkeys::table.filter(passkeys::user_id.eq(user.0));
    diesel::select(diesel::dsl::exists(own)).get_result(conn)
}

/// Stores a new passkey; false if the device has been added before.
pub fn create_passkey(
    conn: &mut PgConnection,
    (user, name): (UserId, &str),
    made: &Stored,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(Uuid::new_v4()),
            passkeys::user_id.eq(user.0),
            passkeys::name.eq(name),
            passkeys::credential.eq(&made.credential),
            passkeys::handle.eq(&made.handle),
            passkeys::public_key.eq(&made.public_key),
            passkeys::counted.eq(&made.counted),
            passkeys::added_at.eq(now),
        ))
        .on_conflict(passkeys::credential)
        .do_nothing()
        .execute(conn)?;
    Ok(rows > 0)
}

/// The passkey that a device calls so, with whose it is; others who use it wait for the end of the
/// transaction.
pub fn lock_passkey(
    conn: &mut PgConnection,
    credential: &[u8],
) -> QueryResult<Option<(UserId, Stored)>> {
    type Row = (i64, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>);
    let row: Option<Row> = passkeys::table
        .filter(passkeys::credential.eq(credential))
        .select((
            passkeys::user_id,
            passkeys::credential,
            passkeys::handle,
            passkeys::public_key,
            passkeys::counted,
        ))
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.map(|(user, credential, handle, public_key, counted)| {
        let stored = Stored {
            credential,
            handle,
            public_key,
            counted,
        };
        (UserId(user), stored)
    }))
}

/// Notes that a passkey was used.
pub fn use_passkey(
    conn: &mut PgConnection,
    credential: &[u8],
    counted: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(passkeys::table.filter(passkeys::credential.eq(credential)))
        .set((passkeys::counted.eq(counted), passkeys::used_at.eq(now)))
        .execute(conn)
        .map(|_| ())
}

/// Takes one passkey of a user; false if there is none.
pub fn delete_passkey(conn: &mut PgConnection, user: UserId, id: Uuid) -> QueryResult<bool> {
    let own = passkeys::table
        .find(id)
        .filter(passkeys::user_id.eq(user.0));
    Ok(diesel::delete(own).execute(conn)? > 0)
}

/// Takes all passkeys of a user and what its browsers were asked; says whether there was one.
pub fn delete_passkeys(conn: &mut PgConnection, user: UserId) -> QueryResult<bool> {
    diesel::delete(passkey_challenges::table.filter(passkey_challenges::user_id.eq(user.0)))
        .execute(conn)?;
    let own = passkeys::table.filter(passkeys::user_id.eq(user.0));
    Ok(diesel::delete(own).execute(conn)? > 0)
}

/// Stores what a browser is asked to sign; gives the id by which its session knows it.
pub fn create_challenge(
    conn: &mut PgConnection,
    (purpose, user, attempt): (Purpose, Option<UserId>, Option<i64>),
    state: &[u8],
    valid_until: DateTime<Utc>,
) -> QueryResult<Uuid> {
    let id = Uuid::new_v4();
    diesel::insert_into(passkey_challenges::table)
        .values((
            passkey_challenges::id.eq(id),
            passkey_challenges::purpose.eq(purpose.key()),
            passkey_challenges::user_id.eq(user.map(|user| user.0)),
            passkey_challenges::state.eq(state),
            passkey_challenges::attempt_id.eq(attempt),
            passkey_challenges::valid_until.eq(valid_until),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Takes what a browser was asked: whoever comes second finds nothing.
pub fn take_challenge(conn: &mut PgConnection, id: Uuid) -> QueryResult<Option<Challenge>> {
    type Row = (String, Option<i64>, Vec<u8>, Option<i64>, DateTime<Utc>);
    let row: Option<Row> = diesel::delete(passkey_challenges::table.find(id))
        .returning((
            passkey_challenges::purpose,
            passkey_challenges::user_id,
            passkey_challenges::state,
            passkey_challenges::attempt_id,
            passkey_challenges::valid_until,
        ))
        .get_result(conn)
        .optional()?;
    Ok(
        row.map(|(purpose, user, state, attempt, valid_until)| Challenge {
            purpose,
            user: user.map(UserId),
            state,
            attempt,
            valid_until,
        }),
    )
}

/// Deletes what was asked and not answered in time; says how much.
pub fn delete_old_challenges(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::delete(passkey_challenges::table.filter(passkey_challenges::valid_until.lt(before)))
        .execute(conn)
}
