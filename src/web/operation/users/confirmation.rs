//! Confirming the person behind a new administrator's account (S-39).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, administrators};
use crate::app::App;
use crate::domain::UserId;
use crate::paths;
use crate::storage::administrators::{find_maker, list_administrators};
use crate::storage::users::find_contact;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/operation/users/confirmation.html")]
struct Page {
    shell: Shell,
    name: String,
    email: String,
    /// Address of the user's page.
    href: String,
    /// Name of the administrator who made the account.
    maker: String,
    own_email: Proof,
    errors: FieldErrors,
}

/// GET: the question, with the consequences.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, UserId(*user), FieldErrors::default()).await?)
}

/// POST: confirms the account.
pub async fn confirm(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let user = UserId(*user);
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&page(&app, &me, user, errors).await?);
    }
    let (now, handles, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let done = app
        .db
        .transaction(move |conn| administrators::confirm(conn, &handles, &viewer, user, now))
        .await;
    session.respond(
        done,
        |()| "Das Konto ist bestätigt und darf ab sofort freigeben.",
        paths::user(user),
    )
}

async fn page(app: &App, me: &Me, user: UserId, errors: FieldErrors) -> Result<Page, PageError> {
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let is_administrator = list_administrators(conn)?.iter().any(|one| one.id == user);
            let maker = find_maker(conn, user)?;
            Ok(find_contact(conn, user)?
                .filter(|_| is_administrator)
                .zip(maker))
        })
        .await?;
    let ((name, email), maker) = found.ok_or(PageError::NotFound)?;
    Ok(Page {
        shell: Shell::load(app, me, paths::USERS).await?,
        name,
        email,
        href: paths::user(user),
        maker,
        own_email: proof_of(app, me).await?,
        errors,
    })
}
