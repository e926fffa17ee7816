//! "Neuabschluss anfordern": the customer is now another company, or has another name, and the
//! agreement should say so; the one in force stays valid meanwhile (row 48).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, Applied, Then, customer_then, requests};
use crate::app::App;
use crate::domain::case::{Case, Demand, Event, Refusal, preview};
use crate::domain::{CustomerNumber, EmailAddress, Party};
use crate::paths;
use crate::storage::cases::find_case;
use crate::web::kit::customer::Subject;
use crate::web::kit::effects::{Part, meaning};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::refusals;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

const SAME: &str = "Der Vertrag nennt den Kunden so, wie er in den Stammdaten steht. Ändern Sie zuerst die Stammdaten, wenn sich etwas geändert hat.";

#[derive(Template)]
#[template(path = "web/customers/renewal.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    agreement: String,
    /// Differences between the customer as the agreement prints it and as a new one would; empty if
    /// it is on paper.
    differences: Vec<Difference>,
    meaning: Vec<Part>,
}

/// A value that differs.
struct Difference {
    label: &'static str,
    then: String,
    now: String,
}

/// GET: the consequences, before anything is sent.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let (case, then) = load(&app, *number).await?;
    let back = paths::status(case.customer.number);
    let refusal = match preview(&case, &Event::Demanded(Demand::Succession), now) {
        Ok(_) if then == Then::Same => SAME,
        Ok(preview) => {
            let shell = Shell::load(&app, &me, paths::CUSTOMERS).await?;
            return html(&Page {
                subject: Subject::of(&case),
                agreement: case
                    .agreement()
                    .map(|agreement| agreement.number.clone())
                    .unwrap_or_default(),
                differences: differences(&then, &case.customer.party),
                meaning: meaning(&shell.operator.short_name, &preview),
                shell,
            });
        }
        Err(Refusal::Unchanged) => ASKED,
        Err(refusal) => refusals::sentence(refusal),
    };
    Ok(session.refused(refusal, back))
}

const ASKED: &str = "Um den Neuabschluss ist der Kunde schon gebeten. Mit „Anforderung erneut senden“ erhält er die E-Mail noch einmal.";

/// POST: asks the customer for a new conclusion.
pub async fn ask(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let customer = *number;
    let (now, handles, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let done = app
        .db
        .transaction(move |conn| requests::demand_anew(conn, &handles, &viewer, customer, now))
        .await;
    let back = paths::status(customer);
    if let Err(ActionError::Refused(Refusal::Unchanged)) = done {
        let (case, _) = load(&app, customer).await?;
        return Ok(match case.is_demanded(now) {
            true => session.succeeded(ASKED, back),
            false => session.refused(SAME, back),
        });
    }
    let said = |outcome: Applied| {
        let to = outcome.after.customer.email().map(EmailAddress::as_str);
        format!(
            "Der Kunde ist um den Neuabschluss gebeten, die E-Mail geht an {}. Bis er abschließt, gilt der bisherige Vertrag weiter.",
            to.unwrap_or_default()
        )
    };
    session.respond(done, said, back)
}

/// The case of a customer that was not deleted, and the customer as its agreement prints it.
async fn load(app: &App, number: CustomerNumber) -> Result<(Case, Then), PageError> {
    let now = app.clock.now();
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let Some(case) = find_case(conn, number, now)? else {
                return Ok(None);
            };
            let then = customer_then(conn, &case)?;
            Ok(Some((case, then)))
        })
        .await?;
    found
        .filter(|(case, _)| case.customer.deleted_at.is_none())
        .ok_or(PageError::NotFound)
}

fn differences(then: &Then, now: &Party) -> Vec<Difference> {
    let Then::Other(then) = then else {
        return Vec::new();
    };
    type Of = fn(&Party) -> String;
    let fields: [(&str, Of); 4] = [
        ("Firma", |party| party.name.clone()),
        ("Anschrift", Party::address_line),
        ("Register", |party| party.register.clone()),
        ("Vertreten durch", |party| party.represented_by.clone()),
    ];
    let word = |text: String| {
        if text.is_empty() {
            "–".to_owned()
        } else {
            text
        }
    };
    fields
        .into_iter()
        .filter(|(_, of)| of(then) != of(now))
        .map(|(label, of)| Difference {
            label,
            then: word(of(then)),
            now: word(of(now)),
        })
        .collect()
}
