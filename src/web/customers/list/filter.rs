//! The status filter beside the list, with its counts.

use super::state::State;
use crate::domain::case::Status;
use crate::storage::case_rows::COUNT_CAP;
use crate::web::kit::words::thousands;

/// One line of the filter: a status, its count, and the list narrowed to it.
pub struct FilterLine {
    /// Key of the status, for its mark; empty for all statuses.
    pub key: &'static str,
    /// Printed name of the status.
    pub word: &'static str,
    /// Address of the list with this filter.
    pub href: String,
    /// Number of customers as printed.
    pub count: String,
    /// Whether this is the present filter.
    pub current: bool,
}

/// The statuses in the groups of the filter.
pub fn groups(
    state: &State,
    tallies: &[Tally],
    partial: bool,
) -> Vec<(&'static str, Vec<FilterLine>)> {
    use Status as S;
    let groups: [(&'static str, &[Status]); 5] = [
        (
            "Zu klären",
            &[
                S::NoEmail,
                S::AddressOpen,
                S::Undeliverable,
                S::Expired,
                S::RenewalRequired,
                S::AmendmentOpen,
            ],
        ),
        (
            "Läuft",
            &[S::Open, S::Requested, S::Reminded, S::UpdatePending],
        ),
        ("Gültig", &[S::Concluded]),
        ("Ohne Zugriff", &[S::Declined, S::Void, S::Ended]),
        ("Kein AVV", &[S::NotRequired]),
    ];
    let line = |status: &Status| FilterLine {
        key: status.key(),
        word: short_word(*status),
        href: state.with(|state| state.status = Some(*status)),
        count: tallies
            .iter()
            .find(|tally| tally.status == *status)
            .map_or_else(String::new, |tally| {
                count(tally.count, partial || tally.is_part)
            }),
        current: state.status == Some(*status),
    };
    groups
        .into_iter()
        .map(|(title, statuses)| (title, statuses.iter().map(line).collect()))
        .collect()
}

/// A short name of a status, for the narrow filter.
pub fn short_word(status: Status) -> &'static str {
    match status {
        Status::UpdatePending => "Ergänzung angefordert",
        Status::AmendmentOpen => "Ergänzung offen",
        other => other.word(),
    }
}

/// A count as it is printed: "874", "12.345"; with a plus if not everything was counted.
pub fn count(count: i64, partial: bool) -> String {
    let plus = if partial && count > 0 { "+" } else { "" };
    format!("{}{plus}", thousands(count))
}

/// How many customers have a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The status that was counted.
    pub status: Status,
    /// Number of customers that were counted.
    pub count: i64,
    /// Whether there are more than that.
    pub is_part: bool,
}

/// The counts that are printed. Where one stopped at the cap, the exact figure of a moment ago is
/// used.
pub fn tallies(capped: &[(Status, i64)], all: Option<&[(Status, i64)]>) -> Vec<Tally> {
    let cap = i64::from(COUNT_CAP);
    let exact = |status: Status| {
        let known = all?.iter().find(|(one, _)| *one == status)?;
        Some(known.1).filter(|count| *count > cap)
    };
    let tally = |&(status, count): &(Status, i64)| {
        let known = if count > cap {
            exact(status)
        } else {
            Some(count)
        };
        Tally {
            status,
            count: known.unwrap_or(cap),
            is_part: known.is_none(),
        }
    };
    capped.iter().map(tally).collect()
}

/// The sum over all statuses, as printed.
pub fn total(tallies: &[Tally], partial: bool) -> String {
    let sum = tallies.iter().map(|tally| tally.count).sum();
    count(sum, partial || tallies.iter().any(|tally| tally.is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c7_counts_are_exact_and_say_so_when_they_are_not() {
        for (found, partial, expected) in [
            (0, false, "0"),
            (999, false, "999"),
            (1_234_567, false, "1.234.567"),
            (1000, true, "1.000+"),
            (12, true, "12+"),
            (0, true, "0"),
        ] {
            assert_eq!(count(found, partial), expected);
        }
        let capped = [(Status::Concluded, 1001), (Status::Void, 7)];
        assert_eq!(total(&tallies(&capped, None), false), "1.007+");
        // An exact figure of a moment ago is never less than what is counted now.
        for (counted, expected) in [(700_000, "700.007"), (998, "1.007+")] {
            let all = [(Status::Concluded, counted), (Status::Void, 9)];
            assert_eq!(total(&tallies(&capped, Some(&all)), false), expected);
        }
    }
}
