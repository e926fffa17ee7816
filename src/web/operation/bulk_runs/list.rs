//! All runs over customers: open ones, then ended ones, the youngest first.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{kind_word, per_minute, progress, subject};
use crate::actions::ActionError;
use crate::actions::bulk_runs::stage_of;
use crate::app::App;
use crate::domain::BulkRunId;
use crate::paths;
use crate::storage::bulk_runs::{BulkRun, Subjects, find_subjects, list_runs};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::words::stage_word;
use crate::web::kit::words::thousands;

/// At most this many open runs are on the page; there are rarely more than a few.
const OPEN: i64 = 100;
/// Ended runs per page.
const PAGE: i64 = 50;

/// The run behind which the page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    nach: String,
}

#[derive(Template)]
#[template(path = "web/operation/bulk_runs/list.html")]
struct Page {
    shell: Shell,
    open: Vec<BulkRunRow>,
    over: Vec<BulkRunRow>,
    is_later: bool,
    next: Option<String>,
}

/// A run in the list.
struct BulkRunRow {
    href: String,
    kind: &'static str,
    subject: String,
    begun: When,
    progress: String,
    done: String,
    failed: Option<String>,
    per_minute: Option<String>,
    state: &'static str,
    status: &'static str,
}

/// GET: the list.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let before: Option<BulkRunId> = asked.nach.parse().ok();
    let (open, mut over, subjects) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let open = match before {
                None => list_runs(conn, true, None, OPEN)?,
                Some(_) => Vec::new(),
            };
            let over = list_runs(conn, false, before, PAGE + 1)?;
            let all = [&*open, &*over].concat();
            let subjects = find_subjects(conn, &all)?;
            Ok((open, over, subjects))
        })
        .await?;
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_next = over.len() > most;
    over.truncate(most);
    let next = over
        .last()
        .filter(|_| has_next)
        .map(|last| format!("{}?nach={}", paths::BULK_RUNS, last.id));
    let lines = |runs: &[BulkRun]| -> Vec<BulkRunRow> {
        let line = |run| line(run, &subjects, now);
        runs.iter().map(line).collect()
    };
    html(&Page {
        shell: Shell::load(&app, &me, paths::BULK_RUNS).await?,
        open: lines(&open),
        over: lines(&over),
        is_later: before.is_some(),
        next,
    })
}

fn line(run: &BulkRun, subjects: &Subjects, now: DateTime<Utc>) -> BulkRunRow {
    let (state, status) = stage_word(stage_of(run, now));
    let (subject, _) = subject(run, subjects);
    BulkRunRow {
        href: paths::bulk_run(run.id),
        kind: kind_word(run.kind),
        subject,
        begun: When::moment(run.begun_at),
        progress: progress(run),
        done: thousands(run.done),
        failed: Some(run.failed).filter(|failed| *failed > 0).map(thousands),
        per_minute: per_minute(run),
        state,
        status,
    }
}
