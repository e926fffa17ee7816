//! Clients of the API with their tokens.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::client::{Client, ClientScope, TokenId};
use crate::domain::{ClientId, UserId};
use crate::storage::schema::{api_clients, api_tokens};
use crate::storage::{QueryResult, text};

/// A client to be added.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// Its name, for people and the log.
    pub name: String,
    /// What it may do, each once.
    pub scopes: Vec<ClientScope>,
    /// From where it may call, as blocks of addresses; empty: from anywhere.
    pub networks: Vec<String>,
    /// Requests a minute that each process answers.
    pub per_minute: i32,
    /// From when on it is shut.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A client in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientLine {
    /// The client itself.
    pub client: Client,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it called last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A token of a client, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenLine {
    /// The readable part.
    pub id: TokenId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was shut.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// At most this many clients are listed.
const MOST: i64 = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_clients)]
struct ClientRow {
    id: Uuid,
    name: String,
    scopes: Vec<Option<String>>,
    networks: Vec<Option<String>>,
    per_minute: i32,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
}

impl ClientRow {
    /// A scope that this program does not know is an error: it may be one that forbids something.
    fn read(self) -> QueryResult<ClientLine> {
        let scope = |key: Option<String>| {
            ClientScope::from_key(&key.unwrap_or_default())
                .ok_or_else(|| text::unreadable("scope of a client"))
        };
        Ok(ClientLine {
            client: Client {
                id: ClientId(self.id),
                name: self.name,
                scopes: self
                    .scopes
                    .into_iter()
                    .map(scope)
                    .collect::<QueryResult<_>>()?,
                networks: self.networks.into_iter().flatten().collect(),
                per_minute: self.per_minute,
                expires_at: self.expires_at,
                revoked_at: self.revoked_at,
            },
            created_at: self.created_at,
            last_used_at: self.last_used_at,
        })
    }
}

/// Adds a client.
pub fn create_client(
    conn: &mut PgConnection,
    id: ClientId,
    new: &NewClient,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.key()).collect();
    diesel::insert_into(api_clients::table)
        .values((
            api_clients::id.eq(id.0),
            api_clients::name.eq(&new.name),
            api_clients::scopes.eq(scopes),
            api_clients::networks.eq(&new.networks),
            api_clients::per_minute.eq(new.per_minute),
            api_clients::expires_at.eq(new.expires_at),
            api_clients::created_at.eq(now),
            api_clients::created_by.eq(by.map(|by| by.0)),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whether a client with this name exists, whatever its letters' case.
pub fn is_name_taken(conn: &mut PgConnection, name: &str) -> QueryResult<bool> {
    let names: Vec<String> = api_clients::table.select(api_clients::name).load(conn)?;
    let name = name.to_lowercase();
    Ok(names.iter().any(|one| one.to_lowercase() == name))
}

/// All clients, the open ones first, by name.
pub fn list_clients(conn: &mut PgConnection) -> QueryResult<Vec<ClientLine>> {
    let rows: Vec<ClientRow> = api_clients::table
        .order((api_clients::revoked_at.is_not_null(), api_clients::name))
        .limit(MOST)
        .select(ClientRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ClientRow::read).collect()
}

/// A client with what is known of it.
pub fn find_client(conn: &mut PgConnection, id: ClientId) -> QueryResult<Option<ClientLine>> {
    let row: Option<ClientRow> = api_clients::table
        .find(id.0)
        .select(ClientRow::as_select())
        .first(conn)
        .optional()?;
    row.map(ClientRow::read).transpose()
}

/// The same, locked for a change.
pub fn lock_client(conn: &mut PgConnection, id: ClientId) -> QueryResult<Option<ClientLine>> {
    let row: Option<ClientRow> = api_clients::table
        .find(id.0)
        .select(ClientRow::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    row.map(ClientRow::read).transpose()
}

/// The client whose valid token this is: one read by a key.
pub fn find_by_token(
    conn: &mut PgConnection,
    id: &TokenId,
    hash: &[u8],
) -> QueryResult<Option<ClientLine>> {
    let row: Option<ClientRow> = api_tokens::table
        .inner_join(api_clients::table)
        .filter(api_tokens::id.eq(&id.0))
        .filter(api_tokens::hash.eq(hash))
        .filter(api_tokens::revoked_at.is_null())
        .select(ClientRow::as_select())
        .first(conn)
        .optional()?;
    row.map(ClientRow::read).transpose()
}

/// Tokens of a client, the newest first.
pub fn list_tokens(conn: &mut PgConnection, client: ClientId) -> QueryResult<Vec<TokenLine>> {
    let rows: Vec<(String, DateTime<Utc>, Option<DateTime<Utc>>)> = api_tokens::table
        .filter(api_tokens::client_id.eq(client.0))
        .order((api_tokens::created_at.desc(), api_tokens::id.desc()))
        .select((
            api_tokens::id,
            api_tokens::created_at,
            api_tokens::revoked_at,
        ))
        .load(conn)?;
    let line = |(id, created_at, revoked_at)| TokenLine {
        id: TokenId(id),
        created_at,
        revoked_at,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Adds a token.
pub fn create_token(
    conn: &mut PgConnection,
    client: ClientId,
    id: &TokenId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::id.eq(&id.0),
            api_tokens::client_id.eq(client.0),
            api_tokens::hash.eq(hash),
            api_tokens::created_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Shuts a token of a client; false if it has no such token or it was shut before.
pub fn revoke_token(
    conn: &mut PgConnection,
    client: ClientId,
    id: &TokenId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let token = api_tokens::table
        .filter(api_tokens::id.eq(&id.0))
        .filter(api_tokens::client_id.eq(client.0))
        .filter(api_tokens::revoked_at.is_null());
    let count = diesel::update(token)
        .set(api_tokens::revoked_at.eq(now))
        .execute(conn)?;
    Ok(count == 1)
}

/// Shuts a client for good.
pub fn revoke_client(conn: &mut PgConnection, id: ClientId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(api_clients::table.find(id.0))
        .set(api_clients::revoked_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// Notes that a client called.
pub fn touch_client(conn: &mut PgConnection, id: ClientId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(api_clients::table.find(id.0))
        .set(api_clients::last_used_at.eq(now))
        .execute(conn)
        .map(|_| ())
}
