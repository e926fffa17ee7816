//! Sending the concluded contract once more, in place of a mail that did not arrive.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use crate::actions::ActionError;
use crate::actions::resend::{self, Resent};
use crate::app::App;
use crate::domain::MailId;
use crate::domain::case::Refusal;
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::page::Me;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// POST: queues it; the result is shown on the page of the old mail.
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
    let why = match done {
        Ok(Resent::Queued(address)) => {
            let said = format!(
                "Der Vertrag geht in einer neuen E-Mail an {}. Die alte bleibt in der Liste stehen.",
                address.as_str()
            );
            return Ok(session.succeeded(said, paths::mail(mail)));
        }
        Ok(Resent::Already) => {
            "Statt dieser E-Mail ist der Vertrag schon noch einmal gesendet worden. Kam auch die neue nicht an, senden Sie ihn von deren Seite aus."
        }
        Ok(Resent::Over) => "Dieser Vertrag gilt nicht mehr. Es wurde keine E-Mail gesendet.",
        Ok(Resent::NotUndelivered) => {
            "Noch einmal senden lässt sich nur ein Vertrag, dessen E-Mail nicht angekommen ist."
        }
        Err(ActionError::Refused(Refusal::Deleted)) => {
            "Dieser Kunde wurde gelöscht. Es wurde keine E-Mail gesendet."
        }
        Err(ActionError::Refused(Refusal::NoAddress)) => {
            "Beim Kunden ist keine E-Mail-Adresse hinterlegt. Bitte ergänzen Sie zuerst die Stammdaten."
        }
        Err(error) => return Err(error.into()),
    };
    // If the mail does not exist, the list is shown.
    Ok(session.refused(why, paths::MAILS))
}
