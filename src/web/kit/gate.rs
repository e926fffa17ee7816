//! The gate in front of the products: who asks, and what a proxy is answered: three statuses, the reason
//! as one word of a closed list, and nothing that anybody may keep.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::issuers::goes_on;
use super::session_store::{Held, id_of};
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::case::{Grant, Shut};
use crate::domain::viewer::Viewer;
use crate::storage::case_rows::{KnownGate, find_gate_for};
use crate::storage::db::{Conn, DbError};
use crate::storage::identities::find_issuer_session;

/// Why the gate is open or shut, for the proxy and whoever reads its log.
const REASON: HeaderName = HeaderName::from_static("x-avv-grund");

/// Answers somebody who asks at the gate of a customer. Session, person and gate are read in one statement, because
/// a product waits for every one of these answers; nothing is taken from the session or kept in it. `decide`
/// is asked for somebody who is signed in, with a second factor where one is needed (S-36).
pub async fn decide<F>(
    app: &App,
    request: &HttpRequest,
    number: Option<CustomerNumber>,
    decide: F,
) -> HttpResponse
where
    F: Fn(&mut Conn, &Viewer, Option<KnownGate>) -> Result<Result<Grant, Shut>, DbError>
        + Send
        + 'static,
{
    let Some(session) = id_of(app, request) else {
        return shut(Shut::SignedOut);
    };
    let (now, factor) = (app.clock.now(), app.config.rules.second_factor);
    let read = app.db.read(move |conn| -> Result<_, DbError> {
        let Some((found, gate)) = find_gate_for(conn, &session, number)? else {
            return Ok(None);
        };
        let Some(held) = Held::of(conn, &session, found, now)? else {
            return Ok(None);
        };
        let issuer = held
            .issuer_session()
            .map(|id| find_issuer_session(conn, id))
            .transpose()?;
        let decided = if factor.requires(held.viewer.role) && !held.has_factor() {
            Err(Shut::SecondFactorMissing)
        } else {
            decide(conn, &held.viewer, gate)?
        };
        Ok(Some((held.viewer, issuer, decided)))
    });
    let (viewer, issuer, decided) = match read.await {
        Ok(Some(found)) => found,
        Ok(None) => return shut(Shut::SignedOut),
        Err(error) => return could_not(&error),
    };
    // The session began at an issuer, who is asked again after a short while.
    if let Some(found) = issuer {
        match goes_on(app, &viewer, found).await {
            Ok(true) => {}
            Ok(false) => return shut(Shut::SignedOut),
            Err(error) => return could_not(&error),
        }
    }
    match decided {
        Ok(grant) => open(grant),
        Err(why) => {
            let path = request.match_pattern();
            let number = request.match_info().get("nummer");
            let object = number.filter(|number| number.parse::<CustomerNumber>().is_ok());
            tracing::warn!(user = viewer.user.0, path, object, reason = %why, "refused: gate");
            shut(why)
        }
    }
}

fn could_not(cause: &dyn std::fmt::Display) -> HttpResponse {
    tracing::error!(%cause, "the gate could not decide");
    shut(Shut::Unavailable)
}

/// The gate is open.
pub fn open(grant: Grant) -> HttpResponse {
    answer(StatusCode::NO_CONTENT, &grant.to_string()).finish()
}

/// The gate is shut. 401 says that signing in may help; 403 that it does not.
pub fn shut(why: Shut) -> HttpResponse {
    let (status, text) = match why {
        Shut::SignedOut => (StatusCode::UNAUTHORIZED, "nicht angemeldet"),
        _ => (StatusCode::FORBIDDEN, "gesperrt"),
    };
    // Not empty, so that no error page replaces it.
    answer(status, &why.to_string())
        .content_type("text/plain; charset=utf-8")
        .body(text)
}

fn answer(status: StatusCode, reason: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((REASON, reason))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}

/// Whatever goes wrong on the way, as with a database that is away: the gate is shut, and the proxy
/// gets no page.
pub async fn answer_shut(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let http = request.request().clone();
    Ok(match next.call(request).await {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(error) => ServiceResponse::new(http, could_not(&error)),
    })
}
