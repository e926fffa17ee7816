//! "Kunde anlegen": one form with everything about a new customer, then a page with the
//! consequences, then the customer is added. Only the number can never be changed afterwards.

mod confirmation;
mod typed;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::customers::{self, Addition, Planned};
use crate::actions::partner_contracts::{Relied, find_states};
use crate::actions::{ActionError, Applied};
use crate::app::App;
use crate::domain::case::{Case, Change, Partner, Refusal};
use crate::domain::partner_contract::ContractRule;
use crate::domain::product::Product;
use crate::domain::{CustomerNumber, Language, PartnerId};
use crate::paths;
use crate::storage::PgConnection;
use crate::storage::cases::find_case;
use crate::storage::catalogue::list_products;
use crate::storage::customers::find_holder;
use crate::storage::partners::{list_assignable, list_sub_partners};
use crate::web::customers::parts::doubts::{self, Choice};
use crate::web::customers::parts::party_fields::{FieldRow, lines};
use crate::web::customers::parts::product_choice::{ProductRow, rows};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::ask_proof;
use crate::web::kit::refusals;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use confirmation::{BACK, CONFIRMED};

/// At most this many Mandanten can be chosen from.
const MOST: i64 = 1000;
/// Hidden field with the Mandant whose Submandanten the form lists.
const OFFERED: &str = "submandanten_von";

#[derive(Template)]
#[template(path = "web/customers/addition/addition.html")]
struct Page {
    shell: Shell,
    number: String,
    /// If the number is taken: what to say about its holder, and the address of the holder's page.
    holder: Option<(String, String)>,
    lines: Vec<FieldRow>,
    language: Language,
    email: String,
    partners: Vec<Choice>,
    /// Submandanten of the chosen Mandant, with its key and name.
    sub_partners: Option<(String, String, Vec<Choice>)>,
    rule: ContractRule,
    products: Vec<ProductRow>,
    /// Whether "no product" is chosen.
    is_without: bool,
    /// Why the form is shown again, if not because of an error.
    again: Again,
    errors: FieldErrors,
}

/// Why the form is shown again without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// It is shown for the first time, or because of an error.
    No,
    /// The user came back from the confirmation.
    Back,
    /// The chosen Mandant has Submandanten, which can be chosen now.
    SubPartners,
}

/// The partners that can be chosen at this moment.
#[derive(Debug, Clone)]
struct Offered {
    partners: Vec<Relied>,
    /// Submandanten of the chosen Mandant that can be named.
    sub_partners: Vec<Relied>,
    catalogue: Vec<Product>,
}

/// GET: the empty form.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let form = Form::default();
    let offered = offered(&app, None).await?;
    html(
        &page(
            &app,
            &me,
            &form,
            &offered,
            Again::No,
            FieldErrors::default(),
        )
        .await?,
    )
}

/// POST: leads to the next step: the form again, the consequences, or the added customer.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let offered = offered(&app, form.get("mandant").parse().ok()).await?;
    let mut errors = FieldErrors::default();
    if form.ticked(BACK) {
        return html(&page(&app, &me, &form, &offered, Again::Back, errors).await?);
    }
    let Some(new) = typed::read(&form, &offered.catalogue, &mut errors) else {
        return invalid(&page(&app, &me, &form, &offered, Again::No, errors).await?);
    };
    let was_offered = form.get(OFFERED) == form.get("mandant");
    if !was_offered && new.sub_partner.is_none() && !offered.sub_partners.is_empty() {
        return html(&page(&app, &me, &form, &offered, Again::SubPartners, errors).await?);
    }
    let is_confirmed = form.ticked(CONFIRMED);
    let planned = match plan(&app, &me, &new).await {
        Err(ActionError::Refused(refusal)) => {
            return refused(&app, &me, &session, &form, (&new, &offered), refusal).await;
        }
        planned => planned?,
    };
    if planned.stamp != form.get(CONFIRMED) {
        return confirmation::ask(&app, &me, &new, &planned, &form, is_confirmed, errors).await;
    }
    if new.partner.is_some() {
        let wrong = ask_proof(&app, &me, &request, &form).await?;
        if !wrong.is_empty() {
            return confirmation::ask(&app, &me, &new, &planned, &form, false, wrong).await;
        }
    }
    let (now, own, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let (adding, seen) = (new.clone(), planned.stamp.clone());
    let done = app
        .db
        .transaction(move |conn| customers::add(conn, &own, &viewer, &adding, Some(&seen), now))
        .await;
    match done {
        Ok(outcome) => Ok(session.succeeded(said(&outcome), paths::customer(new.number))),
        Err(ActionError::Changed) => {
            let planned = plan(&app, &me, &new).await?;
            confirmation::ask(&app, &me, &new, &planned, &form, true, errors).await
        }
        Err(ActionError::Refused(refusal)) => {
            refused(&app, &me, &session, &form, (&new, &offered), refusal).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn plan(app: &web::Data<App>, me: &Me, new: &Addition) -> Result<Planned, ActionError> {
    let (now, own, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let new = new.clone();
    app.db
        .read(move |conn| customers::plan(conn, &own, &viewer, &new, now))
        .await
}

/// The form with the refusal of the rules at its field. A second click on the confirmation leads to
/// the customer that the first one added.
async fn refused(
    app: &web::Data<App>,
    me: &Me,
    session: &Session,
    form: &Form,
    (new, offered): (&Addition, &Offered),
    refusal: Refusal,
) -> Result<HttpResponse, PageError> {
    if refusal == Refusal::NumberTaken && form.ticked(CONFIRMED) {
        let (number, now) = (new.number, app.clock.now());
        let stored = app
            .db
            .read(move |conn| -> Result<_, ActionError> { Ok(find_case(conn, number, now)?) })
            .await?;
        if stored.is_some_and(|case| is_same(&case, new)) {
            let said = format!("{} ist schon angelegt, und zwar einmal.", new.party.name);
            return Ok(session.succeeded(said, paths::customer(number)));
        }
    }
    let field = match refusal {
        Refusal::NumberTaken => "nummer",
        Refusal::PartnerAddress => "email",
        Refusal::NotAPartner | Refusal::IncompletePartner | Refusal::PartnerWithoutContract => {
            "mandant"
        }
        Refusal::ForeignSubPartner
        | Refusal::IncompleteSubPartner
        | Refusal::SubPartnerWithoutContract => "submandant",
        _ => "produkt",
    };
    let mut errors = FieldErrors::default();
    errors.add(field, match refusal {
        Refusal::PartnerAddress => {
            "Diese Adresse gehört zum gewählten Vertriebspartner oder zu einem seiner Untervertriebspartner. Den Vertrag muss der Kunde selbst abschließen: Geben Sie eine Adresse des Kunden ein. Ist sie trotzdem richtig, lassen Sie das Feld leer und tragen Sie sie nach dem Anlegen auf der Seite des Kunden mit Begründung ein"
        }
        refusal => refusals::sentence(refusal),
    });
    invalid(&page(app, me, form, offered, Again::No, errors).await?)
}

/// Whether a stored customer equals the one that was typed.
fn is_same(case: &Case, new: &Addition) -> bool {
    let id = |partner: &Option<Partner>| partner.as_ref().map(|one| one.id);
    let customer = &case.customer;
    (&customer.party, customer.language) == (&new.party, new.language)
        && customer.deleted_at.is_none()
        && (id(&case.partner), id(&case.sub_partner)) == (new.partner, new.sub_partner)
        && case.bookings.len() == usize::from(new.booking.is_some())
}

/// The message of the next page.
fn said(outcome: &Applied) -> String {
    let after = &outcome.after;
    let name = &after.customer.party.name;
    let asked = outcome.changes.iter().any(Change::asks);
    match after.customer.email() {
        Some(email) if asked => format!(
            "{name} ist angelegt. Der Kunde erhält jetzt eine E-Mail an {}.",
            email.shown()
        ),
        Some(_) => format!("{name} ist angelegt. Der Kunde hat keine E-Mail erhalten."),
        None => format!(
            "{name} ist angelegt, aber ohne E-Mail-Adresse. Solange sie fehlt, kann der Kunde keinen Vertrag erhalten."
        ),
    }
}

async fn offered(app: &App, partner: Option<PartnerId>) -> Result<Offered, PageError> {
    let now = app.clock.now();
    let read = move |conn: &mut PgConnection| -> Result<Offered, ActionError> {
        let partners = list_assignable(conn, MOST)?;
        let mut below = match partner {
            Some(id) => list_sub_partners(conn, id)?,
            None => Vec::new(),
        };
        below.retain(Partner::can_be_named);
        Ok(Offered {
            partners: find_states(conn, &partners, now)?,
            sub_partners: find_states(conn, &below, now)?,
            catalogue: list_products(conn)?,
        })
    };
    Ok(app.db.read(read).await?)
}

async fn page(
    app: &App,
    me: &Me,
    form: &Form,
    offered: &Offered,
    again: Again,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let rule = app.config.rules.partner_contract;
    let choices = |all: &[Relied], chosen: &str| -> Vec<Choice> {
        let is = |one: &Relied| one.partner.id.to_string() == chosen;
        all.iter()
            .map(|one| doubts::choice(one, is(one), rule))
            .collect()
    };
    let chosen = form.get("mandant");
    let partner = (offered.partners.iter()).find(|one| one.partner.id.to_string() == chosen);
    let products = products(&offered.catalogue, form);
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        number: form.get("nummer").to_owned(),
        holder: match errors
            .of("nummer")
            .and(form.get("nummer").trim().parse().ok())
        {
            Some(number) => holder(app, number).await?,
            None => None,
        },
        lines: lines(|field| {
            let is_first = field.id == "land" && !form.ticked("land");
            if is_first {
                "Deutschland"
            } else {
                form.get(field.id)
            }
            .to_owned()
        }),
        language: Language::from_code(form.get("sprache")).unwrap_or(Language::De),
        email: form.get("email").to_owned(),
        partners: choices(&offered.partners, chosen),
        sub_partners: partner.map(|one| {
            let below = choices(&offered.sub_partners, form.get("submandant"));
            (chosen.to_owned(), one.partner.party.name.clone(), below)
        }),
        rule,
        is_without: !products.iter().any(|one| one.is_chosen),
        products,
        again,
        errors,
    })
}

/// The holder of a number, for the operator who typed it.
async fn holder(app: &App, number: CustomerNumber) -> Result<Option<(String, String)>, PageError> {
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_holder(conn, number)?) })
        .await?;
    Ok(found.map(|(name, is_deleted)| match is_deleted {
        false => (
            format!("{name} hat die Kundennummer {number}"),
            paths::customer(number),
        ),
        true => (
            format!("{name} hatte die Kundennummer {number} und wurde gelöscht"),
            paths::DELETED.to_owned(),
        ),
    }))
}

/// The products with their options, as the form lists them.
fn products(catalogue: &[Product], form: &Form) -> Vec<ProductRow> {
    rows(catalogue, &typed::chosen(form), |product, options| {
        let meaning = match product.needs_agreement(options) {
            true => "AVV nötig, wenn ein Vertriebspartner den Kunden betreut.",
            false => "Kein AVV nötig.",
        };
        (meaning.to_owned(), false)
    })
}
