//! The status filter beside the list, with its counts.

use super::state::State;
use crate::domain::case::Status;
use crate::storage::case_rows::COUNT_CAP;

/// One line: a status, its count, and the list narrowed to it.
pub struct FilterLine {
    /// Key of the status, for its mark; empty for all.
    pub key: &'static str,
    /// The word.
    pub word: &'static str,
    /// The list with it.
    pub href: String,
    /// Count as printed.
    pub count: String,
    /// Whether the list shows it now.
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
            &[S::NoEmail, S::Undeliverable, S::Expired, S::RenewalRequired],
        ),
        ("Läuft", &[S::Open, S::Requested, S::Reminded]),
        ("Gültig", &[S::Concluded, S::UpdatePending]),
        ("Ohne Zugriff", &[S::Declined, S::Void, S::Ended]),
        ("Kein AVV", &[S::NotRequired]),
    ];
    let line = |status: &Status| FilterLine {
        key: status.key(),
        word: short_word(*status),
        href: state.with(|state| state.status = Some(*status)),
        count: count(
            counts
                .iter()
                .find(|(known, _)| known == status)
                .map_or(0, |(_, count)| *count),
            partial,
        ),
        current: state.status == Some(*status),
    };
    groups
        .into_iter()
        .map(|(title, statuses)| (title, statuses.iter().map(line).collect()))
        .collect()
}

/// The word for the narrow filter.
pub fn short_word(status: Status) -> &'static str {
    match status {
        Status::UpdatePending => "Ergänzung angefordert",
        other => other.word(),
    }
}

/// A count as it is printed: "874", "1.000+"; with a plus when not everything was looked at.
pub fn count(count: i64, partial: bool) -> String {
    match count {
        more if more > i64::from(COUNT_CAP) => "1.000+".to_owned(),
        1000 => format!("1.000{}", if partial { "+" } else { "" }),
        some if partial && some > 0 => format!("{some}+"),
        some => some.to_string(),
    }
}
