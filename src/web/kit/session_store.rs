//! Sessions in Postgres for actix-session (S-30 … S-33): the cookie holds a random key, the table
//! its SHA-256, so that neither a dump nor a log opens a session.

use std::collections::HashMap;

use actix_session::SessionMiddleware;
use actix_session::config::CookieContentSecurity;
use actix_session::storage::{
    LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key,
};
use actix_web::HttpRequest;
use actix_web::cookie::{CookieJar, Key, SameSite, time};
use chrono::{DateTime, Duration, TimeZone as _, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::session::{BEGAN, FACTOR, HALF_WAY, ISSUER, USER};
use crate::actions::documents::sha256;
use crate::actions::sessions::{IDLE, life_of};
use crate::app::App;
use crate::domain::UserId;
use crate::domain::viewer::Viewer;
use crate::storage::case_rows::HeldSession;
use crate::storage::db::{Conn, DbError};
use crate::storage::sessions::{self, StoredSession};

/// The time of the last use is stored no more often than this.
const TOUCH: Duration = Duration::minutes(1);

/// Name of the session cookie.
pub fn cookie_name(app: &App) -> &'static str {
    if app.config.web.base_url.scheme() == "https" {
        "__Host-avv"
    } else {
        "avv"
    }
}

/// The session middleware, wrapped around every route that looks at sessions.
pub fn middleware(app: &App) -> SessionMiddleware<PostgresSessions> {
    let secure = app.config.web.base_url.scheme() == "https";
    SessionMiddleware::builder(PostgresSessions { app: app.clone() }, key(app))
        .cookie_name(cookie_name(app).to_owned())
        .cookie_secure(secure)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Signed)
        .build()
}

fn key(app: &App) -> Key {
    Key::from(app.config.keys.current.cookie.bytes())
}

/// A session as it is stored, with its person, where no page needs it and nothing in it changes.
pub struct Held {
    state: HashMap<String, String>,
    /// Who is signed in.
    pub viewer: Viewer,
}

impl Held {
    /// The session that is stored under `id` as it was found; `None` if nobody is signed in with it any more (S-32,
    /// S-33). Being asked for counts as use.
    pub fn of(
        conn: &mut Conn,
        id: &str,
        (stored, viewer): HeldSession,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, DbError> {
        let state =
            go_on(conn, id, stored, now)?.and_then(|state| serde_json::from_value(state).ok());
        let (Some(state), Some(viewer)) = (state, viewer) else {
            return Ok(None);
        };
        let held = Self { state, viewer };
        let is_alive = held.get(USER) == Some(held.viewer.user.0)
            && held
                .get(BEGAN)
                .and_then(|at| Utc.timestamp_opt(at, 0).single())
                .is_some_and(|began| now - began < life_of(held.viewer.role));
        Ok(is_alive.then_some(held))
    }

    /// Whether it was begun with a second factor, or one was set up in it.
    pub fn has_factor(&self) -> bool {
        self.get(FACTOR).unwrap_or(false)
    }

    /// By what it is known what an issuer says of it.
    pub fn issuer_session(&self) -> Option<Uuid> {
        self.get(ISSUER)
    }

    fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.state.get(name)?).ok()
    }
}

/// Under what the session of a request is stored, if the portal has signed its cookie.
pub fn id_of(app: &App, request: &HttpRequest) -> Option<String> {
    let name = cookie_name(app);
    let mut jar = CookieJar::new();
    jar.add_original(request.cookie(name)?);
    let value = jar.signed(&key(app)).get(name)?.value().to_owned();
    value.try_into().ok().map(|key| id(&key))
}

/// What a session holds that goes on; one that was not used for too long ends here.
fn go_on(
    conn: &mut Conn,
    id: &str,
    stored: StoredSession,
    now: DateTime<Utc>,
) -> Result<Option<Value>, DbError> {
    let unused = now - stored.seen_at;
    if unused >= IDLE {
        sessions::delete_session(conn, id)?;
        return Ok(None);
    }
    if unused >= TOUCH {
        sessions::touch_session(conn, id, now)?;
    }
    Ok(Some(stored.state))
}

/// The session store of the middleware.
pub struct PostgresSessions {
    app: App,
}

fn id(key: &SessionKey) -> String {
    sha256(key.as_ref().as_bytes())
}

fn user(state: &HashMap<String, String>) -> Option<UserId> {
    state
        .get(USER)
        .or_else(|| state.get(HALF_WAY))
        .and_then(|user| user.parse().ok())
        .map(UserId)
}

fn json(state: &HashMap<String, String>) -> Value {
    Value::Object(
        state
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect(),
    )
}

impl SessionStore for PostgresSessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let (id, now) = (id(key), self.app.clock.now());
        let found = self
            .app
            .db
            .read(move |conn| -> Result<_, DbError> {
                match sessions::find_session(conn, &id)? {
                    Some(stored) => go_on(conn, &id, stored, now),
                    None => Ok(None),
                }
            })
            .await
            .map_err(|error| LoadError::Other(error.into()))?;
        found
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| LoadError::Deserialization(error.into()))
    }

    async fn save(
        &self,
        state: HashMap<String, String>,
        _ttl: &time::Duration,
    ) -> Result<SessionKey, SaveError> {
        let key = generate_session_key();
        let (id, now) = (id(&key), self.app.clock.now());
        self.app
            .db
            .transaction(move |conn| -> Result<_, DbError> {
                Ok(sessions::create_session(
                    conn,
                    &id,
                    user(&state),
                    &json(&state),
                    now,
                )?)
            })
            .await
            .map_err(|error| SaveError::Other(error.into()))?;
        Ok(key)
    }

    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        _ttl: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        let (id, now) = (id(&key), self.app.clock.now());
        // A session that has ended meanwhile stays ended: its late state is dropped, not stored
        // again.
        self.app
            .db
            .transaction(move |conn| -> Result<_, DbError> {
                Ok(sessions::update_session(
                    conn,
                    &id,
                    user(&state),
                    &json(&state),
                    now,
                )?)
            })
            .await
            .map_err(|error| UpdateError::Other(error.into()))?;
        Ok(key)
    }

    async fn update_ttl(
        &self,
        _key: &SessionKey,
        _ttl: &time::Duration,
    ) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let id = id(key);
        self.app
            .db
            .transaction(move |conn| -> Result<_, DbError> {
                Ok(sessions::delete_session(conn, &id)?)
            })
            .await?;
        Ok(())
    }
}
