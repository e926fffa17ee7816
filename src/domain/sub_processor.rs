//! The register of general sub-processors: who is on the list on which day, and what an announcement
//! changes (C-14 … C-19, LC-24, LC-30).

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::party::SubProcessor;
use super::{AnnouncementId, SubProcessorId};

/// A company of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Key of the entry in the database.
    pub id: SubProcessorId,
    /// What contracts and announcements say of it.
    pub facts: SubProcessor,
    /// Its first day.
    pub valid_from: NaiveDate,
    /// The first day on which it is not there any more.
    pub valid_until: Option<NaiveDate>,
    /// The announcement it came with; `None` for one that was there from the beginning.
    pub added_by: Option<AnnouncementId>,
    /// The announcement it leaves with.
    pub removed_by: Option<AnnouncementId>,
}

impl Entry {
    /// Whether it works on this day.
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|until| day < until)
    }

    /// Whether no announcement has taken it off.
    pub fn stays(&self) -> bool {
        self.valid_until.is_none()
    }
}

/// The list that is in force on a day.
pub fn list_on(entries: &[Entry], day: NaiveDate) -> Vec<SubProcessor> {
    let on = entries.iter().filter(|entry| entry.is_on(day));
    on.map(|entry| entry.facts.clone()).collect()
}

/// The list a contract prints that is read on `today`: with what has been announced, since it is
/// known (row 42), but without the changes this customer dissented from (row 39).
pub fn list_for_contract(
    entries: &[Entry],
    today: NaiveDate,
    without: &BTreeSet<AnnouncementId>,
) -> Vec<SubProcessor> {
    let excluded = |by: Option<AnnouncementId>| by.is_some_and(|by| without.contains(&by));
    let last_day = |entry: &Entry| {
        let until = entry.valid_until.filter(|_| !excluded(entry.removed_by))?;
        until.checked_sub_days(Days::new(1))
    };
    entries
        .iter()
        .filter(|entry| !excluded(entry.added_by))
        .filter(|entry| last_day(entry).is_none_or(|last| today <= last))
        .map(|entry| SubProcessor {
            from: Some(entry.valid_from).filter(|from| today < *from),
            until: last_day(entry),
            ..entry.facts.clone()
        })
        .collect()
}

/// The announcements whose changes such a list holds, whenever they begin.
pub fn announced(
    entries: &[Entry],
    without: &BTreeSet<AnnouncementId>,
) -> BTreeSet<AnnouncementId> {
    let named = entries
        .iter()
        .flat_map(|entry| [entry.added_by, entry.removed_by]);
    named.flatten().filter(|by| !without.contains(by)).collect()
}

/// One change of a list. Replacing is one change, so that a reader sees who comes for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ListChange {
    /// A company comes.
    Add {
        /// The company that is added to the register.
        new: Box<SubProcessor>,
    },
    /// One comes for another; also the same company with other particulars.
    Replace {
        /// Key of the company that leaves.
        old: SubProcessorId,
        /// The company that takes its place.
        new: Box<SubProcessor>,
    },
    /// A company leaves.
    Remove {
        /// Key of the company that leaves.
        old: SubProcessorId,
    },
}

impl ListChange {
    /// The company that comes; `None` if one only leaves.
    pub fn new_one(&self) -> Option<&SubProcessor> {
        match self {
            Self::Add { new } | Self::Replace { new, .. } => Some(new),
            Self::Remove { .. } => None,
        }
    }

    /// Key of the company that leaves; `None` if one only comes.
    pub fn old_one(&self) -> Option<SubProcessorId> {
        match self {
            Self::Replace { old, .. } | Self::Remove { old } => Some(*old),
            Self::Add { .. } => None,
        }
    }
}

/// The list before an announcement: with all that was announced earlier.
pub fn before(entries: &[Entry]) -> Vec<SubProcessor> {
    let stay = entries.iter().filter(|entry| entry.stays());
    stay.map(|entry| entry.facts.clone()).collect()
}

/// The list after these changes; who replaces another stands in its place.
pub fn after(entries: &[Entry], changes: &[ListChange]) -> Vec<SubProcessor> {
    let mut list = Vec::new();
    for entry in entries.iter().filter(|entry| entry.stays()) {
        match changes
            .iter()
            .find(|change| change.old_one() == Some(entry.id))
        {
            None => list.push(entry.facts.clone()),
            Some(change) => list.extend(change.new_one().cloned()),
        }
    }
    let added = changes.iter().filter(|change| change.old_one().is_none());
    list.extend(added.filter_map(|change| change.new_one().cloned()));
    list
}

/// Whether every change still fits the register: who leaves is there, and leaves once.
pub fn fits(entries: &[Entry], changes: &[ListChange]) -> bool {
    let mut leaving = BTreeSet::new();
    changes.iter().filter_map(ListChange::old_one).all(|old| {
        leaving.insert(old) && entries.iter().any(|entry| entry.id == old && entry.stays())
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use crate::domain::Party;

    fn named(name: &str) -> SubProcessor {
        SubProcessor {
            party: Party {
                name: name.to_owned(),
                ..Party::default()
            },
            ..SubProcessor::default()
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn names(list: &[SubProcessor]) -> Vec<&str> {
        list.iter().map(|one| one.party.name.as_str()).collect()
    }

    /// A was always there and leaves with an announcement that brings B on 9 December; C stays.
    fn entries(announced: AnnouncementId) -> Vec<Entry> {
        let entry = |id, name: &str| Entry {
            id: SubProcessorId(id),
            facts: named(name),
            valid_from: day("2026-01-01"),
            valid_until: None,
            added_by: None,
            removed_by: None,
        };
        vec![
            Entry {
                valid_until: Some(day("2026-12-09")),
                removed_by: Some(announced),
                ..entry(1, "A")
            },
            entry(2, "C"),
            Entry {
                valid_from: day("2026-12-09"),
                added_by: Some(announced),
                ..entry(3, "B")
            },
        ]
    }

    #[test]
    fn a_list_is_in_force_from_its_day() {
        let entries = entries(AnnouncementId(uuid::Uuid::from_u128(1)));
        for (on, list) in [
            ("2025-12-31", &[][..]),
            ("2026-12-08", &["A", "C"]),
            ("2026-12-09", &["C", "B"]),
        ] {
            assert_eq!(names(&list_on(&entries, day(on))), list, "{on}");
        }
    }

    /// Rows 39 and 42: a new agreement holds the announced list, one of a customer who dissented not.
    #[test]
    fn a_contract_prints_what_was_announced_unless_the_customer_dissented() {
        let announced = AnnouncementId(uuid::Uuid::from_u128(1));
        let entries = entries(announced);
        let (none, out) = (BTreeSet::new(), BTreeSet::from([announced]));
        let list = list_for_contract(&entries, day("2026-12-01"), &none);
        assert_eq!(names(&list), ["A", "C", "B"]);
        assert_eq!(list[0].until, Some(day("2026-12-08")));
        assert_eq!(list[2].from, Some(day("2026-12-09")));
        assert_eq!(names(&crate::domain::party::lasting(&list)), ["C", "B"]);
        let list = list_for_contract(&entries, day("2026-12-09"), &none);
        assert_eq!(names(&list), ["C", "B"]);
        assert_eq!(list[1].from, None);
        for on in ["2026-12-01", "2027-06-01"] {
            let list = list_for_contract(&entries, day(on), &out);
            assert_eq!(names(&list), ["A", "C"], "{on}");
            assert!(
                list.iter()
                    .all(|one| one.until.is_none() && one.from.is_none())
            );
        }
    }

    #[test]
    fn changes_are_one_list_and_fit_once() {
        let entries = entries(AnnouncementId(uuid::Uuid::from_u128(1)));
        let old = SubProcessorId(2);
        let new = Box::new(named("D"));
        let replace = ListChange::Replace {
            old,
            new: new.clone(),
        };
        let changes = [replace.clone(), ListChange::Add { new }];
        assert_eq!(names(&before(&entries)), ["C", "B"]);
        assert_eq!(names(&after(&entries, &changes)), ["D", "B", "D"]);
        assert!(fits(&entries, &changes));
        assert!(!fits(&entries, &[replace, ListChange::Remove { old }]));
        let gone = SubProcessorId(1);
        assert!(!fits(&entries, &[ListChange::Remove { old: gone }]));
    }
}
