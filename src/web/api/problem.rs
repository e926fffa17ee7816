//! What went wrong, as RFC 9457 has it: `application/problem+json` with a code for every refusal, which
//! programs can rely on, and a sentence for whoever reads the log of that program.

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use schemars::JsonSchema;
use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

use crate::actions::ActionError;
use crate::domain::case::Refusal;
use crate::storage::QueryError;
use crate::storage::db::DbError;
use crate::web::kit::error::PageError;

/// Media type of a problem.
pub const PROBLEM: &str = "application/problem+json";

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $status:ident, $title:literal;)*) => {
        /// Why a request was not done. The key never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
        #[strum(serialize_all = "snake_case")]
        pub enum Code {
            $($(#[$doc])* $code,)*
        }

        impl Code {
            /// The status it comes with.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$code => StatusCode::$status,)* }
            }

            /// What it means, in one sentence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)* }
            }
        }
    };
}

codes! {
    /// No token, or none that lets in.
    Unauthenticated = UNAUTHORIZED, "A valid token is needed.";
    /// A cookie beside a token.
    TwoIdentities = BAD_REQUEST, "A request has a token or a session, never both.";
    /// The client may not do this.
    ScopeMissing = FORBIDDEN, "The client lacks the scope for this.";
    /// The client may not call from here.
    ForeignNetwork = FORBIDDEN, "The client may not call from this address.";
    /// More requests than agreed.
    RateLimited = TOO_MANY_REQUESTS, "Too many requests; wait as long as Retry-After says.";
    /// The body or a parameter cannot be used.
    Invalid = UNPROCESSABLE_ENTITY, "Some values cannot be used; errors names them.";
    /// The body is no JSON.
    Malformed = BAD_REQUEST, "The request cannot be read.";
    /// The body is something else than JSON.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.";
    /// The body is too large.
    TooLarge = PAYLOAD_TOO_LARGE, "The body is too large.";
    /// The body came too slowly.
    TooSlow = REQUEST_TIMEOUT, "The request did not arrive in time.";
    /// Nothing is there.
    NotFound = NOT_FOUND, "There is nothing at this address.";
    /// The address has other methods.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "The address does not have this method.";
    /// It was changed since it was read.
    PreconditionFailed = PRECONDITION_FAILED, "It was changed since it was read; read it again.";
    /// The key was used for another request.
    IdempotencyKeyReused = UNPROCESSABLE_ENTITY, "The Idempotency-Key was used for another request.";
    /// A POST without its key.
    IdempotencyKeyMissing = BAD_REQUEST, "This request needs an Idempotency-Key.";
    /// The same request is being done at this moment.
    StillRunning = CONFLICT, "The same request is being done at this moment.";
    /// A change that makes customers need an agreement.
    ConfirmationRequired = CONFLICT, "The change concerns customers; call again with ?confirm= and their number.";
    /// It has consequences that somebody else changed meanwhile.
    Changed = CONFLICT, "It was changed by somebody else at this moment; try again.";
    /// A key that is in use.
    KeyInUse = CONFLICT, "The key belongs to something else, or is in use.";
    /// The client may see it but not do this.
    NotAllowed = FORBIDDEN, "This is not for clients.";
    /// The provider's details were never entered.
    NoOperator = SERVICE_UNAVAILABLE, "The provider's details have not been entered in the portal yet.";
    /// Too much work, or the database is away.
    Unavailable = SERVICE_UNAVAILABLE, "The portal cannot answer now; try again later.";
    /// A fault of the portal.
    Fault = INTERNAL_SERVER_ERROR, "The portal has a fault; the log has the cause under the instance.";
    /// The customer was deleted.
    CustomerDeleted = CONFLICT, "The customer was deleted.";
    /// No product needs an agreement.
    NotNeeded = CONFLICT, "The customer has no product that needs an agreement.";
    /// All is concluded.
    AlreadyConcluded = CONFLICT, "The agreement is concluded and covers everything.";
    /// No address.
    NoEmail = UNPROCESSABLE_ENTITY, "The customer needs an e-mail address; one that is stored cannot be removed.";
    /// Asked a moment ago.
    JustSent = CONFLICT, "The customer was asked a moment ago.";
    /// Asked too often.
    TooManyRequests = CONFLICT, "The customer was asked too often today.";
    /// Nothing is open.
    NothingOpen = CONFLICT, "No request is open.";
    /// No such product or option.
    UnknownProduct = UNPROCESSABLE_ENTITY, "There is no such product or option, it is not sold any more, or the booking has another product.";
    /// No such booking.
    UnknownBooking = CONFLICT, "The customer has no such booking, or it has ended.";
    /// Not the partner's Submandant.
    ForeignSubPartner = UNPROCESSABLE_ENTITY, "The sub-partner does not belong to the customer's partner.";
    /// A Submandant that cannot be named.
    SubPartnerIncomplete = UNPROCESSABLE_ENTITY, "The sub-partner lacks data that an agreement must have, or is blocked.";
    /// A Mandant that cannot be named.
    PartnerIncomplete = UNPROCESSABLE_ENTITY, "The partner lacks data that an agreement must have, or is blocked.";
    /// No contract under Art. 28(4) with the Mandant.
    PartnerWithoutContract = CONFLICT, "No agreement under Art. 28(4) GDPR is recorded with the partner.";
    /// No contract under Art. 28(4) with the Submandant.
    SubPartnerWithoutContract = CONFLICT, "No agreement under Art. 28(4) GDPR is recorded with the sub-partner.";
    /// A Submandant without a Mandant, or no partner.
    UnknownPartner = UNPROCESSABLE_ENTITY, "There is no such partner, or a sub-partner without its partner.";
    /// A number that was a customer's.
    NumberTaken = CONFLICT, "The number was that of a customer who was deleted.";
    /// An address of a partner.
    PartnerAddress = UNPROCESSABLE_ENTITY, "The address belongs to a partner; the customer concludes by its own.";
    /// Somebody has to decide about an address first.
    AddressUndecided = CONFLICT, "The provider must first decide about an address that was entered.";
    /// Text that mail programs make a link of.
    LinkInText = UNPROCESSABLE_ENTITY, "A value would become a link in mails.";
    /// An end in the past.
    EndInPast = UNPROCESSABLE_ENTITY, "The end lies in the past.";
    /// The text does not speak of it.
    TextMissing = CONFLICT, "The agreement version in force has no annex for a product.";
    /// A request is open.
    AlreadyAsked = CONFLICT, "A request is open already.";
    /// Nothing would change.
    Unchanged = CONFLICT, "It is so already.";
    /// It is for people.
    OnlyPeople = FORBIDDEN, "Only a person can do this.";
}

impl Code {
    /// Its key.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// The code of a refusal by the rules.
    fn of(refusal: Refusal) -> Self {
        use Refusal as R;
        match refusal {
            R::Deleted => Self::CustomerDeleted,
            R::NotNeeded => Self::NotNeeded,
            R::AlreadyConcluded => Self::AlreadyConcluded,
            R::NoAddress => Self::NoEmail,
            R::JustSent => Self::JustSent,
            R::TooManyLinks | R::TooManyAddresses => Self::TooManyRequests,
            R::NothingOpen | R::NotDue => Self::NothingOpen,
            R::UnknownProduct => Self::UnknownProduct,
            R::UnknownBooking => Self::UnknownBooking,
            R::ForeignSubPartner => Self::ForeignSubPartner,
            R::IncompleteSubPartner => Self::SubPartnerIncomplete,
            R::IncompletePartner => Self::PartnerIncomplete,
            R::PartnerWithoutContract => Self::PartnerWithoutContract,
            R::SubPartnerWithoutContract => Self::SubPartnerWithoutContract,
            R::NotAPartner => Self::UnknownPartner,
            R::NumberTaken => Self::NumberTaken,
            R::PartnerAddress => Self::PartnerAddress,
            R::AddressUndecided | R::AddressDecided => Self::AddressUndecided,
            R::LinkInName => Self::LinkInText,
            R::EndInPast => Self::EndInPast,
            R::TextMissing => Self::TextMissing,
            R::AlreadyAsked => Self::AlreadyAsked,
            R::Unchanged => Self::Unchanged,
            R::LinkUnusable
            | R::TextChanged
            | R::LastAdministrator
            | R::NothingToObject
            | R::NewAccount
            | R::NothingInForce
            | R::NoObjection
            | R::Contradicted => Self::OnlyPeople,
        }
    }
}

/// A value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldFault {
    /// Where it is: a JSON pointer into the body, or the name of a parameter.
    pub pointer: String,
    /// What is wrong, as a key.
    pub code: &'static str,
    /// What is wrong, as a sentence.
    pub message: String,
}

/// The body of a problem.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemBody {
    /// A page of this portal that explains the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the code means.
    pub title: String,
    /// The status once more.
    pub status: u16,
    /// What happened here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The reference of the request in the portal's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Why, as a key that never changes.
    pub code: String,
    /// The values that cannot be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldFault>,
    /// How many customers a change concerns that has to be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected: Option<i64>,
}

/// Why a request was not done.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code:?}")]
pub struct Problem {
    /// Its code.
    pub code: Code,
    /// What happened, beyond the title.
    pub detail: Option<String>,
    /// The values that cannot be used.
    pub errors: Vec<FieldFault>,
    /// How many customers are concerned.
    pub affected: Option<i64>,
    /// Seconds after which it may work.
    pub wait: Option<u64>,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            affected: None,
            wait: (code == Code::Unavailable).then_some(10),
        }
    }
}

impl Problem {
    /// With values that cannot be used.
    pub fn invalid(errors: Vec<FieldFault>) -> Self {
        Self {
            errors,
            ..Code::Invalid.into()
        }
    }

    /// With one value that cannot be used.
    pub fn of_field(pointer: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldFault {
            pointer: pointer.to_owned(),
            code,
            message: message.into(),
        }])
    }

    /// With what happened.
    pub fn with(code: Code, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..code.into()
        }
    }

    /// The answer, for a request with this reference.
    pub fn answer(&self, base: &str, reference: Option<String>) -> HttpResponse {
        let status = self.code.status();
        let body = ProblemBody {
            kind: format!("{base}/api#{}", self.code.key()),
            title: self.code.title().to_owned(),
            status: status.as_u16(),
            detail: self.detail.clone(),
            instance: reference,
            code: self.code.key().to_owned(),
            errors: self.errors.clone(),
            affected: self.affected,
        };
        let mut answer = HttpResponse::build(status);
        answer.insert_header((header::CONTENT_TYPE, PROBLEM));
        if let Some(seconds) = self.wait {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if self.code == Code::Unauthenticated {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"avv-portal\""));
        }
        answer.body(serde_json::to_string(&body).unwrap_or_default())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// Without address and reference; the guard puts the whole answer in its place.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.answer("", None)
    }
}

impl From<ActionError> for Problem {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Refused(refusal) => Code::of(refusal).into(),
            ActionError::NotFound => Code::NotFound.into(),
            ActionError::NotAllowed | ActionError::Denied(_) => Code::NotAllowed.into(),
            ActionError::Changed => Code::Changed.into(),
            ActionError::NoOperator => Code::NoOperator.into(),
            ActionError::TooManyAttempts(seconds) => Self {
                wait: Some(seconds),
                ..Code::RateLimited.into()
            },
            other => PageError::from(other).into(),
        }
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        let code = match error {
            PageError::NotFound | PageError::UnknownLink => Code::NotFound,
            PageError::TooLarge => Code::TooLarge,
            PageError::TooSlow => Code::TooSlow,
            PageError::BadForm => Code::Malformed,
            PageError::TooMany(seconds) => {
                return Self {
                    wait: Some(seconds),
                    ..Code::RateLimited.into()
                };
            }
            PageError::NoOperator => Code::NoOperator,
            PageError::Unavailable | PageError::Busy | PageError::WrongClock => Code::Unavailable,
            PageError::Forbidden
            | PageError::NeedsContracts
            | PageError::NeedsDuty
            | PageError::StaleForm
            | PageError::ForeignOrigin
            | PageError::ForeignHost
            | PageError::ProveAtIssuer(_) => Code::NotAllowed,
            PageError::HeadAlone | PageError::Fault => Code::Fault,
        };
        code.into()
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        PageError::from(error).into()
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        PageError::from(error).into()
    }
}
