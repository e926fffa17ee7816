//! The status filter beside the list, with its counts.

use super::state::State;
use crate::domain::case::Status;
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
    counts: &[(Status, i64)],
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
        count: counts
            .iter()
            .find(|(counted, _)| counted == status)
            .map_or_else(String::new, |(_, found)| count(*found, partial)),
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

/// A count as it is printed: "874", "12.345"; with a plus if a search did not look through everything.
pub fn count(count: i64, partial: bool) -> String {
    let plus = if partial && count > 0 { "+" } else { "" };
    format!("{}{plus}", thousands(count))
}

/// The sum over all statuses, as printed.
pub fn total(counts: &[(Status, i64)], partial: bool) -> String {
    count(counts.iter().map(|(_, count)| count).sum(), partial)
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
        let counts = [(Status::Concluded, 700_001), (Status::Void, 7)];
        assert_eq!(total(&counts, false), "700.008");
    }
}
