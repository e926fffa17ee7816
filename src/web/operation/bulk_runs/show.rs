//! One run over customers: its progress, the customers it could not reach, and the button that
//! pauses it.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{kind_word, per_minute, progress, subject};
use crate::actions::ActionError;
use crate::actions::bulk_runs::{Turn, stage_of, turn};
use crate::app::App;
use crate::domain::bulk_run::RunStage;
use crate::domain::{BulkRunId, CustomerNumber};
use crate::paths;
use crate::storage::bulk_runs::{Failure, find_run, find_subjects, list_failures};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::words::{stage_word, thousands};

/// Customers per page.
const PAGE: i64 = 50;

/// The customer behind which the page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    nach: String,
}

#[derive(Template)]
#[template(path = "web/operation/bulk_runs/show.html")]
struct Page {
    shell: Shell,
    href: String,
    kind: &'static str,
    subject: String,
    subject_href: String,
    state: &'static str,
    status: &'static str,
    can_pause: bool,
    can_resume: bool,
    begun: When,
    ended: Option<When>,
    progress: String,
    is_counted: bool,
    done: String,
    failed: String,
    per_minute: Option<String>,
    is_over: bool,
    lines: Vec<FailureRow>,
    is_later: bool,
    next: Option<String>,
}

/// A customer that could not be written.
struct FailureRow {
    number: String,
    company: String,
    href: String,
    at: When,
}

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<BulkRunId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (id, now) = (*id, app.clock.now());
    let after: Option<CustomerNumber> = asked.nach.parse().ok();
    let (run, subjects, mut found) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let run = find_run(conn, id)?.ok_or(ActionError::NotFound)?;
            let subjects = find_subjects(conn, std::slice::from_ref(&run))?;
            let failures = list_failures(conn, id, after, PAGE + 1)?;
            Ok((run, subjects, failures))
        })
        .await?;
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_next = found.len() > most;
    found.truncate(most);
    let href = paths::bulk_run(id);
    let last = found.last().filter(|_| has_next);
    let next = last.map(|last| format!("{href}?nach={}#kunden", last.customer));
    let stage = stage_of(&run, now);
    let (state, status) = stage_word(stage);
    let is_over = matches!(stage, RunStage::Over(_));
    let (subject, subject_href) = subject(&run, &subjects);
    html(&Page {
        shell: Shell::load(&app, &me, paths::BULK_RUNS).await?,
        href,
        kind: kind_word(run.kind),
        subject,
        subject_href,
        state,
        status,
        can_pause: run.kind.can_pause() && !is_over && stage != RunStage::Paused,
        can_resume: stage == RunStage::Paused,
        begun: When::moment(run.begun_at),
        ended: run.ended.map(|(at, _)| When::moment(at)),
        progress: progress(&run),
        is_counted: run.customers.is_some(),
        done: thousands(run.done),
        failed: thousands(run.failed),
        per_minute: per_minute(&run),
        is_over,
        lines: found.into_iter().map(line).collect(),
        is_later: after.is_some(),
        next,
    })
}

fn line(failure: Failure) -> FailureRow {
    FailureRow {
        number: failure.customer.to_string(),
        company: failure.company.unwrap_or_default(),
        href: paths::status(failure.customer),
        at: When::moment(failure.at),
    }
}

/// POST: pauses or resumes the run.
pub async fn turn_it(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<BulkRunId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (wanted, said) = match form.get("schritt") {
        "anhalten" => (Turn::Pause, "Der Lauf ist angehalten."),
        "fortsetzen" => (Turn::Resume, "Der Lauf geht weiter."),
        _ => return Err(PageError::BadForm),
    };
    let (id, viewer, now) = (*id, me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| turn(conn, &viewer, id, wanted, now))
        .await;
    session.respond_again(done, |()| said, paths::bulk_run(id))
}
