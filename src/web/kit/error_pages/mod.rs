//! The error pages, in the layout and the language of the viewer.

mod wording;

use actix_session::storage::{SaveError, UpdateError};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use askama::Template;

use super::error::PageError;
use super::language::reader_language;
use super::page::{Me, PublicShell, Shell, html};
use super::requests::Reference;
use crate::app::App;
use crate::domain::Language;
use wording::Wording;

#[derive(Template)]
#[template(path = "web/kit/error.html")]
struct ErrorPage {
    shell: PublicShell,
    wording: Wording,
    reference: Option<String>,
}

/// The same for a signed-in user: in the layout of all other pages, with menu and name (C3).
#[derive(Template)]
#[template(path = "web/kit/error_inside.html")]
struct InsidePage {
    shell: Shell,
    wording: Wording,
    reference: Option<String>,
}

/// Turns every answer of 400 and above without a body of its own into a page in the viewer's
/// language, and the answer to a panic into one with a reference number (S-87).
pub async fn error_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if (status.is_client_error() || status.is_server_error())
        && is_empty(response.response().body())
    {
        let own = response
            .response()
            .error()
            .and_then(|error| error.as_error::<PageError>().map(PageError::plain));
        let kind = own.unwrap_or_else(|| PageError::of(status));
        let (http, response) = response.into_parts();
        return Ok(dress(http, response, &kind).await);
    }
    Ok(response)
}

/// Turns the error of a guard or a handler into an answer. It wraps each route and not the whole
/// site, because before a request is routed no second handle to it may be kept.
pub async fn answer_errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let http = request.request().clone();
    Ok(match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) if is_session_failure(&error) => {
            tracing::error!("the session could not be read or written");
            ServiceResponse::from_err(PageError::Unavailable, http)
        }
        Err(error) => ServiceResponse::from_err(error, http),
    })
}

/// Whether the session's middleware failed because the database is unavailable, which it reports
/// without the cause.
fn is_session_failure(error: &actix_web::Error) -> bool {
    error.as_error::<InternalError<anyhow::Error>>().is_some()
        || error.as_error::<InternalError<SaveError>>().is_some()
        || error.as_error::<InternalError<UpdateError>>().is_some()
}

async fn dress(
    http: HttpRequest,
    bare: HttpResponse<BoxBody>,
    error: &PageError,
) -> ServiceResponse<BoxBody> {
    let status = bare.status();
    let reference = (status == StatusCode::INTERNAL_SERVER_ERROR).then(|| {
        let Reference(reference) = Reference::of(&http);
        tracing::error!(%reference, "answered with an error page");
        reference
    });
    let page = render(&http, error, reference).await;
    let response = match page {
        Some(page) => {
            let mut response = page;
            *response.status_mut() = status;
            for name in [header::RETRY_AFTER, header::ALLOW] {
                if let Some(value) = bare.headers().get(&name) {
                    response.headers_mut().insert(name, value.clone());
                }
            }
            response
        }
        None => bare,
    };
    ServiceResponse::new(http, response)
}

async fn render(
    http: &HttpRequest,
    error: &PageError,
    reference: Option<String>,
) -> Option<HttpResponse> {
    let app = http.app_data::<web::Data<App>>()?.get_ref().clone();
    if let Some(me) = Me::of(http) {
        let shell = Shell::load(&app, &me, "")
            .await
            .unwrap_or_else(|_| Shell::bare(&me, ""));
        let wording = error.wording(shell.en());
        return html(&InsidePage {
            shell,
            wording,
            reference,
        })
        .ok();
    }
    let language = http
        .extensions()
        .get::<Language>()
        .copied()
        .unwrap_or_else(|| reader_language(http));
    // Without the database there is still a page, but without the provider's name.
    let shell = PublicShell::load(&app, language)
        .await
        .unwrap_or_else(|_| PublicShell::bare(language));
    html(&ErrorPage {
        shell,
        wording: error.wording(language.is_en()),
        reference,
    })
    .ok()
}

fn is_empty(body: &BoxBody) -> bool {
    matches!(
        body.size(),
        actix_web::body::BodySize::None | actix_web::body::BodySize::Sized(0)
    )
}
