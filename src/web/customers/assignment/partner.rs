//! Choosing the Mandant that looks after a customer: the choice, the consequences, and the
//! assignment (rows 1, 10, 19, 26, 29).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::OVERTAKEN;
use crate::actions::partner_contracts::find_states;
use crate::actions::{ActionError, Applied, form_version, partners};
use crate::app::App;
use crate::domain::case::{Case, Event, Partner, Refusal, preview};
use crate::domain::partner_contract::ContractRule;
use crate::domain::{CustomerNumber, PartnerId};
use crate::paths;
use crate::storage::partners::{find_partner, list_assignable};
use crate::web::customers::parts::doubts::{self, Choice, Doubt, weigh};
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::effects::{self, Part};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::refusals;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// At most this many Mandanten can be chosen from.
const MOST: i64 = 1000;
/// Value of the choice that no partner looks after the customer.
const NOBODY: &str = "keiner";

/// The Mandant that the form names; empty before one was chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    mandant: String,
}

#[derive(Template)]
#[template(path = "web/customers/assignment/partner.html")]
struct ChoicePage {
    shell: Shell,
    subject: Subject,
    current: Option<(PartnerId, String)>,
    options: Vec<Choice>,
    rule: ContractRule,
}

#[derive(Template)]
#[template(path = "web/customers/assignment/partner_confirm.html")]
struct ConfirmPage {
    shell: Shell,
    subject: Subject,
    /// Stamp of the partners that the page shows.
    stand: String,
    /// Value of the hidden field with the choice.
    value: String,
    /// Name and address of the chosen one.
    chosen: Option<(String, String)>,
    before: Option<String>,
    meaning: Vec<Part>,
    doubts: Vec<Doubt>,
    /// How the person who looks proves to be it.
    email: Proof,
    errors: FieldErrors,
}

/// GET: the choice; with `?mandant=` the consequences.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    chosen: web::Query<Chosen>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    if chosen.mandant.is_empty() {
        return choose(&app, &me, &case).await;
    }
    match confirm_page(&app, &me, &case, &chosen.mandant, FieldErrors::default()).await? {
        Ok(page) => html(&page),
        Err(refusal) => Ok(session.refused(
            refusals::sentence(refusal),
            paths::assign_partner(case.customer.number),
        )),
    }
}

/// The consequences of the choice, computed by the rules on a copy of the case.
async fn confirm_page(
    app: &App,
    me: &Me,
    case: &Case,
    value: &str,
    errors: FieldErrors,
) -> Result<Result<ConfirmPage, Refusal>, PageError> {
    let partner = match read(value)? {
        Some(id) => Some(load(app, id).await?),
        None => None,
    };
    let now = app.clock.now();
    let preview = match preview(case, &Event::PartnerAssigned(partner.clone()), now) {
        Ok(preview) => preview,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let doubts = match weigh(app, me.viewer.role, case, &preview.after).await? {
        Ok(doubts) => doubts,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let shell = Shell::load(app, me, paths::CUSTOMERS).await?;
    Ok(Ok(ConfirmPage {
        subject: Subject::of(case),
        stand: form_version::of_chain(case),
        value: value.to_owned(),
        chosen: partner.map(|one| (one.party.name.clone(), one.party.address_line())),
        before: case.partner.as_ref().map(|one| one.party.name.clone()),
        meaning: effects::meaning(&shell.operator.short_name, &preview),
        doubts,
        email: proof_of(app, me).await?,
        errors,
        shell,
    }))
}

async fn choose(app: &App, me: &Me, case: &Case) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let all = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let all = list_assignable(conn, MOST)?;
            Ok(find_states(conn, &all, now)?)
        })
        .await?;
    let rule = app.config.rules.partner_contract;
    let current = case.partner.as_ref();
    html(&ChoicePage {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        subject: Subject::of(case),
        options: all
            .iter()
            .filter(|one| current.is_none_or(|own| own.id != one.partner.id))
            .map(|one| doubts::choice(one, false, rule))
            .collect(),
        rule,
        current: current.map(|own| (own.id, own.party.name.clone())),
    })
}

/// POST: assigns the Mandant.
pub async fn assign(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    number: web::Path<CustomerNumber>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    let number = case.customer.number;
    let partner = read(form.get("mandant"))?;
    if let Some(id) = partner {
        load(&app, id).await?;
    }
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return match confirm_page(&app, &me, &case, form.get("mandant"), errors).await? {
            Ok(page) => invalid(&page),
            Err(refusal) => {
                Ok(session.refused(refusals::sentence(refusal), paths::assign_partner(number)))
            }
        };
    }
    let (now, own, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let stand = form.get("stand").to_owned();
    let done = app
        .db
        .transaction(move |conn| {
            let done = partners::assign(conn, &own, &viewer, number, partner, now)?;
            form_version::check_chain(done, &stand)
        })
        .await;
    if let Err(ActionError::Changed) = done {
        let (page, chosen) = (paths::assign_partner(number), form.get("mandant"));
        return Ok(session.refused(OVERTAKEN, format!("{page}?mandant={chosen}")));
    }
    let said = |outcome: Applied| {
        let who = match &outcome.after.partner {
            Some(one) => format!("{} betreut diesen Kunden jetzt.", one.party.name),
            None => "Diesen Kunden betreut jetzt kein Vertriebspartner.".to_owned(),
        };
        format!("{who} {}", effects::said(&outcome, now))
    };
    session.respond(done, said, paths::status(number))
}

/// The Mandant that was chosen; `None` for no partner. Anything else does not exist.
fn read(typed: &str) -> Result<Option<PartnerId>, PageError> {
    match typed {
        NOBODY => Ok(None),
        id => id.parse().map(Some).map_err(|_| PageError::NotFound),
    }
}

async fn load(app: &App, id: PartnerId) -> Result<Partner, PageError> {
    app.db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_partner(conn, id)?) })
        .await?
        .filter(|one| one.parent.is_none())
        .ok_or(PageError::NotFound)
}
