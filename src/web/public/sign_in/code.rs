//! The second step of signing in: a code of the authenticator app, a recovery code, or a passkey (S-36). Until
//! it is right the user is not signed in.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Way, no_session, onward};
use crate::actions::throttle::Attempted;
use crate::actions::{ActionError, passkeys as actions, second_factor};
use crate::app::App;
use crate::domain::passkey::PasskeyFault;
use crate::domain::second_factor::CodeFault;
use crate::domain::viewer::Viewer;
use crate::domain::{Language, UserId};
use crate::paths;
use crate::storage::passkeys::has_passkey;
use crate::storage::second_factors::has_app;
use crate::storage::users::find_contact;
use crate::web::kit::client::source;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form, PublicForm};
use crate::web::kit::language::chosen_language;
use crate::web::kit::local_path::local_path;
use crate::web::kit::page::{Me, PublicShell, at_message, html, see_other};
use crate::web::kit::passkeys::{self, PASSKEY};
use crate::web::kit::reauthentication::CODE;
use crate::web::kit::session::FromIssuer;
use crate::web::kit::words::in_words_of;
use crate::web::kit::{codes, session};

#[derive(Template)]
#[template(path = "web/public/sign_in/code.html")]
struct CodePage {
    shell: PublicShell,
    /// Where to go afterwards: a checked local path, or empty.
    next: String,
    /// Whether the person has an authenticator app.
    has_app: bool,
    /// Whether a passkey will do.
    has_passkeys: bool,
    errors: FieldErrors,
}

/// The address of this step, from which it goes on to `next`.
pub(super) fn address(next: &str, language: Language) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(next) = local_path(next) {
        query.append_pair("weiter", next);
    }
    if language.is_en() {
        query.append_pair("sprache", language.code());
    }
    let query = query.finish();
    if query.is_empty() {
        paths::SIGN_IN_CODE.to_owned()
    } else {
        format!("{}?{query}", paths::SIGN_IN_CODE)
    }
}

/// Asks for the code.
pub async fn show(
    app: web::Data<App>,
    me: Option<Me>,
    session: Session,
    request: HttpRequest,
    way: web::Query<Way>,
) -> Result<HttpResponse, PageError> {
    if let Some(me) = me {
        return Ok(see_other(onward(&way.weiter, &me.viewer)));
    }
    let language = chosen_language(&request);
    let Some(user) = session::half_way(&session, &app) else {
        return Ok(too_late(&session, &way.weiter, language));
    };
    html(&page(&app, user, &way.weiter, language, FieldErrors::default()).await?)
}

/// Signs in if it is right.
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
    let language =
        Language::from_code(form.get("sprache")).unwrap_or_else(|| chosen_language(&request));
    let Some(user) = session::half_way(&session, &app) else {
        return Ok(too_late(&session, next, language));
    };
    let mut errors = FieldErrors::default();
    let mut wait = None;
    match prove(&app, &request, &session, user, &form).await {
        Ok(Ok(viewer)) => {
            let from = FromIssuer::of(&session);
            session::begin(&session, &app, &request, viewer.user, true).map_err(no_session)?;
            if let Some(from) = from {
                from.note(&session).map_err(no_session)?;
            }
            return Ok(see_other(onward(next, &viewer)));
        }
        Ok(Err(Fault::Code(fault))) => {
            let (has_app, _) = factors(&app, user).await?;
            errors.add(CODE, codes::sentence(fault, language, has_app));
        }
        Ok(Err(Fault::Passkey(fault))) => errors.add(CODE, passkeys::sentence(fault, language)),
        Err(ActionError::TooManyAttempts(seconds)) => {
            wait = Some(HeaderValue::from(seconds));
            let time = in_words_of(seconds, language);
            errors.add(
                CODE,
                match language {
                    Language::De => format!(
                        "Mehrere Codes hintereinander stimmten nicht. Zu Ihrem Schutz geht es erst in {time} weiter"
                    ),
                    Language::En => format!(
                        "Several codes in a row were wrong. For your protection you can go on only in {time}"
                    ),
                },
            );
        }
        // Locked or reset meanwhile: signing in begins anew.
        Err(ActionError::NotFound) => return Ok(too_late(&session, next, language)),
        Err(error) => return Err(error.into()),
    }
    let mut response = html(&page(&app, user, next, language, errors).await?)?;
    *response.status_mut() = match wait {
        Some(_) => StatusCode::TOO_MANY_REQUESTS,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    Ok(response)
}

/// What is wrong with what was given.
enum Fault {
    Code(CodeFault),
    Passkey(PasskeyFault),
}

async fn prove(
    app: &App,
    request: &HttpRequest,
    session: &Session,
    user: UserId,
    form: &Form,
) -> Result<Result<Viewer, Fault>, ActionError> {
    let (own, source, now) = (app.clone(), source(app, request), app.clock.now());
    let (typed, answer) = (form.get(CODE).to_owned(), form.get(PASSKEY).to_owned());
    let asked = match answer.is_empty() {
        true => None,
        false => passkeys::asked(session),
    };
    app.db
        .transaction(move |conn| {
            let (_, email) = find_contact(conn, user)?.ok_or(ActionError::NotFound)?;
            let who = Attempted::new(&own, &email, &source);
            if answer.is_empty() {
                let done = second_factor::sign_in(conn, &own, &who, (user, &typed), now)?;
                return Ok(done.map_err(Fault::Code));
            }
            let given = (asked, answer.as_str());
            let done = actions::sign_in_after_password(conn, &own, &who, user, given, now)?;
            Ok(done.map_err(Fault::Passkey))
        })
        .await
}

/// Whether the person has an authenticator app, and passkeys.
async fn factors(app: &App, user: UserId) -> Result<(bool, bool), PageError> {
    let (has_app, has_passkeys) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((has_app(conn, user)?, has_passkey(conn, user)?))
        })
        .await?;
    Ok((has_app, has_passkeys && actions::are_possible(app)))
}

async fn page(
    app: &App,
    user: UserId,
    next: &str,
    language: Language,
    errors: FieldErrors,
) -> Result<CodePage, PageError> {
    let (has_app, has_passkeys) = factors(app, user).await?;
    Ok(CodePage {
        shell: PublicShell::load(app, language).await?,
        next: local_path(next).unwrap_or_default().to_owned(),
        has_app,
        has_passkeys,
        errors,
    })
}

/// Back to the first step, which says why if there was one.
fn too_late(session: &Session, next: &str, language: Language) -> HttpResponse {
    let had_begun = session::is_half_way(session);
    session.purge();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(next) = local_path(next) {
        query.append_pair("weiter", next);
    }
    if had_begun {
        query.append_pair("hinweis", "code");
    }
    if language.is_en() {
        query.append_pair("sprache", language.code());
    }
    let query = query.finish();
    match (query.is_empty(), had_begun) {
        (true, _) => see_other(paths::SIGN_IN),
        (false, false) => see_other(format!("{}?{query}", paths::SIGN_IN)),
        (false, true) => see_other(at_message(&format!("{}?{query}", paths::SIGN_IN))),
    }
}
