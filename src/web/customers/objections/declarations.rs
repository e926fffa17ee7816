//! What a customer declared against the contract, with reasons and proofs: only for the operator
//! (EV-10, 5.8-19).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::actions::{ActionError, objections};
use crate::app::App;
use crate::domain::case::{Case, RequestOutcome};
use crate::domain::{CustomerNumber, FileId, ObjectionId};
use crate::paths;
use crate::storage::declarations::{ObjectionLine, list_decline_reasons, list_objections};
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::dates::{When, short};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::upload::{SignedUpload, file_answer};

/// At most this many entries of each kind, which no customer reaches.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "web/customers/objections/declarations.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    objections: Vec<Objected>,
    /// When the customer declined, and the stored reason; the newest first.
    declines: Vec<(When, Option<String>)>,
    errors: FieldErrors,
}

/// An objection in the list.
struct Objected {
    against: String,
    way: &'static str,
    received: When,
    recorded: When,
    by: String,
    note: String,
    proofs: Vec<(String, When)>,
    /// Whether it came on paper or by mail and no proof of it is stored.
    lacks_proof: bool,
    /// Address to which a proof is added; `field` is the id of its file field.
    add: String,
    field: String,
}

/// GET: the page.
pub async fn list(
    app: web::Data<App>,
    me: Me,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    html(&page(&app, &me, &case, FieldErrors::default()).await?)
}

/// POST: adds a proof.
pub async fn add(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(CustomerNumber, ObjectionId)>,
    SignedUpload { mut files, .. }: SignedUpload,
) -> Result<HttpResponse, PageError> {
    let (number, objection) = path.into_inner();
    let case = find(&app, number).await?;
    let (customer, now) = (case.customer.number, app.clock.now());
    let wrong = match files.take("datei") {
        Ok(Some(proof)) => {
            let viewer = me.viewer.clone();
            app.db
                .transaction(move |conn| {
                    objections::add_proof(conn, &viewer, customer, objection, &proof, now)
                })
                .await?;
            return Ok(session.succeeded(
                "Der Nachweis ist hinzugefügt.",
                paths::declarations(customer),
            ));
        }
        Ok(None) => "Wählen Sie die Datei des Nachweises",
        Err(bad) => bad.sentence(),
    };
    let mut errors = FieldErrors::default();
    errors.add(field(objection), wrong);
    invalid(&page(&app, &me, &case, errors).await?)
}

/// GET: downloads a proof.
pub async fn file(
    app: web::Data<App>,
    me: Me,
    path: web::Path<(CustomerNumber, FileId)>,
) -> Result<HttpResponse, PageError> {
    let (number, file) = path.into_inner();
    let viewer = me.viewer.clone();
    let found = app
        .db
        .read(move |conn| objections::find_proof(conn, &viewer, number, file))
        .await?;
    Ok(file_answer(&format!("widerspruch-{number}"), found))
}

/// Id of the file field of an objection.
fn field(objection: ObjectionId) -> String {
    format!("datei-{objection}")
}

async fn page(app: &App, me: &Me, case: &Case, errors: FieldErrors) -> Result<Page, PageError> {
    let customer = case.customer.number;
    let (objections, reasons) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((
                list_objections(conn, customer, MOST)?,
                list_decline_reasons(conn, customer, MOST)?,
            ))
        })
        .await?;
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        subject: Subject::of(case),
        objections: objections
            .into_iter()
            .map(|line| objected(customer, line))
            .collect(),
        declines: declines(case, &reasons),
        errors,
    })
}

/// Every decline, including those without a reason (EV-10).
fn declines(case: &Case, reasons: &[(DateTime<Utc>, String)]) -> Vec<(When, Option<String>)> {
    let of = |at| reasons.iter().find(|(declined, _)| *declined == at);
    let closed = case.requests.iter().rev().filter_map(|round| round.closed);
    closed
        .filter(|(_, outcome)| *outcome == RequestOutcome::Declined)
        .map(|(at, _)| (When::clock(at), of(at).map(|(_, reason)| reason.clone())))
        .collect()
}

fn objected(customer: CustomerNumber, line: ObjectionLine) -> Objected {
    Objected {
        against: line.agreement.map_or_else(
            || "Widerspruch vor Abschluss".to_owned(),
            |number| format!("Widerspruch gegen {number}"),
        ),
        way: line.channel.word(),
        received: When {
            machine: line.received_on.to_string(),
            words: short(line.received_on),
        },
        recorded: When::clock(line.recorded_at),
        by: line.recorded_by,
        note: line.note,
        lacks_proof: line.channel.leaves_paper() && line.proofs.is_empty(),
        proofs: line
            .proofs
            .into_iter()
            .map(|(file, at)| (paths::proof(customer, file), When::clock(at)))
            .collect(),
        add: paths::add_proof(customer, line.id),
        field: field(line.id),
    }
}
