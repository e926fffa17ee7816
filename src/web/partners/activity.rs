//! Deactivating a Submandant, and activating it again.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Area, Subject, customers_in_words, load};
use crate::actions::{ActionError, register, sub_partners};
use crate::app::App;
use crate::domain::PartnerId;
use crate::domain::case::Refusal;
use crate::storage::partner_list::count_customers;
use crate::web::error::PageError;
use crate::web::form::SignedForm;
use crate::web::page::{Me, Shell, html, see_other};
use crate::web::session::flash;

#[derive(Template)]
#[template(path = "web/partners/deactivate.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    /// Customers it will be taken off; `None` if it has none.
    customers: Option<String>,
}

/// Asks whether to deactivate, with what follows.
pub async fn ask(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<PartnerId>,
) -> Result<HttpResponse, PageError> {
    let partner = load(&app, &me, *id).await?;
    if partner.parent.is_none() {
        return Err(PageError::NotFound);
    }
    let (area, id) = (Area::of(&me), partner.id);
    if partner.deactivated_at.is_some() {
        flash(&session, true, "Daran hat sich nichts geändert.");
        return Ok(see_other(area.partner(id)));
    }
    let count = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(count_customers(conn, &[id])?) })
        .await?
        .remove(&id)
        .unwrap_or_default();
    html(&Page {
        shell: Shell::load(&app, &me, area.list()).await?,
        subject: Subject::of(area, &partner),
        customers: (count > 0).then(|| customers_in_words(count)),
    })
}

/// Deactivates.
pub async fn deactivate(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<PartnerId>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let done = app
        .db
        .transaction(move |conn| sub_partners::deactivate(conn, &viewer, id, now))
        .await;
    let said = "Der Untervertriebspartner ist deaktiviert und hat keinen Zugriff mehr. Von seinen Kunden wird er nacheinander entfernt.";
    answer(done, &session, &me, id, said)
}

/// Activates again.
pub async fn activate(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<PartnerId>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let done = app
        .db
        .transaction(move |conn| sub_partners::activate(conn, &viewer, id, now))
        .await;
    let said = "Der Untervertriebspartner ist wieder aktiv und kann für Kunden gewählt werden.";
    answer(done, &session, &me, id, said)
}

/// The operator releases a Submandant, so that its Mandant can name it.
pub async fn release(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<PartnerId>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let done = app
        .db
        .transaction(move |conn| register::release(conn, &viewer, id, now))
        .await;
    let said = "Der Untervertriebspartner ist freigegeben und kann für Kunden gewählt werden.";
    answer(done, &session, &me, id, said)
}

fn answer(
    done: Result<(), ActionError>,
    session: &Session,
    me: &Me,
    id: PartnerId,
    said: &str,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(()) => flash(session, true, said),
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            flash(session, true, "Daran hat sich nichts geändert.");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(Area::of(me).partner(id)))
}
