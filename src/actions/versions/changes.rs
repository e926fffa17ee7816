//! What a saved change of a draft changed, clause by clause.

use std::collections::BTreeSet;

use crate::contract::clauses::{Clause, cut};
use crate::contract::parts;
use crate::domain::version::Files;
use crate::storage::contract_versions::clauses::NewChange;

/// At most this many clauses are noted of one change.
const MOST: usize = 300;
/// At most this many characters of a clause are noted.
const LONGEST: usize = 50_000;
/// What stands for the order of clauses.
pub(super) const ORDER: &str = "Reihenfolge";
/// The facts of a version, which have no clauses.
const FACTS: &str = "Angaben zur Fassung";

/// The clauses that differ between two states of the files.
pub(super) fn between(before: &Files, after: &Files) -> Vec<NewChange> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut changes = Vec::new();
    for path in paths {
        let (old, new) = (before.get(path), after.get(path));
        if old == new {
            continue;
        }
        let Some(stem) = parts::stem(path) else {
            changes.push(NewChange {
                file: path.clone(),
                clause: String::new(),
                heading: FACTS.to_owned(),
                before: old.map(|text| short(text)),
                after: new.map(|text| short(text)),
            });
            continue;
        };
        let text = |text: Option<&String>| text.cloned().unwrap_or_default();
        in_file(path, &stem, (&text(old), &text(new)), &mut changes);
    }
    changes.truncate(MOST);
    changes
}

fn in_file(path: &str, stem: &str, (old, new): (&str, &str), changes: &mut Vec<NewChange>) {
    let clauses = |text: &str| match text {
        "" => Vec::new(),
        text => cut(text, stem),
    };
    let (before, after) = (clauses(old), clauses(new));
    let begun = changes.len();
    let source = |clause: Option<&Clause>, text: &str| {
        clause.map(|clause| short(clause.source(text).trim_end()))
    };
    let find = |list: &'_ [Clause], key: &str| list.iter().position(|one| one.key == key);
    for clause in &after {
        let earlier = find(&before, &clause.key).and_then(|at| before.get(at));
        let (was, is) = (source(earlier, old), source(Some(clause), new));
        if was != is {
            changes.push(change(path, clause, was, is));
        }
    }
    for clause in &before {
        if find(&after, &clause.key).is_none() {
            changes.push(change(path, clause, source(Some(clause), old), None));
        }
    }
    let titles = |list: &[Clause]| {
        let titles: Vec<&str> = list.iter().map(|one| one.title.as_str()).collect();
        titles.join("\n")
    };
    let (was, is) = (titles(&before), titles(&after));
    if changes.len() == begun && was != is {
        changes.push(NewChange {
            file: path.to_owned(),
            clause: String::new(),
            heading: ORDER.to_owned(),
            before: Some(short(&was)),
            after: Some(short(&is)),
        });
    }
}

fn change(path: &str, clause: &Clause, before: Option<String>, after: Option<String>) -> NewChange {
    NewChange {
        file: path.to_owned(),
        clause: clause.key.clone(),
        heading: short(&clause.title),
        before,
        after,
    }
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_changed_clause_is_noted_once() {
        let file = |text: &str| -> Files { [("de/vertrag.dj".to_owned(), text.to_owned())].into() };
        let old = file("# A\n\nText.\n\n# B\n\nText.\n\n# C\n");
        let found = |new: &str| -> Vec<(String, bool, bool)> {
            between(&old, &file(new))
                .into_iter()
                .map(|one| (one.heading, one.before.is_some(), one.after.is_some()))
                .collect()
        };
        assert_eq!(found("# A\n\nText.\n\n# B\n\nText.\n\n# C\n"), []);
        assert_eq!(
            found("# A\n\nAnders.\n\n# Neu\n\nText.\n\n# C\n"),
            [
                ("A".to_owned(), true, true),
                ("Neu".to_owned(), false, true),
                ("B".to_owned(), true, false)
            ]
        );
        assert_eq!(
            found("# B\n\nText.\n\n# A\n\nText.\n\n# C\n"),
            [(ORDER.to_owned(), true, true)]
        );
    }
}
