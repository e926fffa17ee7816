//! "Buchung hinzufügen": booking a product, which may make an AVV due. The page says what each
//! choice means; the next one ([`super::plan`]) shows all consequences before anything is saved.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::actions::ActionError;
use crate::actions::partner_contracts::find_states;
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::case::{Case, Change, Event, preview};
use crate::domain::product::{Options, Product};
use crate::paths;
use crate::web::customers::parts::doubts::{Doubt, doubts};
use crate::web::customers::parts::product_choice::{Fault, ProductRow, rows};
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::unwritten::unwritten;
use crate::web::kit::words::listed;

#[derive(Template)]
#[template(path = "web/customers/bookings/choice.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    action: String,
    choices: Vec<ProductRow>,
    /// What is to be said of the contracts under Art. 28(4) with the customer's partners.
    doubts: Vec<Doubt>,
    errors: FieldErrors,
}

/// GET: the form.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    html(&page(&app, &me, &case, &[], FieldErrors::default()).await?)
}

/// The form again with what was chosen.
pub async fn ask_again(
    app: &App,
    me: &Me,
    case: &Case,
    chosen: &[(String, String)],
    fault: Fault,
) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    errors.add("produkt", fault.sentence());
    invalid(&page(app, me, case, chosen, errors).await?)
}

async fn page(
    app: &App,
    me: &Me,
    case: &Case,
    chosen: &[(String, String)],
    errors: FieldErrors,
) -> Result<Page, PageError> {
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
        choices: choices(case, chosen, now),
        errors,
    })
}

/// The products with their options, as the form lists them.
fn choices(case: &Case, chosen: &[(String, String)], now: DateTime<Utc>) -> Vec<ProductRow> {
    let booked = case.active_products(now);
    rows(&case.catalogue, chosen, |product, options| {
        let has = |(known, with): &(&Product, Options)| {
            known.code == product.code && options.is_subset(with)
        };
        (meaning(case, product, options, now), booked.iter().any(has))
    })
}

/// What booking it would mean. The rules themselves are asked, so the page cannot promise anything
/// else.
fn meaning(case: &Case, product: &Product, options: &Options, now: DateTime<Utc>) -> String {
    if !product.needs_agreement(options) {
        return "Kein AVV nötig. Der Kunde erhält keine E-Mail.".to_owned();
    }
    let areas = product.areas(options);
    let closed = areas.iter().filter(|area| area.gate().is_some());
    let closed: Vec<String> = closed.map(|area| area.module.name.clone()).collect();
    let until = |words: &str| match closed.as_slice() {
        [] => String::new(),
        areas => format!(
            " {words} bleibt für Vertriebspartner gesperrt: {}.",
            listed(areas)
        ),
    };
    if case.partner.is_none() {
        return "Ein AVV wird erst nötig, wenn ein Vertriebspartner den Kunden betreut. Der Kunde erhält jetzt keine E-Mail.".to_owned();
    }
    let event = Event::Booked {
        product: product.code.clone(),
        options: options.clone(),
    };
    let preview = preview(case, &event, now).ok();
    if let Some(after) = preview.as_ref().map(|preview| &preview.after)
        && after.lacks_text(now)
        && !after.is_settled(now)
    {
        let breaks = match case.has_usable_link(now) {
            true => " Links, die der Kunde schon hat, führen dann nicht mehr zum Vertrag.",
            false => "",
        };
        return format!(
            "AVV nötig, aber der Vertragstext fehlt. {} Es wird nichts angefordert, bis Sie eine Fassung damit veröffentlichen.{breaks}{}",
            unwritten(after, now),
            until("So lange")
        );
    }
    if preview.is_some_and(|preview| preview.changes.iter().any(Change::asks)) {
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
            "AVV nötig. {way} erhält sofort eine E-Mail an {address}.{}",
            until("Bis zum Abschluss")
        )
    } else if case.customer.email().is_none() && !case.is_covered(now) {
        format!(
            "AVV nötig, aber die E-Mail-Adresse des Kunden fehlt. Es wird keine E-Mail gesendet, bis Sie die Adresse ergänzen.{}",
            until("So lange")
        )
    } else if case.is_covered(now) {
        "AVV nötig und schon abgeschlossen. Der Vertrag umfasst dieses Produkt, der Kunde erhält keine E-Mail.".to_owned()
    } else {
        "AVV nötig. Der Kunde ist dafür schon angefragt und erhält jetzt keine weitere E-Mail."
            .to_owned()
    }
}
