//! Removing the own authenticator app; the last factor only where none is obligatory.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::say;
use crate::actions::second_factor as actions;
use crate::app::App;
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid, see_other};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::session::unset_factor;
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/account/remove.html")]
struct RemovePage {
    shell: Shell,
    proof: Proof,
    errors: FieldErrors,
}

/// Asks whether to remove it, with what follows.
pub async fn ask(app: web::Data<App>, me: Me, session: Session) -> Result<HttpResponse, PageError> {
    match page(&app, &me, FieldErrors::default()).await? {
        Some(page) => html(&page),
        None => Ok(nothing_to_remove(&app, &me, &session)),
    }
}

/// Removes it.
pub async fn remove(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    if page(&app, &me, FieldErrors::default()).await?.is_none() {
        return Ok(nothing_to_remove(&app, &me, &session));
    }
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return match page(&app, &me, errors).await? {
            Some(page) => invalid(&page),
            None => Ok(nothing_to_remove(&app, &me, &session)),
        };
    }
    let (own, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| actions::remove(conn, &own, &viewer, now))
        .await;
    if let Ok(false) = done {
        unset_factor(&session);
    }
    session.respond_again(
        done,
        |is_left| match is_left {
            true => say(
                me.viewer.language,
                "Die Authenticator-App ist entfernt. Ihre Passkeys bleiben.",
                "The authenticator app is removed. Your passkeys stay.",
            ),
            false => say(
                me.viewer.language,
                "Der zweite Faktor ist entfernt. Zum Anmelden genügt wieder das Passwort.",
                "The second factor is removed. The password alone is enough to sign in again.",
            ),
        },
        paths::SECURITY,
    )
}

/// `None` where there is nothing that may be removed.
async fn page(app: &App, me: &Me, errors: FieldErrors) -> Result<Option<RemovePage>, PageError> {
    let proof = proof_of(app, me).await?;
    let is_required = app.config.rules.second_factor.requires(me.viewer.role);
    if !proof.has_app || (is_required && !proof.has_passkeys) {
        return Ok(None);
    }
    Ok(Some(RemovePage {
        shell: Shell::load(app, me, paths::SECURITY).await?,
        proof,
        errors,
    }))
}

fn nothing_to_remove(app: &App, me: &Me, session: &Session) -> HttpResponse {
    if app.config.rules.second_factor.requires(me.viewer.role) {
        return session.refused(
            say(
                me.viewer.language,
                "Für Ihr Konto ist ein zweiter Faktor Pflicht. Sie können ihn durch einen neuen ersetzen, aber nicht entfernen.",
                "Your account needs a second factor. You can replace it by a new one, but not remove it.",
            ),
            paths::SECURITY,
        );
    }
    see_other(paths::SECURITY)
}
