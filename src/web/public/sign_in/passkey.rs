//! Signing in with a passkey: alone, as password and second factor in one, or after the password. And
//! the question for it, which every page with a passkey asks (S-36, S-40).

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::{SignInPage, Wrong, kept_note, next_is_kept, no_session, onward};
use crate::actions::{ActionError, passkeys as actions};
use crate::app::App;
use crate::domain::Language;
use crate::paths;
use crate::web::kit::client::source;
use crate::web::kit::error::PageError;
use crate::web::kit::form::PublicForm;
use crate::web::kit::language::chosen_language;
use crate::web::kit::page::{Me, html, see_other};
use crate::web::kit::passkeys::{PASSKEY, asked, question};
use crate::web::kit::session;

/// What the browser is to sign: of the person who is signed in, or whose password was right, or of
/// anybody.
pub async fn ask(
    app: web::Data<App>,
    me: Option<Me>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let person = me
        .map(|me| me.viewer.user)
        .or_else(|| session::half_way(&session, &app));
    // One question is open at a time.
    let before = asked(&session);
    let (own, source, now) = (app.clone(), source(&app, &request), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| {
            actions::forget(conn, before)?;
            match person {
                Some(user) => actions::ask_to_prove(conn, &own, user, now),
                None => actions::ask_to_sign_in(conn, &own, &source, now),
            }
        })
        .await;
    match done {
        Ok(asked) => question(&session, asked),
        Err(ActionError::TooManyAttempts(seconds)) => Ok(HttpResponse::TooManyRequests()
            .insert_header((header::RETRY_AFTER, HeaderValue::from(seconds)))
            .finish()),
        Err(error) => Err(error.into()),
    }
}

/// Signs in whoever has the passkey. What is wrong is said in one sentence for everything (S-37).
pub async fn sign_in(
    app: web::Data<App>,
    me: Option<Me>,
    session: Session,
    request: HttpRequest,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let next = form.get("weiter");
    if let Some(me) = me {
        // Sent twice: the first one has signed in.
        return Ok(see_other(onward(next, &me.viewer)));
    }
    if !actions::are_possible(&app) {
        return Ok(see_other(paths::SIGN_IN));
    }
    let language =
        Language::from_code(form.get("sprache")).unwrap_or_else(|| chosen_language(&request));
    let (own, source, now) = (app.clone(), source(&app, &request), app.clock.now());
    let (asked, answer) = (asked(&session), form.get(PASSKEY).to_owned());
    let done = app
        .db
        .transaction(move |conn| actions::sign_in(conn, &own, &source, (asked, &answer), now))
        .await;
    match done {
        Ok(Ok(viewer)) => {
            session::begin(&session, &app, &request, viewer.user, true).map_err(no_session)?;
            return Ok(see_other(onward(next, &viewer)));
        }
        Ok(Err(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let mut page = SignInPage::load(&app, "", next, language).await?;
    page.note = next_is_kept(&page.next).then_some(kept_note(language));
    page.wrong = Some(Wrong::Passkey);
    let mut response = html(&page)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
