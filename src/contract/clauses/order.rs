//! Clauses moved, added, removed, marked; all other clauses keep their bytes.

use std::ops::Range;

use super::cut::{Clause, heading_start};
use super::inline;
use super::{Names, TypingFault, djot};

/// The direction of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Before the clause above it.
    Up,
    /// Behind the clause below it.
    Down,
}

/// A clause with those below it, as places in the list.
pub fn subtree(clauses: &[Clause], at: usize) -> Range<usize> {
    let level = clauses.get(at).map_or(0, |one| one.level);
    let below = clauses
        .iter()
        .skip(at + 1)
        .take_while(|one| one.level > level && level > 0);
    at..at + 1 + below.count()
}

/// The clause that this one changes places with; `None` at the end of its level.
pub fn neighbour(clauses: &[Clause], at: usize, direction: Direction) -> Option<usize> {
    let level = clauses.get(at)?.level;
    if level == 0 {
        return None;
    }
    match direction {
        Direction::Down => {
            let next = subtree(clauses, at).end;
            (clauses.get(next)?.level == level).then_some(next)
        }
        Direction::Up => {
            let above = clauses
                .get(..at)?
                .iter()
                .rposition(|one| one.level <= level)?;
            (clauses.get(above)?.level == level).then_some(above)
        }
    }
}

/// Changes the places of two neighbours of one level, each with what is below it.
pub fn swapped(text: &str, clauses: &[Clause], first: usize, second: usize) -> String {
    let range = |at: usize| {
        let all = subtree(clauses, at);
        let start = clauses.get(all.start).map_or(0, |one| one.range.start);
        let end = clauses.get(all.end - 1).map_or(0, |one| one.range.end);
        start..end
    };
    let (above, below) = (range(first), range(second));
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    let split = |range: Range<usize>| {
        let whole = part(range);
        whole.split_at(whole.trim_end().len())
    };
    let ((upper, gap), (lower, end)) = (split(above.clone()), split(below.clone()));
    let gap = if gap.matches('\n').count() < 2 {
        "\n\n"
    } else {
        gap
    };
    format!(
        "{}{lower}{gap}{upper}{end}{}",
        part(0..above.start),
        part(below.end..text.len())
    )
}

/// Adds a clause behind another one and all below it; an empty list of clauses gets its first one.
///
/// # Errors
/// A heading that cannot be taken.
pub fn added(
    text: &str,
    clauses: &[Clause],
    behind: Option<usize>,
    level: u8,
    (id, heading): (&str, &str),
    names: &Names,
) -> Result<String, TypingFault> {
    let title = inline::from_form(heading.trim(), names)?;
    if title.is_empty() {
        return Err(TypingFault::NoHeading);
    }
    let source = format!("{{#{id}}}\n{}\n\n…\n", djot::heading(level, &title));
    let at = match behind {
        Some(place) => {
            let last = subtree(clauses, place).end - 1;
            clauses.get(last).map_or(text.len(), |one| one.range.end)
        }
        None => text.len(),
    };
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let before = before.trim_end();
    let before = if before.is_empty() {
        String::new()
    } else {
        format!("{before}\n\n")
    };
    Ok(match after {
        "" => format!("{before}{source}"),
        after => format!("{before}{source}\n{after}"),
    })
}

/// Takes a clause out with all below it.
pub fn removed(text: &str, clauses: &[Clause], at: usize) -> String {
    let all = subtree(clauses, at);
    let start = clauses.get(all.start).map_or(0, |one| one.range.start);
    let end = clauses.get(all.end - 1).map_or(0, |one| one.range.end);
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    match after {
        "" => format!("{}\n", before.trim_end()),
        after => format!("{before}{after}"),
    }
}

/// A clause with other marks at its heading; what else stands in braces there stays.
pub fn marked(source: &str, add: &[&str], remove: &[&str]) -> String {
    let Some(start) = heading_start(source) else {
        return source.to_owned();
    };
    let (above, rest) = source.split_at_checked(start).unwrap_or(("", source));
    let mut above = above.to_owned();
    for tag in remove {
        above = without(&above, tag);
    }
    let known = |above: &str, tag: &str| {
        let mut words = above.split(|c: char| c.is_whitespace() || c == '{' || c == '}');
        words.any(|word| word.strip_prefix('.') == Some(tag))
    };
    for tag in add {
        if known(&above, tag) {
            continue;
        }
        above = match above.rfind('}') {
            Some(end) => {
                let (before, behind) = above.split_at_checked(end).unwrap_or((&above, ""));
                format!("{before} .{tag}{behind}")
            }
            None => format!("{above}{{.{tag}}}\n"),
        };
    }
    let above = above.replace("{ ", "{").replace("{}\n", "");
    format!("{above}{rest}")
}

/// A clause whose heading has an id; it had none.
pub fn named(source: &str, id: &str) -> String {
    let Some(start) = heading_start(source) else {
        return source.to_owned();
    };
    let (above, rest) = source.split_at_checked(start).unwrap_or(("", source));
    match above.rfind('}') {
        Some(end) => {
            let (before, behind) = above.split_at_checked(end).unwrap_or((above, ""));
            format!("{before} #{id}{behind}{rest}")
        }
        None => format!("{above}{{#{id}}}\n{rest}"),
    }
}

/// The lines without a class, wherever it stands alone.
fn without(above: &str, tag: &str) -> String {
    let wanted = format!(".{tag}");
    let mut out = String::new();
    let mut rest = above;
    while let Some(at) = rest.find(&wanted) {
        let (before, found) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let behind = found.get(wanted.len()..).unwrap_or_default();
        let ends = behind.starts_with([' ', '}', '\n', '\t']) || behind.is_empty();
        let begins = before.is_empty() || before.ends_with([' ', '{', '\n', '\t']);
        if ends && begins {
            out.push_str(before.trim_end_matches(' '));
        } else {
            out.push_str(before);
            out.push_str(&wanted);
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
