//! Around every handler: a form that was kept is given back, a form that came after the session had
//! ended is kept, and a redirect leads to its message. No handler has to do it.

use actix_session::SessionExt as _;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{FromRequest as _, HttpMessage as _, HttpRequest};

use super::client::source;
use super::error::PageError;
use super::form::{LARGEST, Posted, PublicForm};
use super::page::{Seen, at_message, see_other};
use super::session::{FLASH, note_change, tell};
use super::session_store;
use super::{kept, upload};
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::UserId;
use crate::paths;

/// Forms without a session that one source may send at the same time.
const LATE_PER_SOURCE: usize = 4;

/// Completes the answer for a signed-in user: a kept form is given back, a redirect leads to the
/// message, and a form that failed is kept.
pub async fn attend(
    app: &App,
    user: UserId,
    mut seen: Seen,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (http, session) = (request.request().clone(), request.get_session());
    let waiting = match *request.method() {
        Method::GET => kept::find(app, user, request.query_string())
            .await
            .map_err(PageError::from)?,
        _ => None,
    };
    if let (Some(waiting), None) = (&waiting, &seen.flash) {
        let language = seen.viewer.as_ref().map(|viewer| viewer.language);
        seen.flash = Some(waiting.message(language.unwrap_or_default()));
    }
    let (csrf, told) = (seen.csrf.clone(), seen.flash.clone());
    http.extensions_mut().insert(seen);
    let answer = match next.call(request).await {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(error) => ServiceResponse::from_err(error, http.clone()),
    };
    if !http.method().is_safe() {
        note_change(&session, app).await;
    }
    let posted = http.extensions_mut().remove::<Posted>();
    let answer = match posted {
        Some(posted) => after_form(app, user, &csrf, answer, posted).await?,
        None => answer,
    };
    let answer = match waiting {
        Some(waiting) if answer.status() == StatusCode::OK => waiting.give_back(answer).await,
        _ => answer,
    };
    if answer.status() == StatusCode::SEE_OTHER {
        // A page that redirects has not shown the message it was given, so it is kept for the next
        // one.
        if let (Some(told), false) = (told, session.contains_key(FLASH)) {
            tell(&session, told);
        }
        if session.contains_key(FLASH) {
            return Ok(led_to_message(answer));
        }
    }
    Ok(answer)
}

/// What to do with a sent form, by its answer.
async fn after_form(
    app: &App,
    user: UserId,
    csrf: &str,
    answer: ServiceResponse<BoxBody>,
    posted: Posted,
) -> Result<ServiceResponse<BoxBody>, PageError> {
    let is_stale = answer
        .response()
        .error()
        .and_then(|error| error.as_error::<PageError>())
        .is_some_and(|error| matches!(error, PageError::StaleForm));
    let prove_at = answer
        .response()
        .error()
        .and_then(|error| error.as_error::<PageError>())
        .and_then(|error| match error {
            PageError::ProveAtIssuer(number) => Some(*number),
            _ => None,
        });
    if let Some(number) = prove_at {
        // The person proves it elsewhere; meanwhile what was typed waits.
        let action = answer.request().path().to_owned();
        let page = kept::set_aside(app, user, &action, posted, None).await?;
        let way = paths::ask_to_prove_at(number, &page.unwrap_or(action));
        return Ok(answer.into_response(see_other(way)));
    }
    if is_stale && kept::owner(app, &posted.form) == Some(user) {
        // The form was made in an earlier session of this user: it is shown again in the present
        // one.
        let action = answer.request().path().to_owned();
        let back = kept::set_aside(app, user, &action, posted, None).await?;
        return Ok(match back {
            Some(page) => answer.into_response(see_other(at_message(&page))),
            None => answer,
        });
    }
    match answer.status() {
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::OK => {
            let shown = with_page(csrf, posted.form.get("csrf"));
            let answer = match shown {
                Some(shown) => kept::keep_page(answer, shown).await,
                None => answer,
            };
            if posted.files.is_empty() {
                kept::forget(app, user, &posted).await?;
                return Ok(answer);
            }
            Ok(kept::hold_files(app, user, answer, posted.files).await?)
        }
        StatusCode::SEE_OTHER => {
            kept::forget(app, user, &posted).await?;
            let beside = posted.form.get(kept::BESIDE).to_owned();
            if beside.is_empty() || beside == answer.request().path() {
                return Ok(answer);
            }
            // The fields beside the pressed button belong to another form: they are filled in
            // again.
            let back = kept::set_beside(app, user, &beside, posted).await?;
            Ok(match back {
                Some(page) => answer.into_response(see_other(page)),
                None => answer,
            })
        }
        _ => Ok(answer),
    }
}

/// The form token a page was shown with, and the one it was sent with, if they differ only in the
/// page they name.
fn with_page(shown: &str, came: &str) -> Option<(String, String)> {
    (shown != came && !came.is_empty() && kept::bare(shown) == kept::bare(came))
        .then(|| (shown.to_owned(), came.to_owned()))
}

/// A redirect that leads to the message of the next page (C2), so that it is in view and has the
/// focus, whatever fragment the redirect had.
fn led_to_message(mut answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let location = answer
        .headers()
        .get(header::LOCATION)
        .and_then(|to| to.to_str().ok())
        .and_then(|to| HeaderValue::from_str(&at_message(to)).ok());
    if let Some(location) = location {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    answer
}

/// Leads to the sign-in page, which says why, and from there back. A form that came too late is
/// kept.
pub async fn to_sign_in(
    app: &App,
    mut request: ServiceRequest,
) -> Result<ServiceResponse<BoxBody>, PageError> {
    let was_here = request.cookie(session_store::cookie_name(app)).is_some();
    let next = if request.method() == Method::POST {
        late_form(app, &mut request).await?
    } else if request.path() == paths::HOME {
        None
    } else {
        Some(here(&request).to_owned())
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(next) = &next {
        query.append_pair("weiter", next);
    }
    if was_here && next.is_some() {
        query.append_pair("hinweis", "abgelaufen");
    }
    let query = query.finish();
    let to = if query.is_empty() {
        paths::SIGN_IN.to_owned()
    } else {
        format!("{}?{query}", paths::SIGN_IN)
    };
    Ok(request.into_response(see_other(to)))
}

/// Keeps a form of a user whose session has ended; returns the page on which it will be shown
/// again. Anyone may send this, so both the number of forms at a time and the amount stored in an
/// hour are limited.
///
/// # Errors
/// If a limit is reached. The user can then go back in the browser and still has the typed values.
async fn late_form(app: &App, request: &mut ServiceRequest) -> Result<Option<String>, PageError> {
    let (action, source) = (request.path().to_owned(), source(app, request.request()));
    let name = format!("late forms of {source}");
    let place = app.places.crowd.enter(&name, LATE_PER_SOURCE);
    let _place = place.ok_or(PageError::TooMany(10))?;
    let (http, payload) = request.parts_mut();
    let Some((user, posted)) = read_late(app, http, payload).await? else {
        return Ok(None);
    };
    match kept::set_aside(app, user, &action, posted, Some(source)).await {
        Ok(page) => Ok(page.map(|page| at_message(&page))),
        Err(error @ ActionError::TooManyAttempts(_)) => Err(error.into()),
        Err(error) => {
            tracing::error!(cause = %error, "a form that came too late could not be kept");
            Ok(None)
        }
    }
}

/// Reads a form of a user whose session has ended. `None` if it cannot be read, or was not made by
/// this portal for the user that is returned.
async fn read_late(
    app: &App,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<Option<(UserId, Posted)>, PageError> {
    let posted = if upload::is_upload(request) {
        upload::read_late(request, payload).await
    } else {
        let mut share = upload::late_share();
        share.hold(LARGEST)?;
        let read = PublicForm::from_request(request, payload).await;
        read.map(|PublicForm(form)| Posted {
            form,
            memory: Some(share),
            ..Posted::default()
        })
    };
    match posted {
        Ok(posted) => Ok(kept::owner(app, &posted.form).map(|user| (user, posted))),
        Err(error @ PageError::Busy) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Path and query of a request.
pub(super) fn here(request: &ServiceRequest) -> &str {
    request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
}
