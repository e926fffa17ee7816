//! The errors of a request.

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use crate::actions::ActionError;
use crate::places::NoPlace;
use crate::storage::QueryError;
use crate::storage::db::{DbError, is_connection_loss, is_timeout};

/// Why there is no page. Refusals by the rules are not errors: handlers show them on their page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It does not exist, or not for this viewer (S-51).
    #[error("not found")]
    NotFound,
    /// A consent link that was never issued, or was cut off by a mail program (S-11).
    #[error("unknown link")]
    UnknownLink,
    /// The user may not do this.
    #[error("forbidden")]
    Forbidden,
    /// The user has no permission to read the customer's contracts.
    #[error("the user lacks the contract permission")]
    NeedsContracts,
    /// One of the operator's people wants what another job is there for.
    #[error("the user's job does not include this")]
    NeedsDuty,
    /// Not an error: the person proves it at the issuer with this number, and then the form is sent again.
    #[error("to be proved at an issuer")]
    ProveAtIssuer(u8),
    /// The form's token is missing or outdated.
    #[error("stale form")]
    StaleForm,
    /// The request came from another site.
    #[error("foreign origin")]
    ForeignOrigin,
    /// The address is not one of this portal (S-20).
    #[error("foreign host")]
    ForeignHost,
    /// The form could not be read, or contained a field twice (S-57).
    #[error("bad form")]
    BadForm,
    /// The request is larger than any form can be.
    #[error("too large")]
    TooLarge,
    /// The request did not arrive in time.
    #[error("too slow")]
    TooSlow,
    /// Not an error: the request is HEAD, for which no page is made.
    #[error("head alone")]
    HeadAlone,
    /// The portal has too much to do to answer in time.
    #[error("busy")]
    Busy,
    /// Too many tries; wait this many seconds.
    #[error("too many requests")]
    TooMany(u64),
    /// The operator's details were never entered.
    #[error("no operator")]
    NoOperator,
    /// The database is unavailable for a moment.
    #[error("database unavailable")]
    Unavailable,
    /// The portal's clock is wrong, so no decision was made (F4).
    #[error("wrong clock")]
    WrongClock,
    /// A fault of the portal; the log contains the cause under the reference.
    #[error("fault")]
    Fault,
}

impl From<ActionError> for PageError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::NotFound => Self::NotFound,
            ActionError::NotAllowed
            | ActionError::Denied(_)
            | ActionError::WrongPassword
            | ActionError::WrongCode(_)
            | ActionError::WrongPasskey(_) => Self::Forbidden,
            ActionError::ProveAtIssuer(number) => Self::ProveAtIssuer(number),
            ActionError::Unencrypted(cause) => {
                tracing::error!(%cause, "no second factor could be made");
                Self::Fault
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
            // A connection that was lost during the work: the next request gets a new one.
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
            Self::Forbidden
            | Self::NeedsContracts
            | Self::NeedsDuty
            | Self::ProveAtIssuer(_)
            | Self::StaleForm
            | Self::ForeignOrigin => StatusCode::FORBIDDEN,
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
    /// A copy of the error, for wording it after the response was made.
    pub(super) fn plain(&self) -> Self {
        match self {
            Self::UnknownLink => Self::UnknownLink,
            Self::NeedsContracts => Self::NeedsContracts,
            Self::NeedsDuty => Self::NeedsDuty,
            Self::StaleForm => Self::StaleForm,
            Self::ForeignOrigin => Self::ForeignOrigin,
            Self::ForeignHost => Self::ForeignHost,
            Self::NoOperator => Self::NoOperator,
            Self::Busy => Self::Busy,
            Self::WrongClock => Self::WrongClock,
            other => Self::of(other.status_code()),
        }
    }

    pub(super) fn of(status: StatusCode) -> Self {
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
