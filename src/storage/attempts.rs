//! Sign-ins, unknown links and reset requests, counted across processes (S-12, S-37).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::QueryResult;
use super::schema::attempts;

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Sign-in with a password.
    Login,
    /// A link token that does not exist.
    Token,
    /// "Passwort vergessen".
    Reset,
    /// A document held against the portal's own.
    Check,
}

impl Attempt {
    fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Token => "token",
            Self::Reset => "reset",
            Self::Check => "check",
        }
    }
}

/// Any number, the same in every portal process: who holds it with an account's hash is counting
/// that account's failures.
const COUNTING: i32 = 0x4156_5601;

/// Makes others who try the same account at the same time wait for the end of the transaction.
pub fn lock_account(conn: &mut PgConnection, account: &str) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock($1, hashtext($2))")
        .bind::<diesel::sql_types::Integer, _>(COUNTING)
        .bind::<diesel::sql_types::Text, _>(account)
        .execute(conn)
        .map(|_| ())
}

/// Notes that an attempt, counted as failed until now, has succeeded.
pub fn settle_attempt(conn: &mut PgConnection, id: i64) -> QueryResult<()> {
    diesel::update(attempts::table.find(id))
        .set(attempts::succeeded.eq(true))
        .execute(conn)
        .map(|_| ())
}

/// Writes an attempt. `account` and `source` are keyed hashes, never plain.
pub fn add_attempt(
    conn: &mut PgConnection,
    kind: Attempt,
    account: &str,
    source: &str,
    succeeded: bool,
    now: DateTime<Utc>,
) -> QueryResult<i64> {
    diesel::insert_into(attempts::table)
        .values((
            attempts::kind.eq(kind.word()),
            attempts::account.eq(account),
            attempts::source.eq(source),
            attempts::succeeded.eq(succeeded),
            attempts::at.eq(now),
        ))
        .returning(attempts::id)
        .get_result(conn)
}

/// When attempts from `source` failed since `since`, newest first; at most 200.
pub fn failures_by_source(
    conn: &mut PgConnection,
    kind: Attempt,
    source: &str,
    since: DateTime<Utc>,
) -> QueryResult<Vec<DateTime<Utc>>> {
    failures(kind, since)
        .filter(attempts::source.eq(source.to_owned()))
        .load(conn)
}

/// When attempts on `account` failed since `since`, newest first; with `source`, only those from there.
pub fn failures_by_account(
    conn: &mut PgConnection,
    kind: Attempt,
    account: &str,
    source: Option<&str>,
    since: DateTime<Utc>,
) -> QueryResult<Vec<DateTime<Utc>>> {
    let mut select = failures(kind, since).filter(attempts::account.eq(account.to_owned()));
    if let Some(source) = source {
        select = select.filter(attempts::source.eq(source.to_owned()));
    }
    select.load(conn)
}

/// Whether `account` ever signed in from `source` since `since`: a known place is never made to
/// wait for what strangers do elsewhere.
pub fn is_known(
    conn: &mut PgConnection,
    account: &str,
    source: &str,
    since: DateTime<Utc>,
) -> QueryResult<bool> {
    let any: Option<i64> = attempts::table
        .filter(attempts::kind.eq("login"))
        .filter(attempts::account.eq(account))
        .filter(attempts::source.eq(source))
        .filter(attempts::succeeded.eq(true))
        .filter(attempts::at.gt(since))
        .select(attempts::id)
        .first(conn)
        .optional()?;
    Ok(any.is_some())
}

/// Forgets failures from before `failures` and successful sign-ins from before `successes`; the
/// latter are what makes a place known. Says how many.
pub fn delete_old(
    conn: &mut PgConnection,
    failures: DateTime<Utc>,
    successes: DateTime<Utc>,
) -> QueryResult<usize> {
    let failed = attempts::succeeded.eq(false).and(attempts::at.lt(failures));
    let succeeded = attempts::succeeded.eq(true).and(attempts::at.lt(successes));
    diesel::delete(attempts::table.filter(failed.or(succeeded))).execute(conn)
}

type Failures<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::dsl::Select<attempts::table, attempts::at>,
    diesel::pg::Pg,
>;

fn failures<'a>(kind: Attempt, since: DateTime<Utc>) -> Failures<'a> {
    attempts::table
        .select(attempts::at)
        .into_boxed()
        .filter(attempts::kind.eq(kind.word()))
        .filter(attempts::succeeded.eq(false))
        .filter(attempts::at.gt(since))
        .order(attempts::at.desc())
        .limit(200)
}
