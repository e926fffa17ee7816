//! "Adresse bestätigen": the operator decides whether an address that a partner entered is the
//! customer's (A4).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, Applied, addresses, form_version};
use crate::app::App;
use crate::domain::case::{Event, Verdict, preview};
use crate::domain::viewer::permissions;
use crate::domain::{AddressId, CustomerNumber};
use crate::paths;
use crate::web::customers::parts::entered_addresses::{Undecided, undecided};
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::effects::{self, Part};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/customers/address/decision.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    choices: Vec<Choice>,
    /// Stamp of the facts the page was made from.
    stand: String,
}

/// One address with the consequences of each answer.
struct Choice {
    address: Undecided,
    meanings: [(&'static str, Vec<Part>); 2],
}

const CHANGED: &str =
    "Inzwischen hat sich bei diesem Kunden etwas geändert. Entschieden ist noch nichts.";

/// GET: the addresses to decide about, with the consequences of each answer.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, number.into_inner()).await?;
    let (now, role) = (app.clock.now(), me.viewer.role);
    let shell = Shell::load(&app, &me, paths::CUSTOMERS).await?;
    let operator = shell.operator.short_name.clone();
    let meaning = |id, verdict| {
        preview(&case, &Event::AddressJudged(id, verdict), now)
            .map(|preview| effects::meaning(&operator, &preview))
            .unwrap_or_default()
    };
    let choices: Vec<Choice> = undecided(&case, role, &permissions(role, &case, now), &operator)
        .into_iter()
        .map(|address| Choice {
            meanings: [
                (
                    "Wenn Sie sie bestätigen",
                    meaning(address.id, Verdict::Confirmed),
                ),
                (
                    "Wenn Sie sie ablehnen",
                    meaning(address.id, Verdict::Refused),
                ),
            ],
            address,
        })
        .collect();
    if choices.is_empty() {
        return Ok(session.refused(
            "Für diesen Kunden wartet keine Adresse auf Ihre Bestätigung.",
            paths::status(case.customer.number),
        ));
    }
    html(&Page {
        stand: form_version::stamp(&case),
        subject: Subject::of(&case),
        choices,
        shell,
    })
}

/// POST: confirms or refuses an address.
pub async fn decide(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let customer = find(&app, number.into_inner()).await?.customer.number;
    let confirms = match form.get("entscheidung") {
        "bestaetigen" => Some(true),
        "ablehnen" => Some(false),
        _ => None,
    };
    let chosen: Option<AddressId> = form.get("adresse").parse().ok();
    let Some((confirms, id)) = confirms.zip(chosen) else {
        return Ok(session.refused(CHANGED, paths::entered_address(customer)));
    };
    let (now, handles, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let stand = form.get("stand").to_owned();
    let done = app
        .db
        .transaction(move |conn| {
            if !form_version::is_as_seen(conn, &handles, customer, &stand)? {
                return Err(ActionError::Changed);
            }
            addresses::decide(conn, &handles, &viewer, (customer, id), confirms, now)
        })
        .await;
    if let Err(ActionError::Changed) = done {
        return Ok(session.refused(CHANGED, paths::entered_address(customer)));
    }
    let said = |outcome: Applied| match outcome.after.customer.email() {
        _ if confirms => "Die Adresse ist bestätigt.".to_owned(),
        Some(email) => format!(
            "Die Adresse ist abgelehnt. Für den Kunden gilt {}.",
            email.shown()
        ),
        None => "Die Adresse ist abgelehnt. Der Kunde hat jetzt keine E-Mail-Adresse.".to_owned(),
    };
    session.respond(done, said, paths::status(customer))
}
