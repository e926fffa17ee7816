//! Clients of the API: adding one, its tokens, shutting it, and letting it in.

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{ActionError, Actor, require};
use crate::cipher;
use crate::domain::ClientId;
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::client::{Client, ClientAuditEvent, Token, TokenId};
use crate::domain::viewer::{Acting as _, Duty, Viewer};
use crate::storage::PgConnection;
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::clients::{self, NewClient};

/// Valid tokens of a client at the same time: the old one and the one that replaces it.
pub const TOKENS: usize = 2;
/// How exactly the last use is noted.
const USED: Duration = Duration::minutes(1);

/// An administrator adds a client; its first token is returned and never shown again.
///
/// # Errors
/// [`Refusal::Unchanged`] if there is one with this name.
pub fn add(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: &NewClient,
    now: DateTime<Utc>,
) -> Result<(ClientId, Token), ActionError> {
    require(viewer, Duty::Administration)?;
    create(conn, viewer.actor(), new, now)
}

/// The same from the command line.
pub fn add_by_command(
    conn: &mut PgConnection,
    new: &NewClient,
    now: DateTime<Utc>,
) -> Result<(ClientId, Token), ActionError> {
    create(conn, Actor::Command, new, now)
}

fn create(
    conn: &mut PgConnection,
    by: Actor,
    new: &NewClient,
    now: DateTime<Utc>,
) -> Result<(ClientId, Token), ActionError> {
    if clients::is_name_taken(conn, &new.name)? {
        return Err(Refusal::Unchanged.into());
    }
    let id = ClientId(Uuid::new_v4());
    clients::create_client(conn, id, new, by.user(), now)?;
    let token = create_token(conn, id, now)?;
    let scopes = new.scopes.iter().map(|scope| scope.key().to_owned());
    let event = ClientAuditEvent::Added {
        scopes: scopes.collect(),
    };
    note(conn, by, (id, &new.name), event, now)?;
    Ok((id, token))
}

fn create_token(
    conn: &mut PgConnection,
    client: ClientId,
    now: DateTime<Utc>,
) -> Result<Token, ActionError> {
    let token = Token::new(cipher::random()?, cipher::random()?);
    clients::create_token(conn, client, token.id(), &hash(&token), now)?;
    Ok(token)
}

fn hash(token: &Token) -> [u8; 32] {
    Sha256::digest(token.expose()).into()
}

/// Another token for a client, beside the newest one it has; older ones are shut.
pub fn add_token(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ClientId,
    now: DateTime<Utc>,
) -> Result<Token, ActionError> {
    require(viewer, Duty::Administration)?;
    let client = open(conn, id)?;
    let valid = clients::list_tokens(conn, id)?;
    let valid = valid.into_iter().filter(|token| token.revoked_at.is_none());
    for old in valid.skip(TOKENS - 1) {
        clients::revoke_token(conn, id, &old.id, now)?;
    }
    let token = create_token(conn, id, now)?;
    note(
        conn,
        viewer.actor(),
        (id, &client.name),
        ClientAuditEvent::TokenAdded,
        now,
    )?;
    Ok(token)
}

/// Shuts a token.
pub fn revoke_token(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ClientId,
    token: &TokenId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Administration)?;
    let client = open(conn, id)?;
    if !clients::revoke_token(conn, id, token, now)? {
        return Err(Refusal::Unchanged.into());
    }
    note(
        conn,
        viewer.actor(),
        (id, &client.name),
        ClientAuditEvent::TokenRevoked,
        now,
    )
}

/// Shuts a client for good, with all of its tokens.
pub fn revoke(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ClientId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Administration)?;
    let client = open(conn, id)?;
    clients::revoke_client(conn, id, now)?;
    note(
        conn,
        viewer.actor(),
        (id, &client.name),
        ClientAuditEvent::Revoked,
        now,
    )
}

/// A client that was not shut, locked.
fn open(conn: &mut PgConnection, id: ClientId) -> Result<Client, ActionError> {
    let found = clients::lock_client(conn, id)?.ok_or(ActionError::NotFound)?;
    match found.client.revoked_at {
        Some(_) => Err(Refusal::Unchanged.into()),
        None => Ok(found.client),
    }
}

/// Who sent a token, if it lets in, and whether its use should be noted. One read by a key.
pub fn authenticate(
    conn: &mut PgConnection,
    token: &Token,
    now: DateTime<Utc>,
) -> Result<Option<(Client, bool)>, ActionError> {
    let found = clients::find_by_token(conn, token.id(), &hash(token))?;
    Ok(found.filter(|one| one.client.is_open(now)).map(|one| {
        let is_old = one.last_used_at.is_none_or(|at| now - at >= USED);
        (one.client, is_old)
    }))
}

fn note(
    conn: &mut PgConnection,
    by: Actor,
    (id, name): (ClientId, &str),
    event: ClientAuditEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::Client {
            id,
            name: name.to_owned(),
            event,
        },
        actor: by,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
