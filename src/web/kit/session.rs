//! What a session holds, and its messages.

use actix_session::Session;
use actix_session::storage::generate_session_key;
use actix_web::HttpRequest;
use chrono::Duration;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::client::user_agent;
use crate::app::App;
use crate::domain::UserId;
use crate::domain::agent::Agent;
use crate::domain::identity::proof_life;
use crate::storage::db::WalPosition;
use crate::token;

/// Key in the state: the user of the session.
pub const USER: &str = "user";
/// Key in the state: the token of its forms.
pub const CSRF: &str = "csrf";
/// Key in the state: when it began, in seconds since 1970.
pub const BEGAN: &str = "began";
/// Key in the state: the language a customer's user has chosen (C4).
pub const LANGUAGE: &str = "language";
/// State: that it was begun with a second factor, or that one was set up in it (S-36).
pub const FACTOR: &str = "factor";
/// State: the browser it began in, as [`Agent`] is stored.
const AGENT: &str = "agent";
/// State: what an issuer says of it, if it began at one (S-41).
pub(super) const ISSUER: &str = "issuer";
/// State: the request with which the person is on the way to an issuer.
const ON_THE_WAY: &str = "on_the_way";
/// State: when the person last proved to be it at an issuer, in seconds since 1970.
const PROVED: &str = "proved";
/// State: where the log of the database was when something was last changed in it; kept if there is a replica.
const CHANGED: &str = "changed";
/// State: a message for the next page.
pub const FLASH: &str = "flash";

/// State: the user whose password was right, while the second factor is asked for. The user is not
/// signed in yet.
pub(super) const HALF_WAY: &str = "half_way";
/// The second factor is asked for this long.
const HALF_WAY_LIFE: Duration = Duration::minutes(10);
/// The proof by which a session began is good this long for what needs one (S-40).
const FRESH: Duration = Duration::minutes(5);

/// A message shown once on the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Whether it reports a success.
    pub good: bool,
    /// One or two sentences.
    pub text: String,
}

/// Stores a message for the next page.
pub fn flash(session: &Session, good: bool, text: impl Into<String>) {
    let text = text.into();
    tell(session, Flash { good, text });
}

/// Stores a message for the next page; the guard makes the redirect lead to it (C2).
pub fn tell(session: &Session, flash: Flash) {
    if session.insert(FLASH, flash).is_err() {
        tracing::warn!("a message for the next page was lost");
    }
}

/// Begins a session for a person: new key, new form token (S-31). `with_factor`: with a second factor.
pub fn begin(
    session: &Session,
    app: &App,
    request: &HttpRequest,
    user: UserId,
    with_factor: bool,
) -> Result<(), actix_session::SessionInsertError> {
    session.renew();
    session.clear();
    session.insert(USER, user.0)?;
    session.insert(BEGAN, app.clock.now().timestamp())?;
    let agent = Agent::of_header(&user_agent(request));
    session.insert(AGENT, agent.to_string())?;
    if with_factor {
        session.insert(FACTOR, true)?;
    }
    let random = String::from(generate_session_key());
    session.insert(CSRF, token::make_form(&app.config.keys, user, &random))
}

/// Notes whose password was right; the second factor comes next.
pub fn begin_half_way(
    session: &Session,
    app: &App,
    user: UserId,
) -> Result<(), actix_session::SessionInsertError> {
    session.renew();
    session.clear();
    session.insert(HALF_WAY, user.0)?;
    session.insert(BEGAN, app.clock.now().timestamp())
}

/// Whose second factor is asked for, while there is time for it.
pub fn half_way(session: &Session, app: &App) -> Option<UserId> {
    let user: i64 = session.get(HALF_WAY).ok().flatten()?;
    (age(session, app)? < HALF_WAY_LIFE).then_some(UserId(user))
}

/// Whether the second factor is asked for, or was until there was no time left.
pub fn is_half_way(session: &Session) -> bool {
    session.contains_key(HALF_WAY)
}

/// What is kept of an issuer while the portal's second factor is asked for, and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromIssuer {
    session: Uuid,
    proved: Option<i64>,
}

impl FromIssuer {
    /// What an issuer says of a session; `fresh`: the person proved to be it just now.
    pub fn new(session: Uuid, app: &App, fresh: bool) -> Self {
        Self {
            session,
            proved: fresh.then(|| app.clock.now().timestamp()),
        }
    }

    /// That of a session.
    pub fn of(session: &Session) -> Option<Self> {
        Some(Self {
            session: issuer_session(session)?,
            proved: session.get(PROVED).ok().flatten(),
        })
    }

    /// Notes it in a session that has just begun.
    pub fn note(&self, session: &Session) -> Result<(), actix_session::SessionInsertError> {
        session.insert(ISSUER, self.session)?;
        if let Some(proved) = self.proved {
            session.insert(PROVED, proved)?;
        }
        Ok(())
    }
}

/// By what it is known what an issuer says of a session.
pub fn issuer_session(session: &Session) -> Option<Uuid> {
    session.get(ISSUER).ok().flatten()
}

/// Notes that the person is on the way to an issuer.
pub fn set_out(session: &Session, id: Uuid) -> Result<(), actix_session::SessionInsertError> {
    session.insert(ON_THE_WAY, id)
}

/// Whether it is this session that set out with `state`; it counts once.
pub fn comes_back(session: &Session, state: &str) -> Option<Uuid> {
    let id: Uuid = session.get(ON_THE_WAY).ok().flatten()?;
    if state.parse() != Ok(id) {
        return None;
    }
    session.remove(ON_THE_WAY);
    Some(id)
}

/// Notes that something may have been changed, so that the lists of this session show it: a replica that does
/// not have it yet is not read.
pub async fn note_change(session: &Session, app: &App) {
    // A session that ended with this change stays ended.
    if !app.db.has_replica() || !session.contains_key(USER) {
        return;
    }
    // What cannot be asked for is taken for newer than anything.
    let written = app.db.written().await.ok().flatten();
    let written = written.unwrap_or(WalPosition(i64::MAX));
    if session.insert(CHANGED, written).is_err() {
        tracing::warn!("a session forgot a change");
    }
}

/// Where the primary's log was when something was last changed in it, as far as a replica is concerned.
pub fn changed(session: &Session) -> Option<WalPosition> {
    session.get(CHANGED).ok().flatten()
}

/// Who is signed in, whatever else is wanted of that person.
pub fn user_of(session: &Session) -> Option<UserId> {
    session.get(USER).ok().flatten().map(UserId)
}

/// Notes that the person has proved to be it at an issuer.
pub fn set_proved(session: &Session, app: &App) {
    if session.insert(PROVED, app.clock.now().timestamp()).is_err() {
        tracing::warn!("a session forgot a proof");
    }
}

/// Whether the person proved it at an issuer in the last minutes (S-40).
pub fn is_proved(session: &Session, app: &App) -> bool {
    let proved: Option<i64> = session.get(PROVED).ok().flatten();
    proved.is_some_and(|at| Duration::seconds(app.clock.now().timestamp() - at) < proof_life())
}

/// Whether it began so lately that the user need not prove the identity again (S-40). At an issuer a person may
/// have been signed in for long.
pub fn is_fresh(session: &Session, app: &App) -> bool {
    if issuer_session(session).is_some() {
        return is_proved(session, app);
    }
    age(session, app).is_some_and(|age| age < FRESH)
}

fn age(session: &Session, app: &App) -> Option<Duration> {
    let began: i64 = session.get(BEGAN).ok().flatten()?;
    Some(Duration::seconds(app.clock.now().timestamp() - began))
}

/// Whether it was begun with a second factor, or one was set up in it.
pub fn has_factor(session: &Session) -> bool {
    session.get(FACTOR).ok().flatten().unwrap_or(false)
}

/// Notes that a second factor was set up in it.
pub fn set_factor(session: &Session) {
    if session.insert(FACTOR, true).is_err() {
        tracing::warn!("a session forgot its second factor");
    }
}

/// Notes that the second factor was removed.
pub fn unset_factor(session: &Session) {
    session.remove(FACTOR);
}
