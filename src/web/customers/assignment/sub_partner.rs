//! Naming a sub-partner in two steps: the consequences first, then the action.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::OVERTAKEN;
use crate::actions::partner_contracts::Relied;
use crate::actions::{ActionError, Applied, form_version, sub_partners};
use crate::app::App;
use crate::domain::case::{Case, Event, Partner, Refusal, preview};
use crate::domain::viewer::{Permission, permissions};
use crate::domain::{CustomerNumber, PartnerId};
use crate::paths;
use crate::web::customers::parts::doubts::{Doubt, find_sub_partners, weigh};
use crate::web::kit::customer::find_visible;
use crate::web::kit::effects::{self, Part};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::refusals::sentence;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// The Submandant that the form names; empty for none.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    submandant: String,
}

#[derive(Template)]
#[template(path = "web/customers/assignment/sub_partner.html")]
struct ConfirmView {
    shell: Shell,
    number: CustomerNumber,
    /// Stamp of the partners that the page shows.
    stand: String,
    customer: String,
    /// The one that will be named: id, name, address; `None` to remove the present one.
    named: Option<(PartnerId, String, String)>,
    meaning: Vec<Part>,
    doubts: Vec<Doubt>,
}

/// GET: the consequences of naming this sub-partner, computed by the rules on a copy of the case.
pub async fn confirm(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    chosen: web::Query<Chosen>,
) -> Result<HttpResponse, PageError> {
    let (number, now) = (number.into_inner(), app.clock.now());
    let (own, viewer) = (app.clone(), me.viewer.clone());
    let (case, choice) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let case = find_visible(conn, &own, &viewer, number)?;
            let choice = find_sub_partners(conn, viewer.role, &case, now)?;
            Ok((case, choice))
        })
        .await?;
    let named = named(&chosen.submandant, &case, &choice)?;
    let may = permissions(me.viewer.role, &case, now).contains(&Permission::NameSubPartner);
    let event = Event::SubPartnerNamed(named.cloned());
    let preview = match preview(&case, &event, now) {
        _ if !may => return Err(PageError::Forbidden),
        Ok(preview) => preview,
        Err(refusal) => return Ok(session.refused(sentence(refusal), paths::status(number))),
    };
    let doubts = match weigh(&app, me.viewer.role, &case, &preview.after).await? {
        Ok(doubts) => doubts,
        Err(refusal) => return Ok(session.refused(sentence(refusal), paths::status(number))),
    };
    let shell = Shell::load(&app, &me, paths::CUSTOMERS).await?;
    html(&ConfirmView {
        number,
        stand: form_version::of_chain(&case),
        customer: case.customer.party.name.clone(),
        named: named.map(|sub| (sub.id, sub.party.name.clone(), sub.party.address_line())),
        meaning: effects::meaning(&shell.operator.short_name, &preview),
        doubts,
        shell,
    })
}

/// The chosen one among those that may be chosen; any other does not exist here (S-54).
fn named<'a>(
    chosen: &str,
    case: &Case,
    choice: &'a [Relied],
) -> Result<Option<&'a Partner>, PageError> {
    if chosen.is_empty() {
        return Ok(None);
    }
    let id: PartnerId = chosen.parse().map_err(|_| PageError::NotFound)?;
    let current = case.sub_partner.as_ref().map(|sub| sub.id);
    choice
        .iter()
        .map(|one| &one.partner)
        .find(|sub| sub.id == id && (sub.can_be_named() || current == Some(id)))
        .map(Some)
        .ok_or(PageError::NotFound)
}

/// POST: names the sub-partner.
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
    let stand = form.get("stand").to_owned();
    let result = app
        .db
        .transaction(move |conn| {
            let done = sub_partners::name(conn, &own, &viewer, number, sub, now)?;
            form_version::check_chain(done, &stand)
        })
        .await;
    match result {
        Err(ActionError::Changed) => {
            let (page, chosen) = (paths::sub_partner(number), form.get("submandant"));
            Ok(session.refused(OVERTAKEN, format!("{page}?submandant={chosen}")))
        }
        Err(ActionError::Refused(Refusal::ForeignSubPartner)) => Err(PageError::NotFound),
        done => {
            let said = |outcome: Applied| {
                let who = match &outcome.after.sub_partner {
                    Some(sub) => format!("{} ist jetzt Untervertriebspartner.", sub.party.name),
                    None => "Der Kunde hat keinen Untervertriebspartner mehr.".to_owned(),
                };
                format!("{who} {}", effects::said(&outcome, now))
            };
            session.respond(done, said, paths::status(number))
        }
    }
}
