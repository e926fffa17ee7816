//! The master-data address: the only place where it can be changed, with what follows from it.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Subject, find};
use crate::actions::customers::NewAddress;
use crate::actions::{ActionError, Outcome, customers};
use crate::app::App;
use crate::domain::case::{Case, Change, Refusal};
use crate::domain::{CustomerNumber, EmailAddress};
use crate::paths;
use crate::web::error::PageError;
use crate::web::form::{FieldErrors, SignedForm};
use crate::web::page::{Me, Shell, html, invalid, see_other};
use crate::web::refusals;
use crate::web::session::flash;

#[derive(Template)]
#[template(path = "web/operation/email.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    current: Option<String>,
    typed: String,
    /// Whether a contract is open, so that the new address is written to at once.
    is_asked: bool,
    /// Whether an agreement is in force, which the change leaves alone.
    has_agreement: bool,
    errors: FieldErrors,
}

/// The form, filled with the address of today.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(*number)).await?;
    let typed = current(&case).unwrap_or_default();
    html(&page(&app, &me, &case, typed, FieldErrors::default()).await?)
}

/// Changes it.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(*number)).await?;
    let typed = form.get("email");
    let mut errors = FieldErrors::default();
    let Some(email) = parse(typed, &mut errors) else {
        return invalid(&page(&app, &me, &case, typed.to_owned(), errors).await?);
    };
    let (now, handles, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let (customer, new) = (case.customer.number, NewAddress::from(email.clone()));
    let done = app
        .db
        .transaction(move |conn| {
            customers::change_email(conn, &handles, &viewer, customer, &new, now)
        })
        .await;
    match done {
        Ok(outcome) => flash(&session, true, said(&email, &outcome)),
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            errors.add("email", "Diese Adresse ist schon hinterlegt. Geben Sie eine andere ein oder lassen Sie die Adresse, wie sie ist");
            return invalid(&page(&app, &me, &case, typed.to_owned(), errors).await?);
        }
        Err(ActionError::Refused(refusal)) => flash(&session, false, refusals::sentence(refusal)),
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(paths::status(customer)))
}

async fn page(
    app: &App,
    me: &Me,
    case: &Case,
    typed: String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        subject: Subject::of(case),
        current: current(case),
        typed,
        is_asked: case.open_request().is_some(),
        has_agreement: case.agreement().is_some(),
        errors,
    })
}

fn current(case: &Case) -> Option<String> {
    case.customer.email().map(|email| email.as_str().to_owned())
}

fn parse(typed: &str, errors: &mut FieldErrors) -> Option<EmailAddress> {
    let email = EmailAddress::parse(typed);
    if typed.trim().is_empty() {
        errors.add("email", "Geben Sie eine E-Mail-Adresse ein");
    } else if email.is_err() {
        errors.add(
            "email",
            "Geben Sie genau eine E-Mail-Adresse ein, zum Beispiel name@firma.de",
        );
    }
    email.ok()
}

fn said(email: &EmailAddress, outcome: &Outcome) -> String {
    let asked = outcome
        .changes
        .iter()
        .any(|change| matches!(change, Change::OpenRequest(_)));
    let address = email.masked();
    if asked {
        format!(
            "Die E-Mail-Adresse ist jetzt {address}. Der Kunde erhält dorthin einen neuen Link, alle früheren Links sind ungültig."
        )
    } else {
        format!("Die E-Mail-Adresse ist jetzt {address}. Eine E-Mail wurde nicht gesendet.")
    }
}
