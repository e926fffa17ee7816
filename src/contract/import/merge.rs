//! A draft that was changed by hand since it was imported, and imported once more because its author
//! decided about a line: both changes stay, unless they concern the same lines.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The text with both changes; `None` if they concern the same lines.
pub fn merged(base: &str, by_hand: &str, anew: &str) -> Option<String> {
    if base == by_hand || by_hand == anew {
        return Some(anew.to_owned());
    }
    if base == anew {
        return Some(by_hand.to_owned());
    }
    let base: Vec<&str> = base.split_inclusive('\n').collect();
    let by_hand: Vec<&str> = by_hand.split_inclusive('\n').collect();
    let anew: Vec<&str> = anew.split_inclusive('\n').collect();
    let (left, right) = (changes(&base, &by_hand), changes(&base, &anew));
    let meet =
        |one: &Range<usize>, other: &Range<usize>| one.start <= other.end && other.start <= one.end;
    if left
        .iter()
        .any(|(own, _)| right.iter().any(|(other, _)| meet(own, other)))
    {
        return None;
    }
    let mut all: Vec<(Range<usize>, &[&str])> = Vec::new();
    all.extend(
        left.into_iter()
            .map(|(old, new)| (old, by_hand.get(new).unwrap_or_default())),
    );
    all.extend(
        right
            .into_iter()
            .map(|(old, new)| (old, anew.get(new).unwrap_or_default())),
    );
    all.sort_by_key(|(old, _)| old.start);
    let mut out = String::new();
    let mut at = 0;
    for (old, new) in all {
        out.push_str(&base.get(at..old.start).unwrap_or_default().concat());
        out.push_str(&new.concat());
        at = old.end;
    }
    out.push_str(&base.get(at..).unwrap_or_default().concat());
    Some(out)
}

fn changes(old: &[&str], new: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let changes = capture_diff_slices(Algorithm::Myers, old, new);
    let changed = changes
        .into_iter()
        .filter(|change| !matches!(change, DiffOp::Equal { .. }));
    changed
        .map(|change| (change.old_range(), change.new_range()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t15_changes_by_hand_outlive_a_decision() {
        let base = "eins\n\nzwei\n\ndrei\n\nvier\n";
        let by_hand = "eins!\n\nzwei\n\ndrei\n\nvier\nfünf\n";
        let anew = "eins\n\n# zwei\n\ndrei\n\nvier\n";
        assert_eq!(
            merged(base, by_hand, anew).as_deref(),
            Some("eins!\n\n# zwei\n\ndrei\n\nvier\nfünf\n")
        );
        assert_eq!(merged(base, base, anew).as_deref(), Some(anew));
        assert_eq!(merged(base, by_hand, base).as_deref(), Some(by_hand));
        assert_eq!(merged(base, "eins\n\nzwo\n\ndrei\n\nvier\n", anew), None);
    }
}
