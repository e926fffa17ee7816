//! "Was heute zu tun ist": where an administrator's day begins.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Datelike as _, Days, Duration, NaiveDate, NaiveTime, Utc};

use super::seal::Seal;
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::case::Status;
use crate::domain::viewer::Scope;
use crate::domain::{Language, calendar};
use crate::mail::Transport;
use crate::paths;
use crate::storage::audit::{Figures, count_figures};
use crate::storage::case_rows::{COUNT_CAP, count_statuses};
use crate::storage::mails::{count_trouble, queue_state};
use crate::storage::proposals;
use crate::web::error::PageError;
use crate::web::page::{Me, Shell, html};

/// Weeks in the overview, the one that runs included.
const WEEKS: u64 = 12;
/// Days over which refused mails are counted.
const FAILED_DAYS: i64 = 7;
/// A mail that waits longer than this is a sign that the mail server does not answer.
const LONG_WAIT: Duration = Duration::minutes(15);

#[derive(Template)]
#[template(path = "web/operation/start.html")]
struct Page {
    shell: Shell,
    today: NaiveDate,
    weekday: String,
    date: String,
    is_unnamed: bool,
    has_customers: bool,
    urgent: Vec<Task>,
    known: Vec<Task>,
    weeks: Weeks,
    mail: Health,
    seal: Seal,
}

/// A line of work with its count.
struct Task {
    count: String,
    label: &'static str,
    href: String,
    hint: &'static str,
}

/// The twelve weeks as a table whose cells carry bars.
struct Weeks {
    numbers: Vec<u32>,
    caption: String,
    rows: Vec<BarRow>,
    is_empty: bool,
}

/// One row of bars.
struct BarRow {
    label: &'static str,
    total: i64,
    bars: Vec<Bar>,
}

/// One bar: what it counts, and its height in hundredths of the row's highest.
struct Bar {
    count: i64,
    height: i64,
    is_current: bool,
}

/// How the queue of mails is.
struct Health {
    status: &'static str,
    word: &'static str,
    detail: String,
    waiting: String,
    longest: String,
    failed: usize,
    /// Whether mails are only written to a folder.
    is_folder: bool,
}

/// What the page reads.
struct Found {
    counts: Vec<(Status, i64)>,
    figures: Vec<Figures>,
    queue: (usize, Option<DateTime<Utc>>),
    failed: usize,
    proposals: usize,
}

/// The page.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let today = calendar::day(now);
    let mondays = mondays(today);
    let begins: Vec<_> = mondays
        .iter()
        .map(|monday| calendar::at(*monday, NaiveTime::MIN))
        .collect();
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok(Found {
                counts: count_statuses(conn, Scope::All, now)?,
                figures: count_figures(conn, &begins)?,
                queue: queue_state(conn)?,
                failed: count_trouble(conn, now - Duration::days(FAILED_DAYS))?,
                proposals: proposals::count_open(conn, i64::from(COUNT_CAP))?,
            })
        })
        .await?;
    let weekday_date = calendar::weekday_date(today, Language::De);
    let (weekday, date) = weekday_date.split_once(", ").unwrap_or(("", &weekday_date));
    let (weekday, date) = (weekday.to_owned(), date.to_owned());
    let shell = Shell::load(&app, &me, paths::OPERATION).await?;
    html(&Page {
        today,
        weekday,
        date,
        is_unnamed: shell.operator.party.name.is_empty(),
        has_customers: found.counts.iter().any(|(_, count)| *count > 0),
        urgent: urgent(&found),
        known: tasks(
            &found.counts,
            &[
                (
                    Status::Declined,
                    "Abschluss abgelehnt",
                    "Vertriebspartner haben hier keinen Zugriff",
                ),
                (
                    Status::Void,
                    "Vertrag widersprochen",
                    "Vertriebspartner haben hier keinen Zugriff",
                ),
            ],
        ),
        weeks: weeks(&mondays, &found.figures),
        mail: health(&app, &found, now),
        seal: Seal::new(&app, now),
        shell,
    })
}

fn urgent(found: &Found) -> Vec<Task> {
    let mut urgent = tasks(
        &found.counts,
        &[
            (
                Status::Undeliverable,
                "E-Mail nicht zustellbar",
                "Erinnerungen ruhen, bis die Adresse stimmt oder jemand erneut sendet",
            ),
            (
                Status::NoEmail,
                "E-Mail-Adresse fehlt",
                "Die Anforderung kann erst gesendet werden, wenn die Adresse eingetragen ist",
            ),
            (
                Status::RenewalRequired,
                "Neuabschluss nötig",
                "Der Vertrag nennt einen anderen Vertriebspartner",
            ),
            (
                Status::Expired,
                "Ohne Antwort abgelaufen",
                "Drei Erinnerungen ohne Antwort, von selbst geht keine E-Mail mehr hinaus",
            ),
        ],
    );
    if found.proposals > 0 {
        urgent.insert(
            0,
            Task {
                count: i64::try_from(found.proposals).map_or_else(|_| String::new(), capped),
                label: "Vorschläge warten auf eine zweite Person",
                href: paths::PROPOSALS.to_owned(),
                hint: "Papierverträge und irrtümlich erfasste Widersprüche werden erst mit der Bestätigung wirksam",
            },
        );
    }
    if found.failed > 0 {
        urgent.insert(
            0,
            Task {
                count: found.failed.to_string(),
                label: "E-Mails vom Mailserver abgelehnt",
                href: paths::MAILS.to_owned(),
                hint: "in den letzten sieben Tagen",
            },
        );
    }
    urgent
}

/// Lines for the statuses that occur.
fn tasks(counts: &[(Status, i64)], wanted: &[(Status, &'static str, &'static str)]) -> Vec<Task> {
    wanted
        .iter()
        .filter_map(|(status, label, hint)| {
            let (_, count) = counts.iter().find(|(known, _)| known == status)?;
            (*count > 0).then(|| Task {
                count: capped(*count),
                label,
                href: format!("{}?status={}", paths::CUSTOMERS, status.key()),
                hint,
            })
        })
        .collect()
}

/// Counts stop at a cap, and the page says so.
fn capped(count: i64) -> String {
    if count > i64::from(COUNT_CAP) {
        "1.000+".to_owned()
    } else {
        count.to_string()
    }
}

/// The Mondays with which the weeks begin, the oldest first.
fn mondays(today: NaiveDate) -> Vec<NaiveDate> {
    let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    (0..WEEKS)
        .rev()
        .map(|back| monday - Days::new(7 * back))
        .collect()
}

fn weeks(mondays: &[NaiveDate], figures: &[Figures]) -> Weeks {
    let rows = [
        row("Abgeschlossen", figures, |week| week.concluded),
        row("Angefordert", figures, |week| week.requested),
        row("Abgelehnt oder widersprochen", figures, |week| week.refused),
    ];
    let numbers: Vec<u32> = mondays.iter().map(|day| day.iso_week().week()).collect();
    Weeks {
        caption: format!(
            "Vorgänge je Kalenderwoche. Die laufende Woche {} ist nur umrandet.",
            numbers.last().copied().unwrap_or_default()
        ),
        numbers,
        is_empty: rows.iter().all(|row| row.total == 0),
        rows: rows.into(),
    }
}

fn row(label: &'static str, figures: &[Figures], count: fn(&Figures) -> i64) -> BarRow {
    let counts: Vec<i64> = figures.iter().map(count).collect();
    let highest = counts.iter().copied().max().unwrap_or_default().max(1);
    let last = counts.len().saturating_sub(1);
    BarRow {
        label,
        total: counts.iter().sum(),
        bars: counts
            .iter()
            .enumerate()
            .map(|(at, count)| Bar {
                count: *count,
                // A single one must still be seen.
                height: if *count == 0 {
                    0
                } else {
                    (count * 96 / highest).max(3)
                },
                is_current: at == last,
            })
            .collect(),
    }
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
        let checked = calendar::short_moment(now, Language::De);
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
        failed: found.failed,
        is_folder,
    }
}

/// A span as people say it.
pub(super) fn span(span: Duration) -> String {
    match (span.num_days(), span.num_hours(), span.num_minutes()) {
        (0, 0, 0) => "unter 1 Min.".to_owned(),
        (0, 0, minutes) => format!("{minutes} Min."),
        (0, hours, _) => format!("{hours} Std."),
        (1, ..) => "1 Tag".to_owned(),
        (days, ..) => format!("{days} Tage"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn weeks_begin_on_berlin_mondays_also_over_the_end_of_summer_time_and_the_year() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (today, first, last) in [
            ("2026-11-24", "2026-09-07", "2026-11-23"),
            ("2026-11-23", "2026-09-07", "2026-11-23"),
            ("2026-11-22", "2026-08-31", "2026-11-16"),
            ("2027-01-03", "2026-10-12", "2026-12-28"),
        ] {
            let mondays = mondays(day(today));
            assert_eq!(mondays.len(), 12);
            assert_eq!(
                (mondays[0], mondays[11]),
                (day(first), day(last)),
                "{today}"
            );
        }
        // The week of the change to winter time has 169 hours.
        let begins: Vec<_> = mondays(day("2026-11-01"))
            .into_iter()
            .rev()
            .take(2)
            .map(|monday| calendar::at(monday, NaiveTime::MIN))
            .collect();
        assert_eq!(begins[0] - begins[1], Duration::hours(169));
    }

    #[test]
    fn the_highest_bar_fills_its_row_and_the_smallest_is_seen() {
        let figures: Vec<Figures> = [0, 1, 1000]
            .map(|concluded| Figures {
                concluded,
                ..Figures::default()
            })
            .into();
        let row = row("", &figures, |week| week.concluded);
        let heights: Vec<i64> = row.bars.iter().map(|bar| bar.height).collect();
        assert_eq!((row.total, heights), (1001, vec![0, 3, 96]));
        assert!(row.bars[2].is_current && !row.bars[1].is_current);
    }
}
