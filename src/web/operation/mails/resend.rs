//! The concluded contract once more, in place of a mail that did not arrive.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use crate::actions::ActionError;
use crate::actions::resend::{self, Resent};
use crate::app::App;
use crate::domain::MailId;
use crate::domain::case::Refusal;
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, see_other};
use crate::web::kit::session::flash;
use crate::web::kit::signed_form::SignedForm;

/// Queues it, and says on the page of the old mail how that went.
pub async fn contract(
    app: web::Data<App>,
    me: Me,
    session: Session,
    mail: web::Path<i64>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, mail) = (app.clock.now(), MailId(*mail));
    let (handles, viewer) = (app.clone(), me.viewer.clone());
    let done = app
        .db
        .transaction(move |conn| resend::contract(conn, &handles, &viewer, mail, now))
        .await;
    let (good, said) = match done {
        Ok(Resent::Queued(address)) => (
            true,
            format!(
                "Der Vertrag geht in einer neuen E-Mail an {}. Die alte bleibt in der Liste stehen.",
                address.as_str()
            ),
        ),
        Ok(Resent::Already) => (
            false,
            "Statt dieser E-Mail ist der Vertrag schon noch einmal gesendet worden. Kam auch die neue nicht an, senden Sie ihn von deren Seite aus.".to_owned(),
        ),
        Ok(Resent::Over) => (
            false,
            "Dieser Vertrag gilt nicht mehr. Es wurde keine E-Mail gesendet.".to_owned(),
        ),
        Ok(Resent::NotUndelivered) => (
            false,
            "Noch einmal senden lässt sich nur ein Vertrag, dessen E-Mail nicht angekommen ist.".to_owned(),
        ),
        Err(ActionError::Refused(Refusal::Deleted)) => (
            false,
            "Dieser Kunde wurde gelöscht. Es wurde keine E-Mail gesendet.".to_owned(),
        ),
        Err(ActionError::Refused(Refusal::NoAddress)) => (
            false,
            "Beim Kunden ist keine E-Mail-Adresse hinterlegt. Bitte ergänzen Sie zuerst die Stammdaten.".to_owned(),
        ),
        Err(error) => return Err(error.into()),
    };
    flash(&session, good, said);
    // Who sends something for a mail that does not exist finds the list.
    Ok(see_other(match good {
        true => paths::mail(mail),
        false => paths::MAILS.to_owned(),
    }))
}
