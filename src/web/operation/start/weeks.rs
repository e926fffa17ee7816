//! Twelve weeks of events, as a table whose cells contain bars.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, Utc};

use crate::domain::calendar;
use crate::storage::audit::Figures;

/// Number of weeks, including the present one.
const WEEKS: u64 = 12;

/// The twelve weeks as a table whose cells contain bars.
pub(super) struct Weeks {
    pub numbers: Vec<u32>,
    pub caption: String,
    pub rows: Vec<BarRow>,
    pub is_empty: bool,
}

/// One row of bars.
pub(super) struct BarRow {
    pub label: &'static str,
    pub total: i64,
    pub bars: Vec<Bar>,
}

/// One bar: its count, and its height in hundredths of the highest in the row.
pub(super) struct Bar {
    pub count: i64,
    pub height: i64,
    pub is_current: bool,
}

/// The moments at which the weeks begin, the oldest first.
pub(super) fn begins(today: NaiveDate) -> Vec<DateTime<Utc>> {
    mondays(today)
        .into_iter()
        .map(|monday| calendar::at(monday, NaiveTime::MIN))
        .collect()
}

/// The Mondays with which the weeks begin, the oldest first.
fn mondays(today: NaiveDate) -> Vec<NaiveDate> {
    let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    (0..WEEKS)
        .rev()
        .map(|back| monday - Days::new(7 * back))
        .collect()
}

/// The weeks up to `today`; `figures` has one entry for each of [`begins`].
pub(super) fn weeks(today: NaiveDate, figures: &[Figures]) -> Weeks {
    let mondays = mondays(today);
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
                // A bar for a single event must still be visible.
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use chrono::Duration;

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
