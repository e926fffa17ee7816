//! "Buchung hinzufügen": what makes an AVV due. The page says what each choice means; the next one
//! ([`super::plan`]) says all of it before anything is saved.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::actions::ActionError;
use crate::actions::partner_contracts::find_states;
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::case::{Case, Change, Event, preview};
use crate::domain::product::Product;
use crate::paths;
use crate::web::customers::parts::doubts::{Doubt, doubts};
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};

#[derive(Template)]
#[template(path = "web/customers/bookings/choice.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    action: String,
    choices: Vec<Choice>,
    /// Contracts under Art. 28(4) with who looks after the customer.
    doubts: Vec<Doubt>,
    errors: FieldErrors,
}

/// A product, with or without its option, and what booking it means.
struct Choice {
    /// Value in the form: `sip-trunk` or `sip-trunk:ums`.
    key: String,
    name: String,
    meaning: String,
    is_booked: bool,
}

/// Ending of a choice's key that stands for the UMS option.
pub const UMS: &str = ":ums";

/// The form.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(*number)).await?;
    html(&page(&app, &me, &case, FieldErrors::default()).await?)
}

/// The form again, when no product was chosen.
pub async fn ask_again(app: &App, me: &Me, case: &Case) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    errors.add("produkt", "Wählen Sie ein Produkt aus");
    invalid(&page(app, me, case, errors).await?)
}

/// The product a form names, with its option; `None` if the catalogue has no such choice.
pub fn read_choice<'a>(case: &'a Case, key: &str) -> Option<(&'a Product, bool)> {
    let (code, ums) = match key.strip_suffix(UMS) {
        Some(code) => (code, true),
        None => (key, false),
    };
    let product = case.product(code)?;
    (!ums || product.has_ums_option()).then_some((product, ums))
}

async fn page(app: &App, me: &Me, case: &Case, errors: FieldErrors) -> Result<Page, PageError> {
    let (now, own) = (app.clock.now(), case.clone());
    let relied = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_states(conn, own.chain(), now)?) })
        .await?;
    let rule = app.config.rules.partner_contract;
    Ok(Page {
        doubts: doubts(&relied, me.viewer.role, rule),
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        subject: Subject::of(case),
        action: paths::confirm_booking(case.customer.number),
        choices: choices(case, now),
        errors,
    })
}

fn choices(case: &Case, now: DateTime<Utc>) -> Vec<Choice> {
    let booked = case.active_products(now);
    case.catalogue
        .iter()
        .flat_map(|product| {
            let options: &[bool] = if product.has_ums_option() {
                &[false, true]
            } else {
                &[false]
            };
            options.iter().map(move |ums| (product, *ums))
        })
        .map(|(product, ums)| Choice {
            key: format!("{}{}", product.code, if ums { UMS } else { "" }),
            name: product.booked_name(ums),
            meaning: meaning(case, product, ums, now),
            is_booked: booked.contains(&(product, ums)),
        })
        .collect()
}

/// What booking it would mean: the rules themselves are asked, so the page cannot promise anything else.
fn meaning(case: &Case, product: &Product, ums: bool, now: DateTime<Utc>) -> String {
    if !product.needs_agreement(ums) {
        return "Kein AVV nötig. Der Kunde erhält keine E-Mail.".to_owned();
    }
    let area = &product.gated_module.name;
    if case.partner.is_none() {
        return "Ein AVV wird erst nötig, wenn ein Vertriebspartner den Kunden betreut. Der Kunde erhält jetzt keine E-Mail.".to_owned();
    }
    let event = Event::Booked {
        product: product.code.clone(),
        ums,
    };
    if preview(case, &event, now).is_ok_and(|preview| preview.changes.iter().any(Change::asks)) {
        let address = case
            .customer
            .email()
            .map(|email| email.as_str().to_owned())
            .unwrap_or_default();
        let way = if case.open_request().is_some() {
            "Frühere Links werden ungültig, und der Kunde"
        } else {
            "Der Kunde"
        };
        format!(
            "AVV nötig. {way} erhält sofort eine E-Mail an {address}. Bis zum Abschluss bleibt für Vertriebspartner gesperrt: {area}."
        )
    } else if case.customer.email().is_none() && !case.is_covered(now) {
        format!(
            "AVV nötig, aber die E-Mail-Adresse des Kunden fehlt. Es wird keine E-Mail gesendet, bis Sie die Adresse ergänzen. So lange bleibt für Vertriebspartner gesperrt: {area}."
        )
    } else if case.is_covered(now) {
        "AVV nötig und schon abgeschlossen. Der Vertrag umfasst dieses Produkt, der Kunde erhält keine E-Mail.".to_owned()
    } else {
        "AVV nötig. Der Kunde ist dafür schon angefragt und erhält jetzt keine weitere E-Mail."
            .to_owned()
    }
}
