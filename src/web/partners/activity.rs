//! Deactivating a Submandant, activating it again, and releasing a new one.

use actix_session::Session;
use actix_web::{HttpResponse, Route, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{Area, SAME, Subject, customers_in_words, load};
use crate::actions::{ActionError, partner_directory, sub_partners};
use crate::app::App;
use crate::domain::PartnerId;
use crate::domain::viewer::Viewer;
use crate::storage::PgConnection;
use crate::storage::partner_list::count_customers;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/partners/deactivate.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    /// Customers it will be removed from; `None` if it has none.
    customers: Option<String>,
}

/// GET: asks whether to deactivate it, with the consequences.
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
        return Ok(session.succeeded(SAME, area.partner(id)));
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

/// A change of a Submandant's state, with the message afterwards.
#[derive(Clone, Copy)]
pub struct ActivityChange {
    act: fn(&mut PgConnection, &Viewer, PartnerId, DateTime<Utc>) -> Result<(), ActionError>,
    said: &'static str,
    /// The message if it has customers, in addition.
    of_customers: &'static str,
}

/// Its Mandant stops working with it, or the operator deactivates it.
pub const DEACTIVATE: ActivityChange = ActivityChange {
    act: sub_partners::deactivate,
    said: "Der Untervertriebspartner ist deaktiviert und hat keinen Zugriff mehr.",
    of_customers: " Von seinen Kunden wird er nacheinander entfernt.",
};
/// It is active again.
pub const ACTIVATE: ActivityChange = ActivityChange {
    act: sub_partners::activate,
    said: "Der Untervertriebspartner ist wieder aktiv und kann für Kunden gewählt werden.",
    of_customers: "",
};
/// The operator releases it, so that its Mandant can name it.
pub const RELEASE: ActivityChange = ActivityChange {
    act: partner_directory::release,
    said: "Der Untervertriebspartner ist freigegeben und kann für Kunden gewählt werden.",
    of_customers: "",
};

/// The route that makes this change.
pub fn doing(change: ActivityChange) -> Route {
    let handler = move |app: web::Data<App>,
                        me: Me,
                        session: Session,
                        id: web::Path<PartnerId>,
                        SignedForm(_): SignedForm| async move {
        let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
        let done = app
            .db
            .transaction(move |conn| -> Result<_, ActionError> {
                (change.act)(conn, &viewer, id, now)?;
                let customers = count_customers(conn, &[id])?;
                Ok(customers.get(&id).is_some_and(|count| *count > 0))
            })
            .await;
        let said = |has_customers| match has_customers {
            true => format!("{}{}", change.said, change.of_customers),
            false => change.said.to_owned(),
        };
        session.respond_again(done, said, Area::of(&me).partner(id))
    };
    web::post().to(handler)
}
