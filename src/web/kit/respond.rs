//! The answer of a handler that changes something: a redirect, after which the next page shows the
//! result.

use actix_session::Session;
use actix_web::HttpResponse;

use super::error::PageError;
use super::page::see_other;
use super::refusals;
use super::session::flash;
use crate::actions::ActionError;
use crate::domain::case::Refusal;

/// Answers with a message for the next page, which the session keeps until then.
pub trait Respond {
    /// Redirects to `to`, which shows what was done.
    fn succeeded(&self, said: impl Into<String>, to: impl AsRef<str>) -> HttpResponse;

    /// Redirects to `to`, which shows why nothing was done.
    fn refused(&self, why: impl Into<String>, to: impl AsRef<str>) -> HttpResponse;

    /// Redirects to `to`, which shows either what was `done`, in the words of `said`, or why it was
    /// refused.
    fn respond<T, S: Into<String>>(
        &self,
        done: Result<T, impl Refuses>,
        said: impl FnOnce(T) -> S,
        to: impl AsRef<str>,
    ) -> Result<HttpResponse, PageError> {
        Ok(match done {
            Ok(done) => self.succeeded(said(done), to),
            Err(refusal) => self.refused(refusal.sentence()?, to),
        })
    }

    /// The same for actions where a second click is no mistake: that nothing has changed is then
    /// shown as a success.
    fn respond_again<T, S: Into<String>>(
        &self,
        done: Result<T, ActionError>,
        said: impl FnOnce(T) -> S,
        to: impl AsRef<str>,
    ) -> Result<HttpResponse, PageError> {
        match done {
            Err(ActionError::Refused(Refusal::Unchanged)) => {
                Ok(self.succeeded(refusals::sentence(Refusal::Unchanged), to))
            }
            done => self.respond(done, said, to),
        }
    }
}

impl Respond for Session {
    fn succeeded(&self, said: impl Into<String>, to: impl AsRef<str>) -> HttpResponse {
        flash(self, true, said);
        see_other(to)
    }

    fn refused(&self, why: impl Into<String>, to: impl AsRef<str>) -> HttpResponse {
        flash(self, false, why);
        see_other(to)
    }
}

/// Why something was not done.
pub trait Refuses {
    /// The reason in the words of the page. An error that is no refusal is returned as it is.
    fn sentence(self) -> Result<String, PageError>;
}

impl Refuses for ActionError {
    fn sentence(self) -> Result<String, PageError> {
        match self {
            Self::Refused(refusal) => Ok(refusals::sentence(refusal).to_owned()),
            Self::Version(refusal) => Ok(refusals::of_version(&refusal)),
            error => Err(error.into()),
        }
    }
}
