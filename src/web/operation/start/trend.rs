//! Number of customers by status over the last months, drawn day by day.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{Days, NaiveDate};

use crate::domain::Language;
use crate::domain::calendar::short_date;
use crate::domain::case::Status;
use crate::web::kit::words::thousands;

/// Number of days in the chart, including today.
const DAYS: u64 = 91;
/// The chart of a young portal covers fewer days, but at least this many.
const FEWEST: u64 = 14;
/// Days between two rows of the table.
const LINE: usize = 7;

/// The curves with their statuses, the most desired one first.
const SERIES: [(&str, &[Status]); 4] = [
    ("Abgeschlossen", &[Status::Concluded, Status::UpdatePending]),
    (
        "Läuft",
        &[Status::Open, Status::Requested, Status::Reminded],
    ),
    (
        "Zu klären",
        &[
            Status::NoEmail,
            Status::AddressOpen,
            Status::Undeliverable,
            Status::Expired,
            Status::RenewalRequired,
            Status::AmendmentOpen,
        ],
    ),
    (
        "Abgelehnt oder widersprochen",
        &[Status::Declined, Status::Void],
    ),
];

/// The chart, and its figures as a table.
pub(super) struct Trend {
    /// Width of the drawing in days.
    pub width: u64,
    /// First and last day, in words; `None` if no day was counted.
    pub span: Option<(String, String)>,
    pub curves: Vec<Curve>,
    pub heads: [&'static str; 4],
    pub rows: Vec<TrendRow>,
}

/// One curve of the chart.
pub(super) struct Curve {
    pub label: &'static str,
    /// The latest figure, and the change since the oldest.
    pub newest: String,
    pub change: String,
    /// SVG path of the area under the curve: one step for each day, with gaps for days without a
    /// count.
    pub path: String,
}

/// One row of the table.
pub(super) struct TrendRow {
    pub day: NaiveDate,
    pub words: String,
    pub counts: [String; 4],
}

/// The first day the chart can show.
pub(super) fn since(today: NaiveDate) -> NaiveDate {
    today - Days::new(DAYS - 1)
}

/// Draws `figures`, which begin at [`since`] or later.
pub(super) fn trend(today: NaiveDate, figures: &[(NaiveDate, Status, i64)]) -> Trend {
    let mut days: BTreeMap<NaiveDate, [i64; 4]> = BTreeMap::new();
    for (day, status, customers) in figures.iter().filter(|(day, ..)| *day <= today) {
        let counts = days.entry(*day).or_default();
        for (count, (_, statuses)) in counts.iter_mut().zip(SERIES) {
            if statuses.contains(status) {
                *count += customers;
            }
        }
    }
    let first = days.keys().next().copied();
    let age = first.map_or(0, |first| (today - first).num_days().unsigned_abs() + 1);
    let width = age.clamp(FEWEST, DAYS);
    let begin = today - Days::new(width - 1);
    let last = days.keys().next_back().copied();
    Trend {
        width,
        span: first
            .zip(last)
            .map(|(first, last)| (words(first), words(last))),
        curves: SERIES
            .iter()
            .enumerate()
            .map(|(at, (label, _))| {
                let counts: Vec<(u64, i64)> = days
                    .iter()
                    .map(|(day, counts)| ((*day - begin).num_days().unsigned_abs(), counts[at]))
                    .collect();
                curve(label, &counts)
            })
            .collect(),
        heads: SERIES.map(|(label, _)| label),
        rows: rows(&days),
    }
}

fn words(day: NaiveDate) -> String {
    short_date(day, Language::De)
}

fn curve(label: &'static str, counts: &[(u64, i64)]) -> Curve {
    let highest = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let mut path = String::new();
    for (place, count) in counts {
        // A single customer among many must still be visible.
        let height = match count {
            0 => 0,
            count => (count * 96 / highest.max(1)).max(2),
        };
        let (top, end) = (100 - height, place + 1);
        let _ = write!(path, "M{place} 100V{top}H{end}V100Z");
    }
    let newest = counts.last().map_or(0, |(_, count)| *count);
    let change = match counts {
        [(_, oldest), _, ..] => match newest - oldest {
            0 => "unverändert".to_owned(),
            more @ 1.. => format!("+{}", thousands(more)),
            less => format!("−{}", thousands(-less)),
        },
        _ => String::new(),
    };
    Curve {
        label,
        newest: thousands(newest),
        change,
        path,
    }
}

/// The latest day and every seventh counted one before it, the latest first.
fn rows(days: &BTreeMap<NaiveDate, [i64; 4]>) -> Vec<TrendRow> {
    days.iter()
        .rev()
        .step_by(LINE)
        .map(|(day, counts)| TrendRow {
            day: *day,
            words: words(*day),
            counts: counts.map(thousands),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn paths(trend: &Trend) -> Vec<&str> {
        let paths = trend.curves.iter().map(|curve| curve.path.as_str());
        paths.collect()
    }

    #[test]
    fn without_any_day_nothing_is_drawn() {
        let trend = trend(day("2026-11-23"), &[]);
        assert_eq!((trend.span, trend.rows.len()), (None, 0));
        assert!(trend.curves.iter().all(|curve| curve.path.is_empty()));
    }

    #[test]
    fn one_day_is_one_step_at_the_end_of_a_fortnight() {
        let today = day("2026-11-23");
        let figures = [
            (today, Status::Concluded, 30),
            (today, Status::UpdatePending, 12),
            (today, Status::Void, 0),
        ];
        let trend = trend(today, &figures);
        assert_eq!(trend.width, 14);
        assert_eq!(trend.span.as_ref().unwrap().0, "23.11.2026");
        assert_eq!(paths(&trend)[0], "M13 100V4H14V100Z");
        assert_eq!(
            paths(&trend)[3],
            "M13 100V100H14V100Z",
            "nobody, but counted"
        );
        let curve = &trend.curves[0];
        assert_eq!((curve.newest.as_str(), curve.change.as_str()), ("42", ""));
        assert_eq!(trend.rows[0].counts[0], "42");
    }

    #[test]
    fn many_days_fill_the_width_and_a_gap_stays_a_gap() {
        let today = day("2026-11-23");
        let first = since(today);
        let mut figures = Vec::new();
        for (at, day) in first.iter_days().take(91).enumerate() {
            if at != 50 {
                let customers = i64::try_from(at).unwrap() * 1000;
                figures.push((day, Status::Concluded, customers));
                figures.push((day, Status::Declined, 2 - customers / 45_000));
            }
        }
        let trend = trend(today, &figures);
        assert_eq!((trend.width, trend.rows.len()), (91, 13));
        let path = paths(&trend)[0];
        assert!(path.starts_with("M0 100V100H1V100Z") && path.ends_with("M90 100V4H91V100Z"));
        assert!(path.contains("M1 100V98H2V100Z"), "few are seen: {path}");
        assert!(path.contains("M49 ") && !path.contains("M50 ") && path.contains("M51 "));
        let changes: Vec<&str> = trend
            .curves
            .iter()
            .map(|curve| curve.change.as_str())
            .collect();
        assert_eq!(changes, ["+90.000", "unverändert", "unverändert", "−2"]);
    }

    #[test]
    fn every_status_that_asks_for_something_is_drawn_once() {
        let drawn: Vec<Status> = SERIES
            .iter()
            .flat_map(|(_, statuses)| statuses.iter().copied())
            .collect();
        for status in Status::ALL {
            let times = drawn.iter().filter(|one| **one == status).count();
            let is_idle = matches!(status, Status::NotRequired | Status::Ended);
            assert_eq!(times, usize::from(!is_idle), "{status:?}");
        }
    }
}
