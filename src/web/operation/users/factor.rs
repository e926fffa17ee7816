//! Resetting the second factor of a user who has lost it (S-36).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, second_factor};
use crate::app::App;
use crate::domain::UserId;
use crate::domain::proposal::MAX_REASON;
use crate::paths;
use crate::storage::second_factors::has_factor;
use crate::storage::users::find_contact;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/operation/users/factor.html")]
struct ResetPage {
    shell: Shell,
    name: String,
    email: String,
    /// Address of the user's page.
    href: String,
    reason: String,
    /// How the person who looks proves to be it.
    own_email: Proof,
    errors: FieldErrors,
}

/// Asks whether to reset it, with what follows.
pub async fn ask(
    app: web::Data<App>,
    me: Me,
    session: Session,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    let user = UserId(*user);
    match page(&app, &me, user, String::new(), FieldErrors::default()).await? {
        Some(page) => html(&page),
        None => Ok(has_none(&session, user)),
    }
}

/// Resets it.
pub async fn reset(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let user = UserId(*user);
    let before = page(&app, &me, user, String::new(), FieldErrors::default()).await?;
    if before.is_none() {
        return Ok(has_none(&session, user));
    }
    let mut errors = FieldErrors::default();
    let reason = errors.reason(
        &form,
        MAX_REASON,
        "Geben Sie an, warum Sie den zweiten Faktor zurücksetzen",
    );
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    if !errors.is_empty() {
        return match page(&app, &me, user, reason, errors).await? {
            Some(page) => invalid(&page),
            None => Ok(has_none(&session, user)),
        };
    }
    let (own, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| second_factor::reset(conn, &own, &viewer, (user, &reason), now))
        .await;
    session.respond_again(
        done,
        |()| {
            "Der zweite Faktor ist zurückgesetzt und der Benutzer überall abgemeldet. Eine E-Mail sagt es ihm."
        },
        paths::user(user),
    )
}

/// `None` if the user has no second factor.
async fn page(
    app: &App,
    me: &Me,
    user: UserId,
    reason: String,
    errors: FieldErrors,
) -> Result<Option<ResetPage>, PageError> {
    if user == me.viewer.user {
        return Err(PageError::NotFound);
    }
    let (contact, has_factor) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((find_contact(conn, user)?, has_factor(conn, user)?))
        })
        .await?;
    let (name, email) = contact.ok_or(PageError::NotFound)?;
    if !has_factor {
        return Ok(None);
    }
    Ok(Some(ResetPage {
        shell: Shell::load(app, me, paths::USERS).await?,
        name,
        email,
        href: paths::user(user),
        reason,
        own_email: proof_of(app, me).await?,
        errors,
    }))
}

fn has_none(session: &Session, user: UserId) -> HttpResponse {
    session.refused(
        "Dieser Benutzer hat keinen zweiten Faktor.",
        paths::user(user),
    )
}
