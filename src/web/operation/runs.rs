//! The state of the periodic work: what is due, what ran for long, what waits for a decision.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Duration, Utc};

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::{CustomerNumber, Language, calendar};
use crate::paths;
use crate::storage::case_rows::{Waiting, list_late};
use crate::storage::mails::count_due;
use crate::storage::runs::{COUNT_CAP, Run, list_runs};
use crate::storage::unreadable::list_unreadable;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::words::{span, thousands};

/// At most this many passes are on the page.
const RUNS: i64 = 30;
/// At most this many customers that wait for a decision are on the page.
const LATE: i64 = 50;
/// A worker that has not written its progress for this long is taken for dead.
const SILENCE: Duration = Duration::minutes(1);

#[derive(Template)]
#[template(path = "web/operation/runs.html")]
struct Page {
    shell: Shell,
    steps: String,
    lines: String,
    mails: String,
    runs: Vec<PassRow>,
    late: Vec<Late>,
    late_count: String,
    late_days: i64,
    has_more: bool,
    /// Rows that cannot be read, by table and key (F11).
    unreadable: Vec<String>,
}

/// A pass in the list.
struct PassRow {
    job: &'static str,
    began: String,
    began_machine: String,
    done: String,
    failed: i64,
    per_minute: String,
    state: String,
    status: &'static str,
    detail: String,
}

/// A customer whose reminder is held back.
struct Late {
    number: CustomerNumber,
    company: String,
    due: String,
    due_machine: String,
}

/// GET: the page.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let (counts, mails, runs, late, unreadable) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let mut count = |waiting: Waiting| waiting.count(conn, now, COUNT_CAP);
            let counts = [
                count(Waiting::Step)?,
                count(Waiting::Line)?,
                count(Waiting::LateStep)?,
            ];
            let mails = count_due(conn, now, COUNT_CAP)?;
            Ok((
                counts,
                mails,
                list_runs(conn, RUNS)?,
                list_late(conn, now, LATE)?,
                list_unreadable(conn)?,
            ))
        })
        .await?;
    let [steps, lines, late_count] = counts;
    html(&Page {
        shell: Shell::load(&app, &me, paths::RUNS).await?,
        unreadable,
        steps: capped(steps),
        lines: capped(lines),
        mails: capped(mails),
        runs: runs.into_iter().map(|run| line(run, now)).collect(),
        has_more: late_count > LATE,
        late_count: capped(late_count),
        late_days: calendar::LATE.num_days(),
        late: late
            .into_iter()
            .map(|(number, company, due)| Late {
                number,
                company,
                due: calendar::short_date(calendar::day(due), Language::De),
                due_machine: calendar::machine_moment(due),
            })
            .collect(),
    })
}

fn line(run: Run, now: DateTime<Utc>) -> PassRow {
    let lasted = span(Duration::seconds(i64::from(run.seconds)));
    let (status, state, detail) = match run.ended.as_deref() {
        Some("stopped") => (
            "open",
            "angehalten".to_owned(),
            format!("nach {lasted}; der nächste Durchgang macht weiter"),
        ),
        Some(_) => ("concluded", "fertig".to_owned(), format!("nach {lasted}")),
        None if now - run.seen_at < SILENCE => {
            ("requested", "läuft".to_owned(), format!("seit {lasted}"))
        }
        None => (
            "undeliverable",
            "abgebrochen".to_owned(),
            "Der Prozess hat sich nicht mehr gemeldet; der nächste Durchgang macht weiter"
                .to_owned(),
        ),
    };
    PassRow {
        job: match run.job.as_str() {
            "remind" => "Erinnerungen und Fristen",
            "late" => "Lange Fälliges",
            "refresh" => "Kundenliste nachführen",
            _ => "E-Mails senden",
        },
        began: calendar::short_moment(run.began_at, Language::De),
        began_machine: calendar::machine_moment(run.began_at),
        done: thousands(run.done),
        failed: run.failed,
        per_minute: thousands(run.per_minute()),
        state,
        status,
        detail,
    }
}

/// A count as printed; it stops at the cap with a plus.
fn capped(count: i64) -> String {
    if count > COUNT_CAP {
        format!("{}+", thousands(COUNT_CAP))
    } else {
        thousands(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        for (number, words) in [
            (0, "0"),
            (999, "999"),
            (1000, "1.000"),
            (1_234_567, "1.234.567"),
        ] {
            assert_eq!(thousands(number), words);
        }
        assert_eq!(capped(COUNT_CAP + 1), "10.000+");
    }
}
