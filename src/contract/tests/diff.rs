//! Two versions compared as a lawyer would do it: by clause, word by word.

use proptest::prelude::*;

use super::*;
use crate::contract::diff::{Change, ChangeKind, Piece, diff, words};

fn compared(old: &str, new: &str) -> Vec<Change> {
    diff(&document(old, &[]), &document(new, &[]))
}

#[test]
fn each_clause_is_compared_with_itself() {
    let old = "Vorwort.\n\n{#a}\n# Frist\n\n(1) Die Frist beträgt 14 Tage.\n\n{#b}\n# Weg\n\nDieser Teil entfällt.\n\n{#c}\n# Ort\n\nIn der EU.\n";
    let new = "Vorwort.\n\n{#a}\n# Frist\n\n(1) Die Frist beträgt nun 30 Tage.\n\n# Neu\n\nEin neuer Teil.\n\n{#c}\n# Ort\n\nIn der EU.\n";
    let changes = compared(old, new);
    let kinds: Vec<(&str, ChangeKind)> = changes
        .iter()
        .map(|c| (c.heading.as_str(), c.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("1 Frist", ChangeKind::Changed),
            ("2 Neu", ChangeKind::Added),
            ("2 Weg", ChangeKind::Removed),
        ]
    );
    assert_eq!(
        changes[0].words,
        [
            Piece::Same("1 Frist (1) Die Frist beträgt".into()),
            Piece::Removed("14".into()),
            Piece::Added("nun 30".into()),
            Piece::Same("Tage.".into()),
        ]
    );
    assert_eq!(
        changes[2].words,
        [Piece::Removed("2 Weg Dieser Teil entfällt.".into())]
    );
    assert!(compared(old, old).is_empty());
}

#[test]
fn a_clause_without_id_is_found_by_its_heading_when_it_moves() {
    let old = "# Eins\n\nText eins.\n\n# Zwei\n\nText zwei.\n";
    let new = "# Null\n\nText null.\n\n# Eins\n\nText eins.\n\n# Zwei\n\nText zwei!\n";
    let changes = compared(old, new);
    let seen: Vec<(&str, ChangeKind)> = changes
        .iter()
        .map(|c| (c.heading.as_str(), c.kind))
        .collect();
    // "2 Eins" has only another number, which the reader is told.
    assert_eq!(
        seen,
        [
            ("1 Null", ChangeKind::Added),
            ("2 Eins", ChangeKind::Changed),
            ("3 Zwei", ChangeKind::Changed),
        ]
    );
    assert_eq!(
        changes[2].words,
        [
            Piece::Removed("2".into()),
            Piece::Added("3".into()),
            Piece::Same("Zwei Text".into()),
            Piece::Removed("zwei.".into()),
            Piece::Added("zwei!".into()),
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: super::cases(128), failure_persistence: crate::domain::seeds::kept("contract_diff"), ..ProptestConfig::default() })]

    #[test]
    fn both_texts_can_be_read_from_the_marks(
        old in prop::collection::vec("[a-c]", 0..20), new in prop::collection::vec("[a-c]", 0..20)
    ) {
        let old: Vec<&str> = old.iter().map(String::as_str).collect();
        let new: Vec<&str> = new.iter().map(String::as_str).collect();
        let pieces = words(&old, &new);
        let read = |removed: bool| -> String {
            let kept = pieces.iter().filter_map(|piece| match piece {
                Piece::Same(text) => Some(text.as_str()),
                Piece::Removed(text) => removed.then_some(text.as_str()),
                Piece::Added(text) => (!removed).then_some(text.as_str()),
            });
            kept.collect::<Vec<_>>().join(" ")
        };
        prop_assert_eq!(read(true), old.join(" "));
        prop_assert_eq!(read(false), new.join(" "));
    }
}
