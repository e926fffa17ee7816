//! The way to an issuer, as every page begins it, and whether a session that began there goes on (S-41). A link
//! leads there and never a form: the content security policy forbids forms that are led to other sites.

use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use uuid::Uuid;

use super::client::source;
use super::error::PageError;
use super::local_path::local_path;
use super::session;
use crate::actions::ActionError;
use crate::actions::identities::{
    Departure, SessionCheck, depart, standing, take_up, tokens_of, turn,
};
use crate::app::App;
use crate::config::IssuerConfig;
use crate::domain::identity::{Audience, IdentityFault};
use crate::domain::viewer::Viewer;
use crate::oidc::OidcError;
use crate::paths;
use crate::storage::identities::{IssuerSession, Purpose};

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Way {
    /// A path of the portal, if it is one.
    pub weiter: String,
}

/// The issuer of an address.
pub fn issuer(app: &App, number: u8) -> Result<&IssuerConfig, PageError> {
    app.config.issuer(number).ok_or(PageError::NotFound)
}

/// The issuers at which people of one kind sign in.
pub fn issuers_for(app: &App, audience: Option<Audience>) -> Vec<&IssuerConfig> {
    let fits = |one: &&IssuerConfig| audience.is_none_or(|own| own == one.rules.audience);
    app.config.issuers.iter().filter(fits).collect()
}

/// The address people are sent back to, as the issuer has to know it.
pub fn back(app: &App, issuer: &IssuerConfig) -> String {
    format!("{}{}", app.base_url(), paths::back_from(issuer.number))
}

/// Leads to an issuer. What the session is given back is good in this browser alone.
pub async fn lead(
    app: &App,
    (session, request): (&Session, &HttpRequest),
    issuer: &IssuerConfig,
    (purpose, way): (Purpose, &str),
) -> Result<Result<HttpResponse, IdentityFault>, PageError> {
    let id = Uuid::new_v4();
    let is_proof = matches!(purpose, Purpose::Prove(_));
    let state = id.simple().to_string();
    let begun = app
        .issuers
        .begin(issuer, &back(app, issuer), (&state, is_proof))
        .await;
    let begun = match begun {
        Ok(begun) => begun,
        Err(error) => return Ok(Err(fault_of(&error))),
    };
    let departure = Departure {
        id,
        issuer: issuer.number,
        purpose,
        way: local_path(way).unwrap_or_default().to_owned(),
    };
    let (own, source, now) = (app.clone(), source(app, request), app.clock.now());
    let leaves = (departure, begun.nonce, begun.verifier);
    app.db
        .transaction(move |conn| depart(conn, &own, &source, leaves, now))
        .await?;
    session::set_out(session, id).map_err(|error| {
        tracing::error!(cause = %error, "nobody can be led to an issuer");
        PageError::Fault
    })?;
    Ok(Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, begun.url.as_str()))
        .finish()))
}

/// What is said to the person; the log has more.
pub fn fault_of(error: &OidcError) -> IdentityFault {
    tracing::warn!(%error, "refused: sign-in at an issuer");
    match error {
        OidcError::Unreachable(_) => IdentityFault::Unreachable,
        OidcError::NotBelieved(_) | OidcError::Gone(_) => IdentityFault::NotBelieved,
    }
}

/// Whether a session goes on that began at an issuer: `found` is what is known of it. After a short while the
/// issuer is asked again, so that whoever is out there is out here with the next request.
pub async fn goes_on(
    app: &App,
    viewer: &Viewer,
    found: Option<IssuerSession>,
) -> Result<bool, PageError> {
    let now = app.clock.now();
    let session = match standing(app, viewer.user, found, now) {
        SessionCheck::Good => return Ok(true),
        SessionCheck::Over => return Ok(false),
        SessionCheck::Due(session) => *session,
    };
    let (id, seen) = (session.id, session.checked_at);
    let is_ours = app
        .db
        .transaction(move |conn| turn(conn, (id, seen), now))
        .await?;
    if !is_ours {
        return Ok(true);
    }
    let Some(issuer) = app.config.issuer_at(&session.issuer) else {
        return Ok(false);
    };
    let said = match tokens_of(app, &session) {
        Some(tokens) => {
            app.issuers
                .check(issuer, &session.subject, &tokens, now)
                .await
        }
        // Encrypted with a key that is gone.
        None => Err(OidcError::Gone("its tokens cannot be read".to_owned())),
    };
    if let Err(error) = &said {
        tracing::warn!(user = viewer.user.0, %error, "an issuer was asked about a session");
    }
    let own = app.clone();
    let goes_on = app
        .db
        .transaction(move |conn| -> Result<_, ActionError> {
            take_up(conn, &own, &session, said.as_ref(), now)
        })
        .await?;
    Ok(goes_on)
}
