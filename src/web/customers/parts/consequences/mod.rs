//! "Was das bedeutet": what a change of a case brings with it, in plain German, computed by trying
//! it on a copy of the case. Every confirmation page prints the same parts in the same order.
//!
//! ```text
//! let seen = foresee(&case, &event, now)?;              // the rules, on a copy
//! let meaning = consequences(&operator.short_name, &seen);
//! ```
//!
//! Templates print the parts with `{% include "web/customers/parts/consequences.html" %}`, which reads a field
//! `meaning: Vec<Part>` of the page.

mod access;
mod mails;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Duration, Utc};

use crate::domain::case::{Case, Change, Foreseen, Status, status_of};
use crate::domain::{Language, calendar};

/// One heading with its sentences; there is always at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// "AVV-Status", "E-Mails", "Zugriff der Vertriebspartner", "Am Dienstag, 1. Dezember 2026".
    pub heading: String,
    /// Whole sentences.
    pub lines: Vec<String>,
}

/// What a foreseen decision means: the state of the AVV, who gets which mail, who may open what,
/// and what will follow on later days. `operator` is the short name of the provider.
pub fn consequences(operator: &str, seen: &Foreseen) -> Vec<Part> {
    let mut parts = vec![
        Part {
            heading: "AVV-Status".to_owned(),
            lines: status(seen),
        },
        Part {
            heading: "E-Mails und Links".to_owned(),
            lines: mails::lines(operator, seen, "sofort"),
        },
        Part {
            heading: "Zugriff der Vertriebspartner".to_owned(),
            lines: access::lines(&seen.before, &seen.after, seen.now, "ab sofort"),
        },
    ];
    parts.extend(seen.coming_ends().into_iter().map(|end| {
        let day = calendar::weekday_date(calendar::day(end), Language::De);
        Part {
            heading: format!("Am {day}, wenn bis dahin nichts anderes geschieht"),
            lines: on_that_day(operator, seen, end),
        }
    }));
    parts
}

/// How the case stands now and then, and what becomes of the agreement.
fn status(seen: &Foreseen) -> Vec<String> {
    let mut lines = vec![change_of_status(
        &seen.before,
        &seen.after,
        (seen.now, seen.now),
        "",
    )];
    lines.extend(agreements(seen));
    lines
}

fn change_of_status(
    before: &Case,
    after: &Case,
    (then, later): (DateTime<Utc>, DateTime<Utc>),
    when: &str,
) -> String {
    let (old, new) = (status_of(before, then), status_of(after, later));
    if old.word() == new.word() {
        return match new.status {
            Status::NotRequired => {
                format!("Ein AVV ist{when} nicht erforderlich, daran ändert sich nichts.")
            }
            _ => format!("Der AVV-Status bleibt{when} „{}“.", new.word()),
        };
    }
    format!(
        "Der AVV-Status wechselt{when} von „{}“ zu „{}“.",
        old.word(),
        new.word()
    )
}

/// What becomes of the agreement in force.
fn agreements(seen: &Foreseen) -> Vec<String> {
    let ended: Vec<String> = seen
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::EndAgreement(id, _) => seen.before.agreements.iter().find(|one| one.id == *id),
            _ => None,
        })
        .map(|agreement| {
            format!(
                "Der Vertrag {} endet. Als Nachweis bleibt er abrufbar.",
                agreement.number
            )
        })
        .collect();
    if !ended.is_empty() {
        return ended;
    }
    let left = seen
        .changes
        .iter()
        .any(|change| matches!(change, Change::LeaveSubPartner(_)));
    match (seen.after.agreement(), left) {
        (Some(agreement), true) => vec![format!(
            "Der Vertrag {} gilt weiter, aber nicht mehr für den bisherigen Untervertriebspartner.",
            agreement.number
        )],
        (Some(agreement), false) => vec![format!(
            "Der Vertrag {} gilt weiter, wie er abgeschlossen wurde.",
            agreement.number
        )],
        (None, _) => Vec::new(),
    }
}

/// What follows when bookings end on a day to come.
fn on_that_day(operator: &str, seen: &Foreseen, end: DateTime<Utc>) -> Vec<String> {
    let eve = end - Duration::milliseconds(1);
    let Some(morning) = seen.morning_after(end) else {
        return vec!["Daraus folgt nichts weiter.".to_owned()];
    };
    let mut lines = vec![change_of_status(
        &morning.before,
        &morning.after,
        (eve, morning.now),
        " dann",
    )];
    lines.extend(agreements(&morning));
    lines.extend(access::lines_between(
        (&morning.before, eve),
        (&morning.after, morning.now),
        "ab diesem Tag",
    ));
    let goes = calendar::day(morning.now);
    // What ends before a weekend or a holiday is told on the next working day (F10).
    let when = if goes == calendar::day(end) {
        "am Morgen".to_owned()
    } else {
        format!("am {}", calendar::weekday_date(goes, Language::De))
    };
    lines.extend(mails::lines(operator, &morning, &when));
    lines
}
