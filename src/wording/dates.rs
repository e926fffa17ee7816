//! Days and moments as people read them, always by the clock of Berlin.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use chrono_tz::Europe::Berlin;
use chrono_tz::OffsetComponents as _;

use crate::domain::Language;

const WEEKDAYS_DE: [&str; 7] = [
    "Montag",
    "Dienstag",
    "Mittwoch",
    "Donnerstag",
    "Freitag",
    "Samstag",
    "Sonntag",
];
const WEEKDAYS_EN: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS_DE: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A date in prose: "6. Dezember 2026", "6 December 2026".
pub fn long_date(date: NaiveDate, language: Language) -> String {
    let month = date.month0() as usize;
    match language {
        Language::De => format!("{}. {} {}", date.day(), MONTHS_DE[month], date.year()),
        Language::En => format!("{} {} {}", date.day(), MONTHS_EN[month], date.year()),
    }
}

/// A date with its weekday: "Sonntag, 6. Dezember 2026", "Sunday, 6 December 2026".
pub fn weekday_date(date: NaiveDate, language: Language) -> String {
    let weekday = date.weekday().num_days_from_monday() as usize;
    let name = match language {
        Language::De => WEEKDAYS_DE[weekday],
        Language::En => WEEKDAYS_EN[weekday],
    };
    format!("{name}, {}", long_date(date, language))
}

/// A date in tables: "06.12.2026"; in English the month is a word, so that the figures are not swapped.
pub fn short_date(date: NaiveDate, language: Language) -> String {
    match language {
        Language::De => date.format("%d.%m.%Y").to_string(),
        Language::En => format!(
            "{} {} {}",
            date.day(),
            &MONTHS_EN[date.month0() as usize][..3],
            date.year()
        ),
    }
}

/// A moment in prose: "24. November 2026, 14:05 Uhr", "24 November 2026, 14:05 (Berlin time)".
pub fn long_moment(moment: DateTime<Utc>, language: Language) -> String {
    let local = moment.with_timezone(&Berlin);
    let date = long_date(local.date_naive(), language);
    match language {
        Language::De => format!("{date}, {} Uhr", local.format("%H:%M")),
        Language::En => format!("{date}, {} (Berlin time)", local.format("%H:%M")),
    }
}

/// A moment in a document, which has to be clear for good: "25. Oktober 2026, 02:30 Uhr MESZ",
/// "25 October 2026, 02:30 CEST". The hour in which the clocks go back comes twice.
pub fn zoned_moment(moment: DateTime<Utc>, language: Language) -> String {
    let local = moment.with_timezone(&Berlin);
    let date = long_date(local.date_naive(), language);
    let time = local.format("%H:%M");
    let is_summer = local.offset().dst_offset() > Duration::zero();
    match (language, is_summer) {
        (Language::De, false) => format!("{date}, {time} Uhr MEZ"),
        (Language::De, true) => format!("{date}, {time} Uhr MESZ"),
        (Language::En, false) => format!("{date}, {time} CET"),
        (Language::En, true) => format!("{date}, {time} CEST"),
    }
}

/// A moment in tables: "24.11.2026, 14:05".
pub fn short_moment(moment: DateTime<Utc>, language: Language) -> String {
    let local = moment.with_timezone(&Berlin);
    format!(
        "{}, {}",
        short_date(local.date_naive(), language),
        local.format("%H:%M")
    )
}

/// A moment for `<time datetime>`, with the offset of Berlin.
pub fn machine_moment(moment: DateTime<Utc>) -> String {
    moment
        .with_timezone(&Berlin)
        .format("%Y-%m-%dT%H:%M%:z")
        .to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn dates_are_written_as_people_read_them() {
        let date = NaiveDate::from_ymd_opt(2026, 12, 6).unwrap();
        assert_eq!(
            weekday_date(date, Language::De),
            "Sonntag, 6. Dezember 2026"
        );
        assert_eq!(weekday_date(date, Language::En), "Sunday, 6 December 2026");
        assert_eq!(short_date(date, Language::De), "06.12.2026");
        assert_eq!(short_date(date, Language::En), "6 Dec 2026");
        let moment = "2026-10-25T00:30:00Z".parse().unwrap();
        assert_eq!(
            long_moment(moment, Language::De),
            "25. Oktober 2026, 02:30 Uhr"
        );
        assert_eq!(machine_moment(moment), "2026-10-25T02:30+02:00");
    }
}
