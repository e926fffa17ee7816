//! All runs over customers: open ones, then ended ones, the youngest first.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{kind_word, per_minute, progress, subject};
use crate::actions::ActionError;
use crate::actions::bulk_runs::stage_of;
use crate::app::App;
use crate::domain::export::ExportedList;
use crate::domain::{BulkRunId, Language};
use crate::paths;
use crate::storage::bulk_runs::{BulkRun, Subjects, find_subjects, list_runs};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::words::stage_word;
use crate::web::kit::words::thousands;
use crate::wording::dates::short_moment;

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

/// GET: all runs as CSV: the open ones, then the others, the youngest first.
pub async fn sheet(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let export = Export {
        list: ExportedList::BulkRuns,
        narrowed: false,
        head: SHEET_HEAD.to_vec(),
        first: (true, None),
    };
    answer(&app, &me, &request, export, move |conn, place, sheet| {
        let (is_open, before) = *place;
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let runs = list_runs(conn, is_open, before, limit)?;
        let subjects = find_subjects(conn, &runs)?;
        for run in &runs {
            sheet.row(cells(run, &subjects, now));
        }
        Ok(match runs.last().filter(|_| runs.len() >= ROWS) {
            Some(last) => Some((is_open, Some(last.id))),
            None => is_open.then_some((false, None)),
        })
    })
    .await
}

/// Columns of the list as CSV.
const SHEET_HEAD: &[&str] = &[
    "Lauf",
    "Worum es geht",
    "Begonnen",
    "Beendet",
    "Stand",
    "Kunden",
    "Bearbeitet",
    "Erreicht",
    "Nicht erreicht",
];

fn cells(run: &BulkRun, subjects: &Subjects, now: DateTime<Utc>) -> Vec<String> {
    let moment = |at| short_moment(at, Language::De);
    let (state, _) = stage_word(stage_of(run, now));
    vec![
        kind_word(run.kind).to_owned(),
        subject(run, subjects).0,
        moment(run.begun_at),
        run.ended.map(|(at, _)| moment(at)).unwrap_or_default(),
        state.to_owned(),
        run.customers.map(|all| all.to_string()).unwrap_or_default(),
        run.seen.to_string(),
        run.done.to_string(),
        run.failed.to_string(),
    ]
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
