//! "Was heute zu tun ist": the administrator's start page. Everything on it is counted up to a cap
//! or read from a short range of an index, so the page costs the same with a million customers.

mod seal;
mod tasks;
mod text;
mod trend;
mod weeks;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::parts::alert_lines::{Item, item};
use super::parts::setup_lines::{SetupLine, lines};
use crate::actions::{ActionError, setup};
use crate::app::App;
use crate::domain::case::Status;
use crate::domain::viewer::Scope;
use crate::domain::{Language, calendar};
use crate::mail::Transport;
use crate::paths;
use crate::places::Kind;
use crate::storage::alerts::{AlertFilter, AlertLine, count_alerts, page_alerts};
use crate::storage::audit::{Figures, count_figures};
use crate::storage::bulk_runs::count_stuck;
use crate::storage::case_rows::{Waiting, count_statuses};
use crate::storage::contract_versions::count_in_work;
use crate::storage::mails::{count_trouble, count_waiting, queue_state};
use crate::storage::partners::count_unreleased;
use crate::storage::replies::count_open as count_open_replies;
use crate::storage::runs::{Run, list_runs};
use crate::storage::status_days::list_days;
use crate::storage::unreadable::list_unreadable;
use crate::storage::{PgConnection, QueryResult, agreement_imports, proposals};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::words::span;
use crate::wording::dates;
use seal::Seal;
use tasks::{COUNT_CAP, Counts, FAILED_DAYS, Task, capped, tasks};
use text::Text;
use trend::{Trend, since, trend};
use weeks::{Weeks, begins, weeks};

/// At most this many open alerts are on the page; the list has them all.
const ALERTS: i64 = 5;
/// Number of passes of the periodic work that are checked for failures.
const RUNS: i64 = 50;
/// A pass that has not written its progress for this long is taken for dead.
const SILENCE: Duration = Duration::minutes(2);
/// Notifying the customers of a blocked partner takes minutes; a run that takes longer than this is
/// stuck.
const SLOW_BLOCK: Duration = Duration::hours(1);
/// A mail that waits longer than this shows that the mail server does not answer.
const LONG_WAIT: Duration = Duration::minutes(15);

#[derive(Template)]
#[template(path = "web/operation/start/start.html")]
struct Page {
    shell: Shell,
    today: NaiveDate,
    weekday: String,
    date: String,
    is_unnamed: bool,
    has_customers: bool,
    /// What is left of the set-up, and what is done of it.
    open: Vec<SetupLine>,
    done: Vec<SetupLine>,
    alerts: Vec<Item>,
    alert_count: String,
    /// The address that the buttons of the alerts lead back to.
    back: &'static str,
    tasks: Vec<Task>,
    text: Text,
    weeks: Weeks,
    trend: Trend,
    mail: Health,
    seal: Seal,
}

/// The state of the mail queue.
struct Health {
    status: &'static str,
    word: &'static str,
    detail: String,
    waiting: String,
    longest: String,
    failed: String,
    /// Whether mails are only written to a folder.
    is_folder: bool,
}

/// What the page shows, as it was read.
struct Found {
    counts: Counts,
    alerts: Vec<AlertLine>,
    alert_count: i64,
    figures: Vec<Figures>,
    days: Vec<(NaiveDate, Status, i64)>,
    queue: (usize, Option<DateTime<Utc>>),
}

/// GET: the page.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let today = calendar::day(now);
    let own = app.clone();
    let (found, text, facts) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let found = read(conn, today, now)?;
            let text = text::read(conn, &own, now)?;
            // A portal for trying things out is never done, and need not be.
            let facts = match own.config.environment.is_production() {
                true => Some(setup::facts(conn, &own, now)?),
                false => None,
            };
            Ok((found, text, facts))
        })
        .await?;
    let text = me
        .turn
        .take(&app, Kind::SignedIn, move || Text::of(text))
        .await?;
    let (open, done) = facts.as_ref().map(lines).unwrap_or_default();
    let weekday_date = dates::weekday_date(today, Language::De);
    let (weekday, date) = weekday_date.split_once(", ").unwrap_or(("", &weekday_date));
    let (weekday, date) = (weekday.to_owned(), date.to_owned());
    let shell = Shell::load(&app, &me, paths::OPERATION).await?;
    let statuses = &found.counts.statuses;
    html(&Page {
        today,
        weekday,
        date,
        open,
        done,
        is_unnamed: shell.operator.party.name.is_empty(),
        has_customers: statuses.iter().any(|(_, count)| *count > 0),
        tasks: tasks(&found.counts),
        text,
        weeks: weeks(today, &found.figures),
        trend: trend(today, &found.days),
        mail: health(&app, &found, now),
        seal: Seal::new(&app, now),
        alert_count: capped(found.alert_count),
        alerts: found
            .alerts
            .into_iter()
            // What does not fit the text any more stands above, as it is at this moment.
            .map(|line| Item {
                reasons: Vec::new(),
                ..item(line, &me.viewer)
            })
            .collect(),
        back: paths::OPERATION,
        shell,
    })
}

fn read(conn: &mut PgConnection, today: NaiveDate, now: DateTime<Utc>) -> QueryResult<Found> {
    let (cap, open) = (COUNT_CAP, AlertFilter::default());
    let lately = now - Duration::days(FAILED_DAYS);
    Ok(Found {
        counts: Counts {
            statuses: count_statuses(conn, Scope::All, now)?,
            answers: count_open_replies(conn, cap)?,
            waiting: count_waiting(conn, now - LONG_WAIT, cap)?,
            refused: count_trouble(conn, "failed", lately)?,
            returned: count_trouble(conn, "returned", lately)?,
            late: Waiting::LateStep.count(conn, now, cap)?,
            failed_runs: failed_runs(&list_runs(conn, RUNS)?, now),
            proposals: proposals::count_open(conn, cap)?,
            existing: agreement_imports::find_proposed(conn, cap)?,
            versions: count_in_work(conn)?,
            stuck_runs: count_stuck(conn, now - SLOW_BLOCK)?,
            unreadable: list_unreadable(conn)?.len(),
            unreleased: count_unreleased(conn, cap)?,
        },
        alerts: page_alerts(conn, open, None, ALERTS)?,
        alert_count: count_alerts(conn, open, cap)?,
        figures: count_figures(conn, &begins(today))?,
        days: list_days(conn, since(today))?,
        queue: queue_state(conn)?,
    })
}

/// Passes of the last day in which rows failed, or whose process died.
fn failed_runs(runs: &[Run], now: DateTime<Utc>) -> i64 {
    let failed = runs.iter().filter(|run| {
        let is_dead = run.ended.is_none() && now - run.seen_at > SILENCE;
        now - run.began_at < Duration::days(1) && (run.failed > 0 || is_dead)
    });
    i64::try_from(failed.count()).unwrap_or(i64::MAX)
}

fn health(app: &App, found: &Found, now: DateTime<Utc>) -> Health {
    let (waiting, oldest) = found.queue;
    let longest = oldest.map(|since| (now - since).max(Duration::zero()));
    let is_stuck = longest.is_some_and(|longest| longest > LONG_WAIT);
    let is_folder = matches!(app.transport, Transport::Folder(_));
    let (status, word, detail) = if is_stuck {
        (
            "undeliverable",
            "Versand stockt",
            "Eine E-Mail wartet ungewöhnlich lange. Prüfen Sie, ob der Mailserver antwortet."
                .to_owned(),
        )
    } else {
        let checked = dates::short_moment(now, Language::De);
        let (_, time) = checked.split_once(", ").unwrap_or(("", &checked));
        (
            "concluded",
            "Versand läuft",
            format!("geprüft um {time} Uhr"),
        )
    };
    Health {
        status,
        word,
        detail,
        waiting: i64::try_from(waiting).map_or_else(|_| String::new(), capped),
        longest: longest.map_or_else(|| "–".to_owned(), span),
        failed: capped(found.counts.refused + found.counts.returned),
        is_folder,
    }
}
