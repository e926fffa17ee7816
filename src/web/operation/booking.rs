//! "Buchung hinzufügen": what makes an AVV due. The page says before saving what each choice means.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Subject, find};
use crate::actions::{ActionError, Outcome, bookings};
use crate::app::App;
use crate::domain::case::{Case, Change, Event, Fresh, Moment, decide};
use crate::domain::product::Product;
use crate::domain::{AgreementId, CustomerNumber, LinkId, RequestId};
use crate::paths;
use crate::web::error::PageError;
use crate::web::form::{FieldErrors, SignedForm};
use crate::web::page::{Me, Shell, html, invalid, see_other};
use crate::web::refusals;
use crate::web::session::flash;

#[derive(Template)]
#[template(path = "web/operation/booking.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    choices: Vec<Choice>,
    chosen: String,
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
const UMS: &str = ":ums";

/// The form.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(*number)).await?;
    html(&page(&app, &me, &case, String::new(), FieldErrors::default()).await?)
}

/// Adds the booking. If that makes an AVV due, the customer is asked in the same moment.
pub async fn book(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(*number)).await?;
    let now = app.clock.now();
    let chosen = choices(&case, now)
        .into_iter()
        .find(|choice| choice.key == form.get("produkt"));
    let Some(chosen) = chosen else {
        let mut errors = FieldErrors::default();
        errors.add("produkt", "Wählen Sie ein Produkt aus");
        return invalid(&page(&app, &me, &case, String::new(), errors).await?);
    };
    let product = chosen.key.trim_end_matches(UMS).to_owned();
    let ums = chosen.key.ends_with(UMS);
    let (handles, viewer, customer) = (app.clone(), me.viewer.clone(), case.customer.number);
    let done = app
        .db
        .transaction(move |conn| {
            bookings::book(conn, &handles, &viewer, customer, &product, ums, now)
        })
        .await;
    match done {
        Ok(outcome) => flash(&session, true, said(&chosen.name, &outcome)),
        Err(ActionError::Refused(refusal)) => flash(&session, false, refusals::sentence(refusal)),
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(paths::status(case.customer.number)))
}

async fn page(
    app: &App,
    me: &Me,
    case: &Case,
    chosen: String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        subject: Subject::of(case),
        choices: choices(case, app.clock.now()),
        chosen,
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
    let nobody = Fresh {
        request: RequestId(Uuid::nil()),
        link: LinkId(Uuid::nil()),
        agreement: AgreementId(Uuid::nil()),
    };
    let changes = decide(case, &event, Moment { now, fresh: nobody }).unwrap_or_default();
    if asks(&changes) {
        let address = case
            .customer
            .email()
            .map(|email| email.masked())
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

fn asks(changes: &[Change]) -> bool {
    changes
        .iter()
        .any(|change| matches!(change, Change::OpenRequest(_)))
}

fn said(name: &str, outcome: &Outcome) -> String {
    let address = outcome.after.customer.email().map(|email| email.masked());
    match address {
        Some(address) if asks(&outcome.changes) => {
            format!("{name} ist gebucht. Der Kunde erhält jetzt eine E-Mail an {address}.")
        }
        _ => format!("{name} ist gebucht. Der Kunde hat keine E-Mail erhalten."),
    }
}
