//! Naming a sub-partner in two steps: the consequences first, then the deed.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::parts::address_for;
use super::view::is_selectable;
use super::{read, view};
use crate::actions::{ActionError, sub_partners};
use crate::app::App;
use crate::domain::case::{Case, Partner, Refusal};
use crate::domain::viewer::{Deed, deeds};
use crate::domain::{CustomerNumber, PartnerId};
use crate::paths;
use crate::web::error::PageError;
use crate::web::form::SignedForm;
use crate::web::page::{Me, Shell, html, see_other};
use crate::web::refusals;
use crate::web::session::flash;

/// Whom the form named; empty for nobody.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    submandant: String,
}

#[derive(Template)]
#[template(path = "web/status/sub_partner.html")]
struct ConfirmView {
    shell: Shell,
    number: CustomerNumber,
    customer: String,
    /// The one that will be named: id, name, address; `None` to name nobody any more.
    named: Option<(PartnerId, String, String)>,
    before: Option<String>,
    /// Masked or whole address the new mail goes to, if one will be sent.
    mailed: Option<String>,
}

/// Shows what naming this sub-partner means.
pub async fn confirm(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    chosen: web::Query<Chosen>,
) -> Result<HttpResponse, PageError> {
    let (number, now) = (number.into_inner(), app.clock.now());
    let read = read(&app, &me.viewer, number).await?;
    let named = named(&chosen.submandant, &read)?;
    let refusal = if read.case.sub_partner.as_ref().map(|sub| sub.id) == named.map(|sub| sub.id) {
        Some(Refusal::Unchanged)
    } else if !deeds(me.viewer.role, &read.case, now).contains(&Deed::NameSubPartner) {
        Some(Refusal::ForeignSubPartner)
    } else {
        None
    };
    if let Some(refusal) = refusal {
        flash(&session, false, refusals::sentence(refusal));
        return Ok(back(number));
    }
    html(&ConfirmView {
        shell: Shell::load(&app, &me, paths::CUSTOMERS).await?,
        number,
        customer: read.case.customer.party.name.clone(),
        named: named.map(|sub| (sub.id, sub.party.name.clone(), sub.party.address_line())),
        before: read
            .case
            .sub_partner
            .as_ref()
            .map(|sub| sub.party.name.clone()),
        mailed: mailed(&read.case, now)
            .then(|| address_for(me.viewer.role, &read.case))
            .flatten(),
    })
}

/// The chosen one among those that may be chosen; anybody else does not exist here (S-54).
fn named<'a>(chosen: &str, read: &'a view::Read) -> Result<Option<&'a Partner>, PageError> {
    if chosen.is_empty() {
        return Ok(None);
    }
    let id: PartnerId = chosen.parse().map_err(|_| PageError::NotFound)?;
    let current = read.case.sub_partner.as_ref().map(|sub| sub.id);
    read.sub_partners
        .iter()
        .find(|sub| sub.id == id && (is_selectable(sub) || current == Some(id)))
        .map(Some)
        .ok_or(PageError::NotFound)
}

/// Whether the customer will be asked anew, because a link is out that names the old chain.
fn mailed(case: &Case, now: chrono::DateTime<chrono::Utc>) -> bool {
    case.offer(now).is_some() && case.open_request().is_some_and(|open| !open.is_over(now))
}

/// Names the sub-partner.
pub async fn name(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let number = number.into_inner();
    let sub = match form.get("submandant") {
        "" => None,
        id => Some(id.parse::<PartnerId>().map_err(|_| PageError::NotFound)?),
    };
    let (now, own, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let result = app
        .db
        .transaction(move |conn| sub_partners::name(conn, &own, &viewer, number, sub, now))
        .await;
    match result {
        Ok(outcome) => {
            let said = match &outcome.after.sub_partner {
                Some(sub) => format!("{} ist jetzt Untervertriebspartner.", sub.party.name),
                None => "Der Kunde hat keinen Untervertriebspartner mehr.".to_owned(),
            };
            flash(&session, true, said);
            Ok(back(number))
        }
        Err(ActionError::Refused(Refusal::ForeignSubPartner)) => Err(PageError::NotFound),
        Err(ActionError::Refused(refusal)) => {
            flash(&session, false, refusals::sentence(refusal));
            Ok(back(number))
        }
        Err(error) => Err(error.into()),
    }
}

fn back(number: CustomerNumber) -> HttpResponse {
    see_other(format!("{}#kette", paths::status(number)))
}
