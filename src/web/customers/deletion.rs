//! Deleting a customer (row 51). It cannot be undone, so the page lists the consequences and the
//! administrator's password is asked again (S-40).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::form_version::{is_as_seen, stamp};
use crate::actions::{ActionError, customers};
use crate::app::App;
use crate::domain::case::{Case, Event, preview};
use crate::domain::retention::erasable_on;
use crate::domain::{CustomerNumber, Language};
use crate::paths;
use crate::storage::users::count_active_users;
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::effects::{Part, meaning};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::{Refuses as _, Respond as _};
use crate::web::kit::signed_form::SignedForm;
use crate::wording::dates;

/// Longest reason in characters.
const LONGEST_REASON: usize = 300;

#[derive(Template)]
#[template(path = "web/customers/deletion.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    meaning: Vec<Part>,
    users: i64,
    has_agreements: bool,
    /// When the data that are kept will be erased: "31. Dezember 2029".
    kept_until: String,
    email: Proof,
    stamp: String,
    reason: String,
    errors: FieldErrors,
}

/// GET: the form with the consequences.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    html(&page(&app, &me, &case, String::new(), FieldErrors::default()).await?)
}

/// POST: deletes the customer, if the facts are those the page was made from.
pub async fn delete(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    number: web::Path<CustomerNumber>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    let mut errors = FieldErrors::default();
    let reason = errors.reason(
        &form,
        LONGEST_REASON,
        "Geben Sie an, warum Sie den Kunden löschen",
    );
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    if !errors.is_empty() {
        return invalid(&page(&app, &me, &case, reason, errors).await?);
    }
    let (now, handles, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let (customer, seen) = (case.customer.number, form.get("stand").to_owned());
    let done = app
        .db
        .transaction(move |conn| {
            if !is_as_seen(conn, &handles, customer, &seen)? {
                return Ok(false);
            }
            customers::delete(conn, &handles, &viewer, customer, &reason, now).map(|_| true)
        })
        .await;
    match done {
        Ok(true) => {
            let name = &case.customer.party.name;
            Ok(session.succeeded(
                format!("{name} ist gelöscht. Was als Nachweis bleibt, steht hier."),
                paths::deleted_customer(customer),
            ))
        }
        Ok(false) => Ok(session.refused(
            "Seit Sie die Folgen gelesen haben, hat sich bei diesem Kunden etwas geändert. Gelöscht wurde nichts. Bitte prüfen Sie die Folgen noch einmal.",
            paths::delete_customer(customer),
        )),
        Err(error) => Ok(session.refused(error.sentence()?, paths::DELETED)),
    }
}

async fn page(
    app: &App,
    me: &Me,
    case: &Case,
    reason: String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (now, number) = (app.clock.now(), case.customer.number);
    let shell = Shell::load(app, me, paths::CUSTOMERS).await?;
    let preview = preview(case, &Event::Deleted, now).ok();
    let kept_until = preview
        .as_ref()
        .and_then(|preview| erasable_on(&preview.after, app.config.retention_years))
        .map(|day| dates::long_date(day, Language::De))
        .unwrap_or_default();
    Ok(Page {
        meaning: preview
            .map(|preview| meaning(&shell.operator.short_name, &preview))
            .unwrap_or_default(),
        users: app
            .db
            .read(move |conn| -> Result<_, ActionError> { Ok(count_active_users(conn, number)?) })
            .await?,
        subject: Subject::of(case),
        has_agreements: !case.agreements.is_empty(),
        kept_until,
        email: proof_of(app, me).await?,
        stamp: stamp(case),
        reason,
        errors,
        shell,
    })
}
