//! Everything that can go wrong with a request, worded in one place, each with a way out.

mod wording;

use actix_session::storage::{SaveError, UpdateError};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError, web};
use askama::Template;
use uuid::Uuid;

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::Language;
use crate::places::NoPlace;
use crate::storage::QueryError;
use crate::storage::db::{DbError, is_connection_loss, is_timeout};
use crate::web::page::{Me, PublicShell, Shell, html, reader_language};
use wording::Wording;

/// Why there is no page. Refusals by the rules are no errors: handlers show them on their page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It does not exist, or not for this person (S-51).
    #[error("not found")]
    NotFound,
    /// A consent link that was never given away, or was cut off by a mail program (S-11).
    #[error("unknown link")]
    UnknownLink,
    /// The person may not do this.
    #[error("forbidden")]
    Forbidden,
    /// The person's user may not read the customer's contracts.
    #[error("the user lacks the contract permission")]
    NeedsContracts,
    /// The form's token is missing or old.
    #[error("stale form")]
    StaleForm,
    /// The request came from another site.
    #[error("foreign origin")]
    ForeignOrigin,
    /// The address is not one of this portal (S-20).
    #[error("foreign host")]
    ForeignHost,
    /// The form could not be read, or a field stood in it twice (S-57).
    #[error("bad form")]
    BadForm,
    /// The request is larger than anything a form sends.
    #[error("too large")]
    TooLarge,
    /// The request did not arrive in time.
    #[error("too slow")]
    TooSlow,
    /// No error: only the head of the answer is wanted, and nothing is made for that.
    #[error("head alone")]
    HeadAlone,
    /// There is more work than can be done in time.
    #[error("busy")]
    Busy,
    /// Too many tries; wait this many seconds.
    #[error("too many requests")]
    TooMany(u64),
    /// The operator's particulars were never entered.
    #[error("no operator")]
    NoOperator,
    /// The database is away for a moment.
    #[error("database unavailable")]
    Unavailable,
    /// The portal's clock is wrong, so nothing was decided (F4).
    #[error("wrong clock")]
    WrongClock,
    /// A fault of the portal; the log has the cause under the reference.
    #[error("fault")]
    Fault,
}

impl From<ActionError> for PageError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::NotFound => Self::NotFound,
            ActionError::NotAllowed | ActionError::Denied(_) | ActionError::WrongPassword => {
                Self::Forbidden
            }
            ActionError::Changed => Self::StaleForm,
            ActionError::TooManyAttempts(seconds) => Self::TooMany(seconds),
            ActionError::Busy => Self::Busy,
            ActionError::NoOperator => Self::NoOperator,
            ActionError::Refused(refusal) => {
                tracing::error!(?refusal, "a refusal reached a page that does not expect it");
                Self::Fault
            }
            ActionError::RollOut(refusal) => {
                tracing::error!(?refusal, "a refusal reached a page that does not expect it");
                Self::Fault
            }
            ActionError::Version(refusal) => {
                tracing::error!(?refusal, "a refusal reached a page that does not expect it");
                Self::Fault
            }
            ActionError::Document(cause) | ActionError::NoSeal(cause) => {
                tracing::error!(%cause, "document fault");
                Self::Fault
            }
            ActionError::Folder(cause) => {
                tracing::error!(%cause, "folder fault");
                Self::Fault
            }
            ActionError::Clock(_) => Self::WrongClock,
            ActionError::Database(error) => error.into(),
        }
    }
}

impl From<DbError> for PageError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(cause) => {
                tracing::error!(%cause, "database unavailable");
                Self::Unavailable
            }
            // A connection that breaks under the work: the next request finds a new one.
            DbError::Query(error) if is_connection_loss(&error) => {
                tracing::error!(cause = %error, "database connection lost");
                Self::Unavailable
            }
            DbError::Query(error) if is_timeout(&error) => {
                tracing::error!(cause = %error, "the database took too long");
                Self::Unavailable
            }
            error => {
                tracing::error!(cause = %error, "database fault");
                Self::Fault
            }
        }
    }
}

impl From<NoPlace> for PageError {
    fn from(_: NoPlace) -> Self {
        Self::Busy
    }
}

impl From<QueryError> for PageError {
    fn from(error: QueryError) -> Self {
        DbError::Query(error).into()
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        tracing::error!(cause = %error, "template fault");
        Self::Fault
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownLink => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::NeedsContracts | Self::StaleForm | Self::ForeignOrigin => {
                StatusCode::FORBIDDEN
            }
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::BadForm => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::HeadAlone => StatusCode::OK,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::Busy | Self::NoOperator | Self::WrongClock => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::TooMany(seconds) => {
                response.insert_header((header::RETRY_AFTER, seconds.to_string()))
            }
            Self::Unavailable | Self::Busy => response.insert_header((header::RETRY_AFTER, "10")),
            _ => &mut response,
        };
        response.finish()
    }
}

impl PageError {
    /// The same error once more, for wording it after the response was made.
    fn plain(&self) -> Self {
        match self {
            Self::UnknownLink => Self::UnknownLink,
            Self::NeedsContracts => Self::NeedsContracts,
            Self::StaleForm => Self::StaleForm,
            Self::ForeignOrigin => Self::ForeignOrigin,
            Self::ForeignHost => Self::ForeignHost,
            Self::NoOperator => Self::NoOperator,
            Self::Busy => Self::Busy,
            Self::WrongClock => Self::WrongClock,
            other => Self::of(other.status_code()),
        }
    }

    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Self::NotFound,
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Self::Forbidden,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::REQUEST_TIMEOUT => Self::TooSlow,
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany(600),
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_client_error() => Self::BadForm,
            _ => Self::Fault,
        }
    }
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage {
    shell: PublicShell,
    wording: Wording,
    reference: Option<String>,
}

/// The same for somebody who is signed in: the frame of all other pages, with menu and name (C3).
#[derive(Template)]
#[template(path = "web/error_inside.html")]
struct InsidePage {
    shell: Shell,
    wording: Wording,
    reference: Option<String>,
}

/// Turns every answer of 400 and above that has no body of its own into a page in the reader's
/// language, and a panic's answer into one with a reference number (S-87).
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

/// Makes an answer of what a guard or a handler refused. Stands around each route and not around
/// the site: before a request is routed nobody may keep a second handle to it.
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

/// The session's middleware wraps what its store says, which is that the database is away, as a
/// fault without a cause.
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
        let reference = Uuid::new_v4().simple().to_string()[..8].to_owned();
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
    // Without the database there is still a page, only without the provider's name.
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
