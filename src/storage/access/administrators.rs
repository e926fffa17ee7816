//! Administrators' accounts, as far as a second person is wanted (S-39).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz};

use crate::domain::UserId;
use crate::domain::second_person::Administrator;
use crate::domain::user::UserState;
use crate::domain::viewer::OperatorRole;
use crate::storage::QueryResult;
use crate::storage::schema::users;
use crate::storage::user_list::read_state;
use crate::storage::users::read_operator_role;

/// All accounts of the operator's people, also disabled ones: what they proposed may still wait.
pub fn list_administrators(conn: &mut PgConnection) -> QueryResult<Vec<Administrator>> {
    let rows: Vec<Row> = users::table
        .filter(users::role.eq("operator"))
        .select(columns())
        .load(conn)?;
    Ok(rows.into_iter().map(administrator).collect())
}

pub(in crate::storage) type Row = (
    i64,
    Option<i64>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

pub(in crate::storage) fn columns() -> (
    users::id,
    users::made_by,
    users::first_sign_in_at,
    users::confirmed_at,
) {
    (
        users::id,
        users::made_by,
        users::first_sign_in_at,
        users::confirmed_at,
    )
}

pub(in crate::storage) fn administrator(
    (id, made_by, first_sign_in, confirmed): Row,
) -> Administrator {
    Administrator {
        id: UserId(id),
        made_by: made_by.map(UserId),
        first_sign_in,
        is_confirmed: confirmed.is_some(),
    }
}

/// The administrators who can sign in.
pub fn list_active_administrators(conn: &mut PgConnection) -> QueryResult<Vec<UserId>> {
    let ids: Vec<i64> = users::table
        .filter(users::operator_role.eq("administrator"))
        .filter(users::disabled_at.is_null())
        .order(users::id)
        .select(users::id)
        .load(conn)?;
    Ok(ids.into_iter().map(UserId).collect())
}

/// Locks the administrators until the transaction ends, so that two who lock or demote each other at the
/// same moment come one after the other; all who are not locked, each with whether a password is set.
pub fn lock_administrators(conn: &mut PgConnection) -> QueryResult<Vec<(UserId, bool)>> {
    let rows: Vec<(i64, String)> = users::table
        .filter(users::kind.eq(OperatorRole::Administrator.to_string()))
        .filter(users::disabled_at.is_null())
        .order(users::id)
        .select((users::id, users::state))
        .for_no_key_update()
        .load(conn)?;
    let is_active = |state: &str| read_state(state).map(|state| state == UserState::Active);
    rows.into_iter()
        .map(|(id, state)| Ok((UserId(id), is_active(&state)?)))
        .collect()
}

/// One of the operator's people counts as just made by `by` (S-39); nobody makes the own account.
pub fn count_as_made(conn: &mut PgConnection, id: UserId, by: UserId) -> QueryResult<()> {
    let account = users::table
        .find(id.0)
        .filter(users::role.eq("operator"))
        .filter(users::id.ne(by.0));
    diesel::update(account)
        .set((
            users::made_by.eq(by.0),
            users::first_sign_in_at.eq(None::<DateTime<Utc>>),
            users::confirmed_at.eq(None::<DateTime<Utc>>),
            users::confirmed_by.eq(None::<i64>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// The job of one of the operator's people; `None` for others.
pub fn find_operator_role(
    conn: &mut PgConnection,
    id: UserId,
) -> QueryResult<Option<OperatorRole>> {
    let stored: Option<Option<String>> = users::table
        .find(id.0)
        .select(users::operator_role)
        .first(conn)
        .optional()?;
    stored
        .flatten()
        .map(|role| read_operator_role(Some(&role)))
        .transpose()
}

/// Notes that a user signed in; for an account of the operator that was made in the portal, that it did so
/// for the first time.
pub fn note_sign_in(conn: &mut PgConnection, id: UserId, now: DateTime<Utc>) -> QueryResult<()> {
    let first = diesel::dsl::case_when(
        users::made_by
            .is_not_null()
            .and(users::first_sign_in_at.is_null()),
        now.into_sql::<Nullable<Timestamptz>>(),
    )
    .otherwise(users::first_sign_in_at);
    diesel::update(users::table.find(id.0))
        .set((
            users::last_sign_in_at.eq(now),
            users::first_sign_in_at.eq(first),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Notes that a third administrator confirmed an account. True if there was one to confirm.
pub fn confirm_administrator(
    conn: &mut PgConnection,
    id: UserId,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let waiting = users::table
        .find(id.0)
        .filter(users::role.eq("operator"))
        .filter(users::made_by.is_not_null())
        .filter(users::confirmed_at.is_null());
    let changed = diesel::update(waiting)
        .set((users::confirmed_at.eq(now), users::confirmed_by.eq(by.0)))
        .execute(conn)?;
    Ok(changed > 0)
}

/// Name of the administrator who made an account; `None` if none is recorded.
pub fn find_maker(conn: &mut PgConnection, id: UserId) -> QueryResult<Option<String>> {
    let maker: Option<Option<i64>> = users::table
        .find(id.0)
        .select(users::made_by)
        .first(conn)
        .optional()?;
    let Some(maker) = maker.flatten() else {
        return Ok(None);
    };
    users::table
        .find(maker)
        .select(users::name)
        .first(conn)
        .optional()
}
