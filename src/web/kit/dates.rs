//! Days and moments, as pages print them for machines and people, and as forms send them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::{Language, calendar};

/// A point in time, for machines and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// Value of the attribute `datetime`.
    pub machine: String,
    /// As it is printed.
    pub words: String,
}

impl When {
    /// A day: "27. November 2026".
    pub fn long(date: NaiveDate) -> Self {
        Self::long_in(date, Language::De)
    }

    /// A day in either language: "27. November 2026", "27 November 2026".
    pub fn long_in(date: NaiveDate, language: Language) -> Self {
        Self {
            machine: date.to_string(),
            words: calendar::long_date(date, language),
        }
    }

    /// A day with its weekday: "Freitag, 27. November 2026".
    pub fn weekday(date: NaiveDate) -> Self {
        Self::weekday_in(date, Language::De)
    }

    /// A day with its weekday in either language: "Freitag, 27. November 2026", "Friday, 27
    /// November 2026".
    pub fn weekday_in(date: NaiveDate, language: Language) -> Self {
        Self {
            machine: date.to_string(),
            words: calendar::weekday_date(date, language),
        }
    }

    /// A short date with a word before it: "bis 27.11.2026".
    pub fn short(before: &str, date: NaiveDate) -> Self {
        Self {
            machine: date.to_string(),
            words: format!("{before}{}", short(date)),
        }
    }

    /// Date and time: "13.11.2026, 08:00".
    pub fn moment(at: DateTime<Utc>) -> Self {
        Self::moment_in(at, Language::De)
    }

    /// Date and time in either language: "13.11.2026, 08:00", "13 Nov 2026, 08:00".
    pub fn moment_in(at: DateTime<Utc>, language: Language) -> Self {
        Self {
            machine: calendar::machine_moment(at),
            words: calendar::short_moment(at, language),
        }
    }

    /// Date and time with "Uhr": "13.11.2026, 08:00 Uhr".
    pub fn clock(at: DateTime<Utc>) -> Self {
        Self {
            words: format!("{} Uhr", calendar::short_moment(at, Language::De)),
            ..Self::moment(at)
        }
    }
}

/// A short date: "06.12.2026".
pub fn short(date: NaiveDate) -> String {
    calendar::short_date(date, Language::De)
}

/// A sentence that may contain a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Words before the date.
    pub before: String,
    /// The date, for machines and people; `None` in a sentence without one.
    pub date: Option<When>,
    /// Words after the date.
    pub after: String,
}

impl Sentence {
    /// A sentence without a date.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            before: text.into(),
            date: None,
            after: String::new(),
        }
    }

    /// A sentence around a date; `otherwise` if there is no date.
    pub fn dated(
        before: impl Into<String>,
        date: Option<When>,
        after: impl Into<String>,
        otherwise: &str,
    ) -> Self {
        match date {
            Some(_) => Self {
                before: before.into(),
                date,
                after: after.into(),
            },
            None => Self::plain(otherwise),
        }
    }
}

/// Reads a day as the browser's date field sends it, or as people type it in browsers without one.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    ["%Y-%m-%d", "%d.%m.%Y"]
        .into_iter()
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
        .filter(|day| *day >= NaiveDate::default())
}
