//! Asking an administrator for the password once more before something that cannot be taken back
//! (S-40): the proof is as old as the form it comes with.

use actix_web::HttpRequest;

use crate::actions::ActionError;
use crate::app::App;
use crate::storage::users;
use crate::web::error::PageError;
use crate::web::page::Me;
use crate::web::sign_in::{in_words, prove_again};

/// Asks the signed-in person's password again, throttled like signing in. The inner error is the
/// sentence for the field.
pub async fn ask_password(
    app: &App,
    me: &Me,
    request: &HttpRequest,
    typed: &str,
) -> Result<Result<(), String>, PageError> {
    if typed.is_empty() {
        return Ok(Err("Geben Sie Ihr Passwort ein".to_owned()));
    }
    let email = address_of(app, me).await?;
    match prove_again(app, request, &me.viewer, &email, typed).await {
        Ok(()) => Ok(Ok(())),
        Err(ActionError::TooManyAttempts(seconds)) => Ok(Err(format!(
            "Zu viele Versuche. Warten Sie bitte {} und versuchen Sie es dann noch einmal",
            in_words(seconds)
        ))),
        Err(ActionError::WrongPassword) => Ok(Err(
            "Das Passwort stimmt nicht. Bitte geben Sie es noch einmal ein".to_owned(),
        )),
        Err(error) => Err(error.into()),
    }
}

/// The address the signed-in person signs in with, for password managers.
pub async fn address_of(app: &App, me: &Me) -> Result<String, PageError> {
    let user = me.viewer.user;
    let contact = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(users::find_contact(conn, user)?) })
        .await?;
    contact.map(|(_, email)| email).ok_or(PageError::NotFound)
}
