//! What the gate in front of the products answers a proxy: three statuses, the reason as one word of
//! a closed list, and nothing that anybody may keep.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::case::{Grant, Shut};

/// Why the gate is open or shut, for the proxy and whoever reads its log.
const REASON: HeaderName = HeaderName::from_static("x-avv-grund");

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
        Err(error) => {
            tracing::error!(cause = %error, "the gate could not decide");
            ServiceResponse::new(http, shut(Shut::Unavailable))
        }
    })
}
