//! Who of an issuer is which user, who is on the way to an issuer, and the sessions that began there (S-41).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::UserId;
use crate::storage::schema::{identities, issuer_requests, issuer_sessions, users};
use crate::storage::{QueryResult, text};

/// What a person was sent to an issuer for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To follow the invitation with this link.
    Invitation(Uuid),
    /// To connect the own account.
    Connect(UserId),
    /// To prove to be it, before something with legal effect.
    Prove(UserId),
}

impl Purpose {
    fn key(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Invitation(_) => "invitation",
            Self::Connect(_) => "connect",
            Self::Prove(_) => "prove",
        }
    }

    fn user(self) -> Option<UserId> {
        match self {
            Self::Connect(user) | Self::Prove(user) => Some(user),
            Self::SignIn | Self::Invitation(_) => None,
        }
    }

    fn link(self) -> Option<Uuid> {
        match self {
            Self::Invitation(link) => Some(link),
            _ => None,
        }
    }

    fn read(key: &str, user: Option<i64>, link: Option<Uuid>) -> QueryResult<Self> {
        match (key, user.map(UserId), link) {
            ("sign_in", None, None) => Ok(Self::SignIn),
            ("invitation", None, Some(link)) => Ok(Self::Invitation(link)),
            ("connect", Some(user), None) => Ok(Self::Connect(user)),
            ("prove", Some(user), None) => Ok(Self::Prove(user)),
            _ => Err(text::unreadable("purpose of a request to an issuer")),
        }
    }
}

/// Somebody who is on the way to an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerRequest {
    /// By what the session knows it, and what comes back as `state`.
    pub id: Uuid,
    /// Number of the issuer in the settings.
    pub issuer: u8,
    /// What for.
    pub purpose: Purpose,
    /// What the token has to repeat.
    pub nonce: String,
    /// PKCE: what the code is exchanged with.
    pub verifier: String,
    /// Where to go afterwards: a path of the portal, or empty.
    pub way: String,
    /// The attempt that counts as failed until the person is back.
    pub attempt: Option<i64>,
    /// Until when the person may come back.
    pub valid_until: DateTime<Utc>,
}

/// Stores that somebody is on the way.
pub fn create_request(conn: &mut PgConnection, new: &IssuerRequest) -> QueryResult<()> {
    diesel::insert_into(issuer_requests::table)
        .values((
            issuer_requests::id.eq(new.id),
            issuer_requests::issuer.eq(i16::from(new.issuer)),
            issuer_requests::purpose.eq(new.purpose.key()),
            issuer_requests::user_id.eq(new.purpose.user().map(|user| user.0)),
            issuer_requests::link_id.eq(new.purpose.link()),
            issuer_requests::nonce.eq(&new.nonce),
            issuer_requests::verifier.eq(&new.verifier),
            issuer_requests::way.eq(&new.way),
            issuer_requests::attempt_id.eq(new.attempt),
            issuer_requests::valid_until.eq(new.valid_until),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Takes what is known of somebody who is back: whoever comes second finds nothing.
pub fn take_request(conn: &mut PgConnection, id: Uuid) -> QueryResult<Option<IssuerRequest>> {
    type Row = (
        i16,
        (String, Option<i64>, Option<Uuid>),
        String,
        String,
        String,
        Option<i64>,
        DateTime<Utc>,
    );
    let row: Option<Row> = diesel::delete(issuer_requests::table.find(id))
        .returning((
            issuer_requests::issuer,
            (
                issuer_requests::purpose,
                issuer_requests::user_id,
                issuer_requests::link_id,
            ),
            issuer_requests::nonce,
            issuer_requests::verifier,
            issuer_requests::way,
            issuer_requests::attempt_id,
            issuer_requests::valid_until,
        ))
        .get_result(conn)
        .optional()?;
    let Some((issuer, (purpose, user, link), nonce, verifier, way, attempt, valid_until)) = row
    else {
        return Ok(None);
    };
    Ok(Some(IssuerRequest {
        id,
        issuer: u8::try_from(issuer).unwrap_or_default(),
        purpose: Purpose::read(&purpose, user, link)?,
        nonce,
        verifier,
        way,
        attempt,
        valid_until,
    }))
}

/// Deletes what is too old: requests nobody came back for, and sessions longer than any lasts.
pub fn delete_old(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    began_before: DateTime<Utc>,
) -> QueryResult<usize> {
    let requests =
        diesel::delete(issuer_requests::table.filter(issuer_requests::valid_until.lt(now)))
            .execute(conn)?;
    let sessions =
        diesel::delete(issuer_sessions::table.filter(issuer_sessions::began_at.lt(began_before)))
            .execute(conn)?;
    Ok(requests + sessions)
}

/// Who a person of an issuer is.
pub fn find_identity(
    conn: &mut PgConnection,
    issuer: &str,
    subject: &str,
) -> QueryResult<Option<UserId>> {
    identities::table
        .find((issuer, subject))
        .select(identities::user_id)
        .first(conn)
        .optional()
        .map(|found: Option<i64>| found.map(UserId))
}

/// With which issuers a user is connected, and since when.
pub fn list_identities(
    conn: &mut PgConnection,
    user: UserId,
) -> QueryResult<Vec<(String, DateTime<Utc>)>> {
    identities::table
        .filter(identities::user_id.eq(user.0))
        .order(identities::connected_at)
        .select((identities::issuer, identities::connected_at))
        .load(conn)
}

/// Connects a person of an issuer with a user; false if one of both is connected already.
pub fn create_identity(
    conn: &mut PgConnection,
    (issuer, subject): (&str, &str),
    user: UserId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let made = diesel::insert_into(identities::table)
        .values((
            identities::issuer.eq(issuer),
            identities::subject.eq(subject),
            identities::user_id.eq(user.0),
            identities::connected_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    if made == 1 {
        diesel::update(users::table.find(user.0))
            .set(users::connected.eq(true))
            .execute(conn)?;
    }
    Ok(made == 1)
}

/// Notes that somebody signed in.
pub fn use_identity(
    conn: &mut PgConnection,
    issuer: &str,
    subject: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(identities::table.find((issuer, subject)))
        .set(identities::used_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// Parts a user from an issuer, or from all of them; the sessions that began there are over. False if there
/// was nothing to part.
pub fn delete_identities(
    conn: &mut PgConnection,
    user: UserId,
    issuer: Option<&str>,
) -> QueryResult<bool> {
    let gone = match issuer {
        Some(issuer) => diesel::delete(
            identities::table
                .filter(identities::user_id.eq(user.0))
                .filter(identities::issuer.eq(issuer)),
        )
        .execute(conn)?,
        None => diesel::delete(identities::table.filter(identities::user_id.eq(user.0)))
            .execute(conn)?,
    };
    let of_user = issuer_sessions::table.filter(issuer_sessions::user_id.eq(user.0));
    match issuer {
        Some(issuer) => {
            diesel::delete(of_user.filter(issuer_sessions::issuer.eq(issuer))).execute(conn)?
        }
        None => diesel::delete(of_user).execute(conn)?,
    };
    let left: i64 = identities::table
        .filter(identities::user_id.eq(user.0))
        .count()
        .get_result(conn)?;
    diesel::update(users::table.find(user.0))
        .set(users::connected.eq(left > 0))
        .execute(conn)?;
    Ok(gone > 0)
}

/// A session that began at an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerSession {
    /// By what the session of the portal knows it.
    pub id: Uuid,
    /// Whose it is.
    pub user: UserId,
    /// The issuer.
    pub issuer: String,
    /// By what it knows the person.
    pub subject: String,
    /// By what it names its own session.
    pub sid: Option<String>,
    /// What the issuer is asked with, encrypted.
    pub tokens: String,
    /// When it was last asked.
    pub checked_at: DateTime<Utc>,
    /// When it last said yes.
    pub good_at: DateTime<Utc>,
    /// Since when it is over.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Begins one.
pub fn create_issuer_session(
    conn: &mut PgConnection,
    new: &IssuerSession,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(issuer_sessions::table)
        .values((
            issuer_sessions::id.eq(new.id),
            issuer_sessions::user_id.eq(new.user.0),
            issuer_sessions::issuer.eq(&new.issuer),
            issuer_sessions::subject.eq(&new.subject),
            issuer_sessions::sid.eq(&new.sid),
            issuer_sessions::tokens.eq(&new.tokens),
            issuer_sessions::began_at.eq(now),
            issuer_sessions::checked_at.eq(new.checked_at),
            issuer_sessions::good_at.eq(new.good_at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Finds one, also one that has ended.
pub fn find_issuer_session(
    conn: &mut PgConnection,
    id: Uuid,
) -> QueryResult<Option<IssuerSession>> {
    type Row = (
        i64,
        String,
        String,
        Option<String>,
        String,
        (DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>),
    );
    let row: Option<Row> = issuer_sessions::table
        .find(id)
        .select((
            issuer_sessions::user_id,
            issuer_sessions::issuer,
            issuer_sessions::subject,
            issuer_sessions::sid,
            issuer_sessions::tokens,
            (
                issuer_sessions::checked_at,
                issuer_sessions::good_at,
                issuer_sessions::ended_at,
            ),
        ))
        .first(conn)
        .optional()?;
    let session =
        |(user, issuer, subject, sid, tokens, (checked_at, good_at, ended_at))| IssuerSession {
            id,
            user: UserId(user),
            issuer,
            subject,
            sid,
            tokens,
            checked_at,
            good_at,
            ended_at,
        };
    Ok(row.map(session))
}

/// Takes the turn to ask the issuer again: of several requests that come at once, one gets it.
pub fn begin_check(
    conn: &mut PgConnection,
    id: Uuid,
    seen: DateTime<Utc>,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let own = issuer_sessions::table
        .find(id)
        .filter(issuer_sessions::checked_at.eq(seen));
    let taken = diesel::update(own)
        .set(issuer_sessions::checked_at.eq(now))
        .execute(conn)?;
    Ok(taken == 1)
}

/// Notes that the issuer said yes, and what it is asked with from now on.
pub fn save_check(
    conn: &mut PgConnection,
    id: Uuid,
    tokens: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(issuer_sessions::table.find(id))
        .set((
            issuer_sessions::tokens.eq(tokens),
            issuer_sessions::good_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Ends one; false if it had ended.
pub fn end_issuer_session(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let open = issuer_sessions::table
        .find(id)
        .filter(issuer_sessions::ended_at.is_null());
    let ended = diesel::update(open)
        .set(issuer_sessions::ended_at.eq(now))
        .execute(conn)?;
    Ok(ended == 1)
}

/// Ends those of a person of an issuer, or with this session of the issuer; gives whose they were.
pub fn end_issuer_sessions(
    conn: &mut PgConnection,
    issuer: &str,
    (subject, sid): (Option<&str>, Option<&str>),
    now: DateTime<Utc>,
) -> QueryResult<Vec<UserId>> {
    let mut open = issuer_sessions::table
        .filter(issuer_sessions::issuer.eq(issuer))
        .filter(issuer_sessions::ended_at.is_null())
        .select(issuer_sessions::id)
        .into_boxed();
    if let Some(subject) = subject {
        open = open.filter(issuer_sessions::subject.eq(subject));
    }
    if let Some(sid) = sid {
        open = open.filter(issuer_sessions::sid.eq(sid));
    }
    let ids: Vec<Uuid> = open.load(conn)?;
    let users: Vec<i64> =
        diesel::update(issuer_sessions::table.filter(issuer_sessions::id.eq_any(ids)))
            .set(issuer_sessions::ended_at.eq(now))
            .returning(issuer_sessions::user_id)
            .get_results(conn)?;
    Ok(users.into_iter().map(UserId).collect())
}

/// Changes the job of one of the operator's people.
pub fn save_operator_role(
    conn: &mut PgConnection,
    user: UserId,
    role: crate::domain::viewer::OperatorRole,
) -> QueryResult<()> {
    diesel::update(users::table.find(user.0))
        .set(users::operator_role.eq(role.to_string()))
        .execute(conn)
        .map(|_| ())
}

/// Whether a user can sign in without an issuer.
pub fn has_password(conn: &mut PgConnection, user: UserId) -> QueryResult<bool> {
    let hash: Option<Option<String>> = users::table
        .find(user.0)
        .select(users::password_hash)
        .first(conn)
        .optional()?;
    Ok(hash.flatten().is_some())
}
