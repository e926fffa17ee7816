//! Sign-ins, unknown links and reset requests, counted across processes (S-12, S-37).

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::storage::QueryResult;
use crate::storage::schema::attempts;

/// What kind of attempt it was; the limits count each kind apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// A sign-in with a password.
    Login,
    /// A link token that does not exist.
    Token,
    /// A request for a reset link ("Passwort vergessen").
    Reset,
    /// A check of a document on the public page.
    Check,
    /// A form that came without a session is kept.
    Late,
    /// A code of an authenticator app, or a recovery code, after the password was right.
    Code,
    /// A mail that a company has sent to one of its people, or to whom it makes one.
    Invitation,
    /// A sign-in with a passkey alone; it counts as failed until the answer is right.
    Passkey,
    /// A sign-in at an issuer; it counts as failed until the person is back.
    Issuer,
}

impl Attempt {
    fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Token => "token",
            Self::Reset => "reset",
            Self::Check => "check",
            Self::Late => "late",
            Self::Code => "code",
            Self::Invitation => "invitation",
            Self::Passkey => "passkey",
            Self::Issuer => "issuer",
        }
    }
}

/// First half of the key of an advisory lock, the same in every portal process. The process that
/// holds it together with an account's hash is counting that account's failures.
const COUNTING: i32 = 0x4156_5601;
/// The same for a source. It is always taken after the account's, so that no deadlock is possible.
const COUNTING_SOURCE: i32 = 0x4156_5602;

/// An attempt that is pending for longer than this counts as failed: its process has died.
fn longest_look() -> TimeDelta {
    TimeDelta::seconds(60)
}

/// Locks an account: other attempts at the same account wait until the transaction ends.
pub fn lock_account(conn: &mut PgConnection, account: &str) -> QueryResult<()> {
    lock(conn, COUNTING, account)
}

/// Locks a source: other attempts from the same source wait until the transaction ends.
pub fn lock_source(conn: &mut PgConnection, source: &str) -> QueryResult<()> {
    lock(conn, COUNTING_SOURCE, source)
}

fn lock(conn: &mut PgConnection, class: i32, name: &str) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock($1, hashtext($2))")
        .bind::<diesel::sql_types::Integer, _>(class)
        .bind::<diesel::sql_types::Text, _>(name)
        .execute(conn)
        .map(|_| ())
}

/// Tries that did not succeed, or not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tries {
    /// When they failed, newest first; at most 200.
    pub failed: Vec<DateTime<Utc>>,
    /// How many have begun and are not decided yet.
    pub pending: usize,
}

impl Tries {
    fn of(rows: Vec<(DateTime<Utc>, bool)>, now: DateTime<Utc>) -> Self {
        let is_pending =
            |(at, pending): &(DateTime<Utc>, bool)| *pending && now - *at < longest_look();
        let (pending, failed): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_pending);
        Self {
            failed: failed.into_iter().map(|(at, _)| at).collect(),
            pending: pending.len(),
        }
    }
}

/// Writes down how an attempt ended.
pub fn settle_attempt(conn: &mut PgConnection, id: i64, succeeded: bool) -> QueryResult<()> {
    diesel::update(attempts::table.find(id))
        .set((
            attempts::succeeded.eq(succeeded),
            attempts::pending.eq(false),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Deletes an attempt, which then counts as neither failed nor successful.
pub fn delete_attempt(conn: &mut PgConnection, id: i64) -> QueryResult<()> {
    diesel::delete(attempts::table.find(id))
        .execute(conn)
        .map(|_| ())
}

/// Writes an attempt that has failed. `account` and `source` are keyed hashes, never plain.
pub fn add_attempt(
    conn: &mut PgConnection,
    kind: Attempt,
    account: &str,
    source: &str,
    now: DateTime<Utc>,
) -> QueryResult<i64> {
    insert(conn, kind, account, source, false, now)
}

/// Stores a pending attempt; [`settle_attempt`] stores its result.
pub fn begin_attempt(
    conn: &mut PgConnection,
    kind: Attempt,
    account: &str,
    source: &str,
    now: DateTime<Utc>,
) -> QueryResult<i64> {
    insert(conn, kind, account, source, true, now)
}

fn insert(
    conn: &mut PgConnection,
    kind: Attempt,
    account: &str,
    source: &str,
    pending: bool,
    now: DateTime<Utc>,
) -> QueryResult<i64> {
    diesel::insert_into(attempts::table)
        .values((
            attempts::kind.eq(kind.word()),
            attempts::account.eq(account),
            attempts::source.eq(source),
            attempts::succeeded.eq(false),
            attempts::pending.eq(pending),
            attempts::at.eq(now),
        ))
        .returning(attempts::id)
        .get_result(conn)
}

/// Tries from `source` since `since`.
pub fn tries_by_source(
    conn: &mut PgConnection,
    kind: Attempt,
    source: &str,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> QueryResult<Tries> {
    let rows = tries(kind, since)
        .filter(attempts::source.eq(source.to_owned()))
        .load(conn)?;
    Ok(Tries::of(rows, now))
}

/// Tries of `account` since `since`; with `source`, only those from there.
pub fn tries_by_account(
    conn: &mut PgConnection,
    kind: Attempt,
    account: &str,
    source: Option<&str>,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> QueryResult<Tries> {
    let mut select = tries(kind, since).filter(attempts::account.eq(account.to_owned()));
    if let Some(source) = source {
        select = select.filter(attempts::source.eq(source.to_owned()));
    }
    Ok(Tries::of(select.load(conn)?, now))
}

/// How many attempts from `source` succeeded since `since`.
pub fn count_good(
    conn: &mut PgConnection,
    kind: Attempt,
    source: &str,
    since: DateTime<Utc>,
) -> QueryResult<usize> {
    let good: i64 = attempts::table
        .filter(attempts::kind.eq(kind.word()))
        .filter(attempts::source.eq(source))
        .filter(attempts::succeeded.eq(true))
        .filter(attempts::at.gt(since))
        .count()
        .get_result(conn)?;
    Ok(usize::try_from(good).unwrap_or(0))
}

/// Whether `account` has signed in from `source` since `since`: a known source never has to wait
/// because of strangers elsewhere.
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

/// Deletes failures from before `failures` and successful sign-ins from before `successes`; the
/// latter make a source known. Returns how many.
pub fn delete_old(
    conn: &mut PgConnection,
    failures: DateTime<Utc>,
    successes: DateTime<Utc>,
) -> QueryResult<usize> {
    let failed = attempts::succeeded.eq(false).and(attempts::at.lt(failures));
    let succeeded = attempts::succeeded.eq(true).and(attempts::at.lt(successes));
    // Only signing in makes a place known; a document that was checked does not.
    let checked = attempts::kind.ne("login").and(attempts::at.lt(failures));
    diesel::delete(attempts::table.filter(failed.or(succeeded).or(checked))).execute(conn)
}

type Rows<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::dsl::Select<attempts::table, (attempts::at, attempts::pending)>,
    diesel::pg::Pg,
>;

fn tries<'a>(kind: Attempt, since: DateTime<Utc>) -> Rows<'a> {
    attempts::table
        .select((attempts::at, attempts::pending))
        .into_boxed()
        .filter(attempts::kind.eq(kind.word()))
        .filter(attempts::succeeded.eq(false))
        .filter(attempts::at.gt(since))
        .order(attempts::at.desc())
        .limit(200)
}
