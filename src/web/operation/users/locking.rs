//! Locking a user, and unlocking (B5): both ask for the password once more and show the
//! consequences.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, users as actions};
use crate::app::App;
use crate::domain::case::Refusal;
use crate::domain::{EmailAddress, UserId};
use crate::paths;
use crate::storage::users::{find_contact, find_locked};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/operation/users/disable.html")]
struct DisablePage {
    shell: Shell,
    name: String,
    email: String,
    /// Address of the user's page.
    href: String,
    /// How the person who looks proves to be it.
    own_email: Proof,
    errors: FieldErrors,
}

/// GET: asks whether to lock a user, with the consequences.
pub async fn ask_disable(
    app: web::Data<App>,
    me: Me,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    html(&disable_page(&app, &me, UserId(*user), FieldErrors::default()).await?)
}

async fn disable_page(
    app: &App,
    me: &Me,
    user: UserId,
    errors: FieldErrors,
) -> Result<DisablePage, PageError> {
    if user == me.viewer.user {
        return Err(PageError::NotFound);
    }
    let (name, email) = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_contact(conn, user)?) })
        .await?
        .filter(|(_, email)| !email.ends_with("@erased.invalid"))
        .ok_or(PageError::NotFound)?;
    Ok(DisablePage {
        shell: Shell::load(app, me, paths::USERS).await?,
        name,
        email,
        href: paths::user(user),
        own_email: proof_of(app, me).await?,
        errors,
    })
}

/// POST: locks the user.
pub async fn disable(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&disable_page(&app, &me, UserId(*user), errors).await?);
    }
    let (now, viewer, user) = (app.clock.now(), me.viewer.clone(), UserId(*user));
    let done = app
        .db
        .transaction(move |conn| actions::disable(conn, &viewer, user, now))
        .await;
    session.respond(
        done,
        |()| "Der Benutzer ist gesperrt und überall abgemeldet.",
        paths::user(user),
    )
}

#[derive(Template)]
#[template(path = "web/operation/users/enable.html")]
struct EnablePage {
    shell: Shell,
    name: String,
    email: String,
    /// Address of the user's page.
    href: String,
    /// How the person who looks proves to be it.
    own_email: Proof,
    errors: FieldErrors,
}

/// GET: asks whether to unlock a user, with the consequences.
pub async fn ask_enable(
    app: web::Data<App>,
    me: Me,
    session: Session,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    match enable_page(&app, &me, UserId(*user), FieldErrors::default()).await? {
        Some(page) => html(&page),
        None => Ok(is_not_locked(&session, UserId(*user))),
    }
}

/// POST: unlocks the user.
pub async fn enable(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return match enable_page(&app, &me, UserId(*user), errors).await? {
            Some(page) => invalid(&page),
            None => Ok(is_not_locked(&session, UserId(*user))),
        };
    }
    let (now, viewer, user) = (app.clock.now(), me.viewer.clone(), UserId(*user));
    let handles = app.clone();
    let done = app
        .db
        .transaction(move |conn| actions::enable(conn, &handles, &viewer, user, now))
        .await;
    match done {
        // This is a second click.
        Err(ActionError::Refused(Refusal::Unchanged)) => Ok(is_not_locked(&session, user)),
        done => session.respond(
            done,
            |()| "Die Sperre ist aufgehoben. Der Benutzer erhält eine Einladung, mit der er ein neues Passwort setzt. Sie gilt sieben Tage.",
            paths::user(user),
        ),
    }
}

fn is_not_locked(session: &Session, user: UserId) -> HttpResponse {
    session.refused("Dieser Benutzer ist nicht gesperrt.", paths::user(user))
}

/// The page about unlocking; `None` if the user exists but is not locked.
async fn enable_page(
    app: &App,
    me: &Me,
    user: UserId,
    errors: FieldErrors,
) -> Result<Option<EnablePage>, PageError> {
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let Some((name, email)) = find_contact(conn, user)? else {
                return Ok(None);
            };
            let locked = match EmailAddress::parse(&email) {
                Ok(email) => find_locked(conn, &email)?,
                Err(_) => None,
            };
            Ok(Some((name, email, locked.is_some())))
        })
        .await?;
    let (name, email, is_locked) = found.ok_or(PageError::NotFound)?;
    if user == me.viewer.user || email.ends_with("@erased.invalid") {
        return Err(PageError::NotFound);
    }
    if !is_locked {
        return Ok(None);
    }
    Ok(Some(EnablePage {
        shell: Shell::load(app, me, paths::USERS).await?,
        name,
        email,
        href: paths::user(user),
        own_email: proof_of(app, me).await?,
        errors,
    }))
}
