//! Ending own sessions in other places (S-34).

use actix_session::Session;
use actix_web::{HttpResponse, web};

use super::say;
use crate::actions::ActionError;
use crate::actions::sessions::{Which, end_own};
use crate::app::App;
use crate::domain::case::Refusal;
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::kept;
use crate::web::kit::page::Me;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::sessions::wanted;
use crate::web::kit::signed_form::SignedForm;

/// Ends one of them, or all others.
pub async fn end(
    app: web::Data<App>,
    me: Me,
    session: Session,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (which, now, language) = (wanted(&form), app.clock.now(), me.viewer.language);
    let (viewer, csrf, chosen) = (
        me.viewer.clone(),
        kept::bare(&me.csrf).to_owned(),
        which.clone(),
    );
    let done = app
        .db
        .transaction(move |conn| end_own(conn, &viewer, &chosen, &csrf, now))
        .await;
    let said = match (done, which) {
        (Err(ActionError::Refused(Refusal::Unchanged)), _) => say(
            language,
            "Dort waren Sie schon nicht mehr angemeldet.",
            "You were no longer signed in there.",
        ),
        (Ok(_), Which::One(_)) => say(
            language,
            "Sie sind dort abgemeldet. Waren Sie das nicht selbst, setzen Sie auch ein neues Passwort.",
            "You are signed out there. If that was not you, set a new password as well.",
        ),
        (Ok(_), Which::All) => say(
            language,
            "Sie sind überall sonst abgemeldet. Angemeldet sind Sie nur noch hier.",
            "You are signed out everywhere else. You are signed in only here.",
        ),
        (Err(error), _) => return Err(error.into()),
    };
    Ok(session.succeeded(said, paths::SECURITY))
}
