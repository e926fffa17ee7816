//! Everything that can go wrong with a request, worded in one place, each with a way out.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError, web};
use askama::Template;
use uuid::Uuid;

use super::page::{PublicShell, html, reader_language};
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::Language;
use crate::paths;
use crate::storage::QueryError;
use crate::storage::db::DbError;

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
    /// Too many tries; wait this many seconds.
    #[error("too many requests")]
    TooMany(u64),
    /// The operator's particulars were never entered.
    #[error("no operator")]
    NoOperator,
    /// The database is away for a moment.
    #[error("database unavailable")]
    Unavailable,
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
            ActionError::TooManyAttempts(seconds) => Self::TooMany(seconds),
            ActionError::NoOperator => Self::NoOperator,
            ActionError::Refused(refusal) => {
                tracing::error!(?refusal, "a refusal reached a page that does not expect it");
                Self::Fault
            }
            ActionError::Document(cause) => {
                tracing::error!(%cause, "document fault");
                Self::Fault
            }
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
            DbError::Query(QueryError::DatabaseError(kind, info)) if is_connection_loss(&kind) => {
                tracing::error!(cause = info.message(), "database connection lost");
                Self::Unavailable
            }
            error => {
                tracing::error!(cause = %error, "database fault");
                Self::Fault
            }
        }
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

fn is_connection_loss<T: std::fmt::Debug>(kind: &T) -> bool {
    matches!(
        format!("{kind:?}").as_str(),
        "ClosedConnection" | "UnableToSendCommand" | "Unknown"
    )
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownLink => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::StaleForm | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::BadForm => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::NoOperator => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::TooMany(seconds) => {
                response.insert_header((header::RETRY_AFTER, seconds.to_string()))
            }
            Self::Unavailable => response.insert_header((header::RETRY_AFTER, "10")),
            _ => &mut response,
        };
        response.finish()
    }
}

/// What an error page says.
struct Wording {
    title: &'static str,
    text: &'static str,
    way_out: (&'static str, &'static str),
}

impl PageError {
    /// The same error once more, for wording it after the response was made.
    fn plain(&self) -> Self {
        match self {
            Self::UnknownLink => Self::UnknownLink,
            Self::StaleForm => Self::StaleForm,
            Self::ForeignOrigin => Self::ForeignOrigin,
            Self::ForeignHost => Self::ForeignHost,
            Self::NoOperator => Self::NoOperator,
            other => Self::of(other.status_code()),
        }
    }

    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Self::NotFound,
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Self::Forbidden,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany(600),
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_client_error() => Self::BadForm,
            _ => Self::Fault,
        }
    }

    fn wording(&self, en: bool) -> Wording {
        let (title, text, way_out) = if en { self.english() } else { self.german() };
        Wording {
            title,
            text,
            way_out,
        }
    }

    fn german(&self) -> (&'static str, &'static str, (&'static str, &'static str)) {
        let home = ("Zur Startseite", paths::HOME);
        match self {
            Self::NotFound => (
                "Diese Seite gibt es nicht",
                "Die Adresse ist falsch, oder Sie haben keinen Zugriff auf diese Seite. Wenn Sie einem Link gefolgt sind, prüfen Sie bitte, ob Sie mit dem richtigen Benutzer angemeldet sind.",
                home,
            ),
            Self::UnknownLink => (
                "Dieser Link ist unvollständig oder unbekannt",
                "Manche E-Mail-Programme brechen lange Links um. Kopieren Sie bitte die ganze Adresse aus der E-Mail in die Adresszeile des Browsers. Hilft das nicht, rufen Sie uns an.",
                ("So erreichen Sie uns", paths::CONTACT),
            ),
            Self::Forbidden => (
                "Das ist hier nicht erlaubt",
                "Für diese Aktion fehlt Ihnen die Berechtigung. Geändert wurde nichts.",
                home,
            ),
            Self::StaleForm => (
                "Das Formular ist nicht mehr gültig",
                "Vermutlich haben Sie sich inzwischen neu angemeldet. Geändert wurde nichts. Gehen Sie bitte zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.",
                home,
            ),
            Self::ForeignOrigin => (
                "Die Anfrage kam von einer anderen Seite",
                "Aus Sicherheitsgründen nehmen wir Eingaben nur von den Seiten dieses Portals an. Geändert wurde nichts. Öffnen Sie die Seite bitte neu und versuchen Sie es noch einmal.",
                home,
            ),
            Self::ForeignHost => (
                "Unter dieser Adresse ist das Portal nicht erreichbar",
                "Bitte geben Sie die Adresse des Portals selbst in den Browser ein.",
                home,
            ),
            Self::BadForm => (
                "Die Eingabe war nicht lesbar",
                "Geändert wurde nichts. Gehen Sie bitte zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.",
                home,
            ),
            Self::TooLarge => (
                "Die Eingabe ist zu groß",
                "Geändert wurde nichts. Bitte kürzen Sie die Eingabe.",
                home,
            ),
            Self::TooMany(_) => (
                "Zu viele Versuche",
                "Bitte warten Sie einige Minuten und versuchen Sie es dann noch einmal.",
                ("So erreichen Sie uns", paths::CONTACT),
            ),
            Self::NoOperator => (
                "Das Portal ist noch nicht eingerichtet",
                "Die Angaben zum Betreiber fehlen. Eine Administratorin oder ein Administrator muss sie unter „Betrieb“ eintragen.",
                ("Anmelden", paths::SIGN_IN),
            ),
            Self::Unavailable => (
                "Das Portal ist gerade nicht erreichbar",
                "Es liegt nicht an Ihnen. Bitte versuchen Sie es in einer Minute noch einmal. Was Sie zuletzt abgeschickt haben, prüfen Sie bitte danach.",
                home,
            ),
            Self::Fault => (
                "Da ist etwas schiefgegangen",
                "Es liegt nicht an Ihnen, und wir haben den Fehler aufgezeichnet. Bitte versuchen Sie es noch einmal. Bleibt der Fehler, nennen Sie uns die Fehlernummer.",
                ("So erreichen Sie uns", paths::CONTACT),
            ),
        }
    }

    fn english(&self) -> (&'static str, &'static str, (&'static str, &'static str)) {
        let home = ("To the start page", paths::HOME);
        let contact = ("How to reach us", paths::CONTACT);
        match self {
            Self::NotFound => (
                "This page does not exist",
                "The address is wrong, or you have no access to this page.",
                home,
            ),
            Self::UnknownLink => (
                "This link is incomplete or unknown",
                "Some mail programs break long links. Please copy the whole address from the e-mail into your browser. If that does not help, give us a call.",
                contact,
            ),
            Self::Forbidden => (
                "This is not allowed here",
                "You do not have permission to do this. Nothing was changed.",
                home,
            ),
            Self::StaleForm => (
                "This form is no longer valid",
                "Nothing was changed. Please go back, reload the page and try again.",
                home,
            ),
            Self::ForeignOrigin => (
                "The request came from another site",
                "For security we only accept input from the pages of this portal. Nothing was changed. Please open the page again.",
                home,
            ),
            Self::ForeignHost => (
                "The portal cannot be reached at this address",
                "Please type the address of the portal yourself.",
                home,
            ),
            Self::BadForm => (
                "The input could not be read",
                "Nothing was changed. Please go back, reload the page and try again.",
                home,
            ),
            Self::TooLarge => (
                "The input is too large",
                "Nothing was changed. Please shorten it.",
                home,
            ),
            Self::TooMany(_) => (
                "Too many attempts",
                "Please wait a few minutes and try again.",
                contact,
            ),
            Self::NoOperator => (
                "The portal has not been set up yet",
                "The particulars of the provider are missing.",
                home,
            ),
            Self::Unavailable => (
                "The portal cannot be reached right now",
                "This is not your fault. Please try again in a minute, and check what you sent last.",
                home,
            ),
            Self::Fault => (
                "Something went wrong",
                "This is not your fault, and we have recorded the error. Please try again. If it stays, tell us the reference number.",
                contact,
            ),
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
        Err(error) => ServiceResponse::from_err(error, http),
    })
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
