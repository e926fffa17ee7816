//! Where people are signed in, and that they are signed out there (S-34).

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::case_command::actor;
use super::documents::sha256;
use super::{ActionError, require};
use crate::domain::UserId;
use crate::domain::agent::Agent;
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::viewer::{Duty, Role, Viewer};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::sessions::{self, StoredSession};
use crate::storage::{PgConnection, users};

/// A session that is not used for this long has ended (S-32).
pub const IDLE: Duration = Duration::minutes(30);
/// Absolute lifetime of a session (S-32); shorter for the operator's people.
const LIFE: Duration = Duration::hours(12);
const OPERATOR_LIFE: Duration = Duration::hours(8);

/// How long a session lasts, however much it is used (S-32).
pub fn life_of(role: Role) -> Duration {
    if role.is_operator() {
        OPERATOR_LIFE
    } else {
        LIFE
    }
}

/// A session that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// By what it is named in forms: follows from its key, and opens nothing.
    pub handle: String,
    /// The browser it began in.
    pub agent: Agent,
    /// When it began.
    pub began: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub seen: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_own: bool,
}

/// Which sessions are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// One, by its handle.
    One(String),
    /// All of them; of the own ones all others.
    All,
}

/// The open sessions of a person, the one that asks first; `csrf` is the token of its forms.
pub fn list_open(
    conn: &mut PgConnection,
    (user, role): (UserId, Role),
    csrf: &str,
    now: DateTime<Utc>,
) -> Result<Vec<OpenSession>, ActionError> {
    Ok(keyed(conn, (user, role), csrf, now)?
        .into_iter()
        .map(|(_, session)| session)
        .collect())
}

/// Ends own sessions in other places; says how many.
pub fn end_own(
    conn: &mut PgConnection,
    viewer: &Viewer,
    which: &Which,
    csrf: &str,
    now: DateTime<Utc>,
) -> Result<usize, ActionError> {
    let mut open = keyed(conn, (viewer.user, viewer.role), csrf, now)?;
    open.retain(|(_, session)| !session.is_own);
    end(conn, viewer, None, chosen(open, which), now)
}

/// Ends sessions of a user; for administrators.
pub fn end_of(
    conn: &mut PgConnection,
    viewer: &Viewer,
    user: UserId,
    which: &Which,
    csrf: &str,
    now: DateTime<Utc>,
) -> Result<usize, ActionError> {
    require(viewer, Duty::Administration)?;
    if viewer.user == user {
        return Err(ActionError::NotAllowed);
    }
    let (name, _) = users::find_contact(conn, user)?.ok_or(ActionError::NotFound)?;
    // A locked user has no sessions.
    let Some(whose) = users::find_viewer(conn, user)? else {
        return Err(Refusal::Unchanged.into());
    };
    let open = keyed(conn, (user, whose.role), csrf, now)?;
    end(conn, viewer, Some(name), chosen(open, which), now)
}

type Keyed = (String, OpenSession);

fn keyed(
    conn: &mut PgConnection,
    (user, role): (UserId, Role),
    csrf: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Keyed>, ActionError> {
    let since = (now - IDLE, now - life_of(role));
    let mut all: Vec<Keyed> = sessions::list_sessions(conn, user, since)?
        .into_iter()
        .filter_map(|(id, stored)| {
            let session = open_session(&id, &stored, csrf)?;
            Some((id, session))
        })
        .collect();
    all.sort_by_key(|(_, session)| !session.is_own);
    Ok(all)
}

/// `None` for one in which only the password was right so far.
fn open_session(id: &str, stored: &StoredSession, csrf: &str) -> Option<OpenSession> {
    // The values are JSON texts inside JSON texts.
    let value = |key: &str| -> Option<Value> {
        let text = stored.state.get(key)?.as_str()?;
        serde_json::from_str(text).ok()
    };
    value("user")?;
    let agent = value("agent");
    let agent = agent.as_ref().and_then(Value::as_str).unwrap_or_default();
    let own = value("csrf");
    let mut handle = sha256(id.as_bytes());
    handle.truncate(16);
    Some(OpenSession {
        handle,
        agent: Agent::from(agent),
        began: stored.created_at,
        seen: stored.seen_at,
        is_own: !csrf.is_empty() && own.as_ref().and_then(Value::as_str) == Some(csrf),
    })
}

fn chosen(open: Vec<Keyed>, which: &Which) -> Vec<String> {
    open.into_iter()
        .filter(|(_, session)| match which {
            Which::One(handle) => session.handle == *handle,
            Which::All => true,
        })
        .map(|(id, _)| id)
        .collect()
}

fn end(
    conn: &mut PgConnection,
    viewer: &Viewer,
    name: Option<String>,
    ids: Vec<String>,
    now: DateTime<Utc>,
) -> Result<usize, ActionError> {
    let mut count = 0;
    for id in &ids {
        count += usize::from(sessions::delete_session(conn, id)?);
    }
    if count == 0 {
        return Err(Refusal::Unchanged.into());
    }
    let event = NewEvent {
        kind: AuditKind::SessionsEnded { name, count },
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(count)
}
