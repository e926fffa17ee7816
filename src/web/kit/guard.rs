//! Access control. The table of routes names a [`Who`] for each row, and this module checks it
//! before any handler runs.

use std::collections::HashSet;
use std::net::IpAddr;

use actix_session::{Session, SessionExt as _};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, web};
use chrono::{TimeZone as _, Utc};

use super::attend::{attend, here, to_sign_in};
use super::client::{is_trusted, remote_address};
use super::error::PageError;
use super::issuers::goes_on;
use super::kept;
use super::language::wanted_language;
use super::page::{Seen, see_other};
use super::route::Who;
use super::session;
use super::session::{BEGAN, CSRF, FLASH, Flash, LANGUAGE, USER};
use crate::actions::sessions::life_of;
use crate::app::App;
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{Language, UserId};
use crate::paths;
use crate::storage::identities::find_issuer_session;
use crate::storage::users::find_viewer;

/// Checks origin, session and role, in this order.
pub async fn guard(
    who: Who,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = app(&request)?;
    if request.path().starts_with("/dev/") && !is_from_here(&app, &request) {
        tracing::warn!(path = %pattern(&request), "refused: development pages are for this machine");
        return Err(PageError::NotFound.into());
    }
    if who == Who::Gate {
        // Neither method nor parameters count, because the page behind the question is another one. Who asks is
        // looked up where it is decided.
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    if !is_safe(request.method()) && !same_origin(&app, &request) {
        tracing::warn!(path = %pattern(&request), "refused: request from another origin");
        return Err(PageError::ForeignOrigin.into());
    }
    let is_bad = is_unreadable(request.query_string());
    if is_bad {
        tracing::warn!(path = %pattern(&request), "refused: unreadable parameters");
    }
    if !who.needs_session() {
        if is_bad {
            return Err(PageError::BadForm.into());
        }
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let seen = look(&app, &request).await?;
    if is_bad {
        request.extensions_mut().insert(seen);
        return Err(PageError::BadForm.into());
    }
    let viewer = match (&seen.viewer, who) {
        (viewer, Who::Visitor) => viewer.clone(),
        (None, _) => return Ok(to_sign_in(&app, request).await?),
        (Some(viewer), who) if !who.admits(viewer) => {
            log_refusal(viewer, &pattern(&request), &object(&request), "role");
            let refusal = who.refusal(viewer.role);
            // The error page belongs to this user, with layout and menu (C3).
            request.extensions_mut().insert(seen);
            return Err(refusal.into());
        }
        (Some(viewer), _) => Some(viewer.clone()),
    };
    if let Some(viewer) = &viewer
        && must_set_up(&app, viewer, &request)
    {
        return match who {
            // Who the person is counts on no page until the second factor is there.
            Who::Visitor => {
                request.extensions_mut().insert(Seen::default());
                Ok(next.call(request).await?.map_into_boxed_body())
            }
            _ => Ok(to_set_up(request)),
        };
    }
    let Some(viewer) = viewer else {
        request.extensions_mut().insert(seen);
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let answer = attend(&app, viewer.user, seen, request, next).await?;
    let (path, object) = (pattern_of(answer.request()), object_of(answer.request()));
    match answer.status() {
        StatusCode::NOT_FOUND => log_refusal(&viewer, &path, &object, "not found"),
        StatusCode::FORBIDDEN => log_refusal(&viewer, &path, &object, "forbidden"),
        _ => {}
    }
    Ok(answer)
}

/// Whether a person has to set up a second factor before any other page is shown (S-36).
fn must_set_up(app: &App, viewer: &Viewer, request: &ServiceRequest) -> bool {
    app.config.rules.second_factor.requires(viewer.role)
        && !session::has_factor(&request.get_session())
        && ![
            paths::SECOND_FACTOR,
            paths::NAME_PASSKEY,
            paths::MAKE_PASSKEY,
            paths::ASK_NEW_PASSKEY,
            paths::SIGN_OUT,
        ]
        .contains(&request.path())
        && !paths::is_of_issuer(request.path())
}

/// Leads to the page on which it is set up, and from there back.
fn to_set_up(request: ServiceRequest) -> ServiceResponse<BoxBody> {
    let mut to = paths::SECOND_FACTOR.to_owned();
    if request.method() == Method::GET && request.path() != paths::HOME {
        let way: String = url::form_urlencoded::byte_serialize(here(&request).as_bytes()).collect();
        to = format!("{to}?weiter={way}");
    }
    request.into_response(see_other(to))
}

/// Writes down who was refused what (S-58).
fn log_refusal(viewer: &Viewer, path: &str, object: &str, why: &str) {
    tracing::warn!(user = viewer.user.0, path, object, "refused: {why}");
}

/// The parameters of a route, for the log: numbers and ids. Tokens are left out (S-08), and so is
/// any other text that a user may type into an address (S-82).
fn object(request: &ServiceRequest) -> String {
    object_of(request.request())
}

fn object_of(request: &HttpRequest) -> String {
    let values = request
        .match_info()
        .iter()
        .filter(|(name, _)| *name != "token")
        .map(|(_, value)| value)
        .filter(|value| {
            value.len() <= 40
                && value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    values.collect::<Vec<_>>().join(" ")
}

/// Whether an address contains a parameter twice, of which different readers take different ones
/// (S-57), or a NUL, which the database cannot store.
fn is_unreadable(query: &str) -> bool {
    let mut names = HashSet::new();
    url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| value.contains('\0') || !names.insert(name))
}

/// The user of a session, read anew on every request (S-33). A session that is over ends here.
async fn signed_in(app: &App, session: &Session) -> Result<Option<Viewer>, PageError> {
    let user: Option<i64> = session.get(USER).unwrap_or(None);
    let Some(user) = user else {
        return Ok(None);
    };
    let issuer = session::issuer_session(session);
    let (viewer, found) = app
        .db
        .read(move |conn| -> Result<_, PageError> {
            let found = issuer.map(|id| find_issuer_session(conn, id)).transpose()?;
            Ok((find_viewer(conn, UserId(user))?, found.flatten()))
        })
        .await?;
    let began = session
        .get::<i64>(BEGAN)
        .unwrap_or(None)
        .and_then(|at| Utc.timestamp_opt(at, 0).single());
    let alive = viewer
        .filter(|viewer| began.is_some_and(|began| app.clock.now() - began < life_of(viewer.role)));
    let alive = match alive {
        Some(viewer) if issuer.is_some() && !goes_on(app, &viewer, found).await? => None,
        alive => alive,
    };
    if alive.is_none() {
        session.purge();
    }
    Ok(alive)
}

/// Reads the session with what a page needs of it.
async fn look(app: &App, request: &ServiceRequest) -> Result<Seen, PageError> {
    let session = request.get_session();
    let Some(mut viewer) = signed_in(app, &session).await? else {
        return Ok(Seen::default());
    };
    if viewer.role.is_operator() {
        // Administrators belong to no partner and no customer.
        viewer.company = app
            .operator()
            .await?
            .map(|operator| operator.party.name)
            .unwrap_or_default();
    }
    if matches!(viewer.role, Role::Customer { .. }) {
        viewer.language = chosen_language(&session, request).unwrap_or(viewer.language);
    }
    let csrf = session
        .get::<String>(CSRF)
        .unwrap_or(None)
        .unwrap_or_default();
    let csrf = kept::with_page(&csrf, &kept::plain_page(here(request)));
    // Removing a message writes the session; checking whether there is one does not.
    let flash = if request.method() == Method::GET && session.contains_key(FLASH) {
        session.remove_as::<Flash>(FLASH).and_then(Result::ok)
    } else {
        None
    };
    Ok(Seen {
        viewer: Some(viewer),
        csrf,
        flash,
        changed: session::changed(&session),
    })
}

/// The language that a customer's user has chosen, on this page or on an earlier one (C4).
fn chosen_language(session: &Session, request: &ServiceRequest) -> Option<Language> {
    if let Some(wanted) = wanted_language(request.request()) {
        if session.insert(LANGUAGE, wanted.code()).is_err() {
            tracing::warn!("the choice of a language was lost");
        }
        return Some(wanted);
    }
    let code = session.get::<String>(LANGUAGE).ok().flatten()?;
    Language::from_code(&code)
}

/// Whether a request that changes something comes from the portal's own pages. A browser that sends
/// neither header is old or no browser; then the token in the form decides alone (S-62).
fn same_origin(app: &App, request: &ServiceRequest) -> bool {
    let header = |name: header::HeaderName| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    if let Some(site) = header(header::HeaderName::from_static("sec-fetch-site"))
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    match header(header::ORIGIN) {
        None => true,
        Some(origin) => is_own_origin(app, origin),
    }
}

fn is_own_origin(app: &App, origin: &str) -> bool {
    let Ok(origin) = url::Url::parse(origin) else {
        return false;
    };
    let own = &app.config.web.base_url;
    origin.origin() == own.origin()
        || (!app.config.environment.is_production() && origin.host_str().is_some_and(is_loopback))
}

/// Whether a request comes from this machine itself, and not through a proxy on it: pages that show
/// every mail answer no other request, whatever `AVV_LISTEN` says. For a trusted proxy the
/// forwarded address counts.
fn is_from_here(app: &App, request: &ServiceRequest) -> bool {
    let is_here = |ip: IpAddr| ip.is_loopback();
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let is_forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    peer.is_some_and(is_here)
        && match is_forwarded {
            false => true,
            true => {
                request.headers().contains_key("x-forwarded-for")
                    && peer.is_some_and(|peer| is_trusted(app, peer))
                    && remote_address(app, request.request()).is_some_and(is_here)
            }
        }
}

/// Whether a host name means this machine; in development the portal can be reached by each of
/// them.
pub fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The route's pattern, which can be logged although the address contains a token (S-08).
pub fn pattern(request: &ServiceRequest) -> String {
    pattern_of(request.request())
}

fn pattern_of(request: &HttpRequest) -> String {
    request
        .match_pattern()
        .unwrap_or_else(|| "(no route)".to_owned())
}

fn app(request: &ServiceRequest) -> Result<App, PageError> {
    request
        .app_data::<web::Data<App>>()
        .map(|app| app.get_ref().clone())
        .ok_or(PageError::Fault)
}
