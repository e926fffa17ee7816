//! Administrators' accounts, as far as a second person is wanted (S-39).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::UserId;
use crate::domain::second_person::Administrator;
use crate::storage::QueryResult;
use crate::storage::schema::users;

/// All administrators, also disabled ones: what they proposed may still wait.
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

/// Notes the first sign-in of an administrator.
pub fn note_first_sign_in(
    conn: &mut PgConnection,
    id: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let waiting = users::table
        .find(id.0)
        .filter(users::made_by.is_not_null())
        .filter(users::first_sign_in_at.is_null());
    diesel::update(waiting)
        .set(users::first_sign_in_at.eq(now))
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
