//! Erasing the data of a locked user at once, as when that person asks for it (A9).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::read;
use crate::actions::retention;
use crate::app::App;
use crate::domain::UserId;
use crate::domain::user::UserState;
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/operation/users/erase.html")]
struct ErasePage {
    shell: Shell,
    name: String,
    email: String,
    href: String,
    /// How the person who looks proves to be it.
    own_email: Proof,
    errors: FieldErrors,
}

/// Asks whether to erase, with what follows.
pub async fn ask(
    app: web::Data<App>,
    me: Me,
    session: Session,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    let user = UserId(*user);
    match page(&app, &me, user, FieldErrors::default()).await? {
        Ok(page) => html(&page),
        Err(why) => Ok(session.refused(why, paths::user(user))),
    }
}

/// Erases.
pub async fn erase(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let user = UserId(*user);
    if let Err(why) = page(&app, &me, user, FieldErrors::default()).await? {
        return Ok(session.refused(why, paths::user(user)));
    }
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return match page(&app, &me, user, errors).await? {
            Ok(page) => invalid(&page),
            Err(why) => Ok(session.refused(why, paths::user(user))),
        };
    }
    let (viewer, now) = (me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| retention::erase_locked_user(conn, &viewer, user, now))
        .await;
    session.respond_again(
        done,
        |()| "Name, E-Mail-Adresse und Zugangsdaten sind gelöscht.",
        paths::user(user),
    )
}

/// The page; or why there is nothing to erase.
async fn page(
    app: &App,
    me: &Me,
    user: UserId,
    errors: FieldErrors,
) -> Result<Result<ErasePage, &'static str>, PageError> {
    let line = read(app, user).await?;
    if user == me.viewer.user {
        return Err(PageError::NotFound);
    }
    match line.state {
        UserState::Locked => {}
        UserState::Erased => return Ok(Err("Die Daten dieses Benutzers sind gelöscht.")),
        UserState::Invited | UserState::Active => {
            return Ok(Err(
                "Dieser Benutzer ist nicht gesperrt. Sperren Sie ihn zuerst, dann können Sie seine Daten löschen.",
            ));
        }
    }
    Ok(Ok(ErasePage {
        shell: Shell::load(app, me, paths::USERS).await?,
        name: line.name,
        email: line.email,
        href: paths::user(user),
        own_email: proof_of(app, me).await?,
        errors,
    }))
}
