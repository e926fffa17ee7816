//! Working hours of the simple model, computed independently of the rules.

use chrono::{Datelike, Days, Timelike, Weekday};
use chrono_tz::Europe::Berlin;

use super::Time;

/// Easter Sundays of the years in which the sequences take place, from 2026 on: month and day.
const EASTER: [(u32, u32); 15] = [
    (4, 5),
    (3, 28),
    (4, 16),
    (4, 1),
    (4, 21),
    (4, 13),
    (3, 28),
    (4, 17),
    (4, 9),
    (3, 25),
    (4, 13),
    (4, 5),
    (4, 25),
    (4, 10),
    (4, 1),
];

/// From 8 to 20 o'clock in Berlin, Monday to Friday, except on the holidays of all of Germany.
pub(in crate::domain::case) fn people_work(now: Time) -> bool {
    let wall = now.with_timezone(&Berlin);
    let day = wall.date_naive();
    let place = usize::try_from(day.year() - 2026).unwrap();
    let (month, first) = EASTER[place];
    let easter = chrono::NaiveDate::from_ymd_opt(day.year(), month, first).unwrap();
    let moves = day == easter - Days::new(2)
        || [1, 39, 50]
            .map(|days| easter + Days::new(days))
            .contains(&day);
    let stays = ["0101", "0501", "1003", "1225", "1226"]
        .contains(&format!("{:02}{:02}", day.month(), day.day()).as_str());
    let is_weekend = [Weekday::Sat, Weekday::Sun].contains(&day.weekday());
    (8..20).contains(&wall.hour()) && !is_weekend && !moves && !stays
}
