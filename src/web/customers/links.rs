//! "Alle Links sperren": a link became known to a person it was not meant for (row 53).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::actions::{ActionError, Applied, customers};
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::case::{Case, Event, Refusal, preview};
use crate::paths;
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::effects::{Part, meaning};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// Longest reason in characters.
const LONGEST_REASON: usize = 300;

#[derive(Template)]
#[template(path = "web/customers/links.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    meaning: Vec<Part>,
    /// Masked address a new mail would be sent to, if that is possible.
    address: Option<String>,
    typed: Typed,
    /// How the person who looks proves to be it.
    email: Proof,
    errors: FieldErrors,
}

/// The fields as typed.
#[derive(Debug, Default)]
struct Typed {
    reason: String,
    asks: bool,
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self {
            reason: form.get("grund").to_owned(),
            asks: form.ticked("neu"),
        }
    }
}

/// GET: the form with the consequences of locking.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    if preview(&case, &locked(false), app.clock.now()).is_err() {
        return Ok(session.refused(NOTHING, paths::status(case.customer.number)));
    }
    html(&page(&app, &me, &case, Typed::default(), FieldErrors::default()).await?)
}

const NOTHING: &str = "Für diesen Kunden gilt zurzeit kein Link, den man sperren könnte.";

fn locked(ask_again: bool) -> Event {
    Event::LinksLocked { ask_again }
}

/// POST: locks all links, and sends a new mail if that was ticked.
pub async fn lock(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    number: web::Path<CustomerNumber>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    let typed = Typed::of(&form);
    let mut errors = FieldErrors::default();
    let reason = errors.reason(
        &form,
        LONGEST_REASON,
        "Geben Sie an, warum Sie die Links sperren",
    );
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    if !errors.is_empty() {
        return invalid(&page(&app, &me, &case, typed, errors).await?);
    }
    let (now, handles, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let (customer, asks) = (case.customer.number, typed.asks);
    let done = app
        .db
        .transaction(move |conn| {
            customers::lock_links(conn, &handles, &viewer, customer, asks, &reason, now)
        })
        .await;
    if let Err(ActionError::Refused(Refusal::NothingOpen)) = done {
        return Ok(session.refused(NOTHING, paths::status(customer)));
    }
    let said = |outcome: Applied| match outcome.after.customer.email().filter(|_| asks) {
        Some(email) => format!(
            "Alle bisherigen Links sind gesperrt. Ein neuer ist unterwegs an {}.",
            email.as_str()
        ),
        None => "Alle bisherigen Links sind gesperrt. Es wurde keine E-Mail gesendet.".to_owned(),
    };
    session.respond(done, said, paths::status(customer))
}

async fn page(
    app: &App,
    me: &Me,
    case: &Case,
    typed: Typed,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let now = app.clock.now();
    let shell = Shell::load(app, me, paths::CUSTOMERS).await?;
    let meaning = preview(case, &locked(false), now)
        .map(|preview| meaning(&shell.operator.short_name, &preview))
        .unwrap_or_default();
    Ok(Page {
        subject: Subject::of(case),
        meaning,
        address: address(case, now),
        typed,
        email: proof_of(app, me).await?,
        errors,
        shell,
    })
}

/// The address a new mail would be sent to, if the rules allow one.
fn address(case: &Case, now: DateTime<Utc>) -> Option<String> {
    preview(case, &locked(true), now).ok()?;
    case.customer.email().map(|email| email.as_str().to_owned())
}
