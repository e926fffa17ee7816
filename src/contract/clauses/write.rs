//! The source of a clause with what was typed in its form.

use super::blocks::{self, Segment, Unit};
use super::source::{Source, show};
use super::{Names, Shown, TypingFault, djot, form, inline};

/// The source of a clause with what was typed in the form. Blocks that say the same keep their source.
///
/// # Errors
/// The first thing in each field that cannot be taken: `(in the heading, in the text)`.
pub fn write(source: &str, typed: &Shown, names: &Names) -> Result<String, WriteFaults> {
    if show(source, names).as_ref() == Some(typed) {
        return Ok(source.to_owned());
    }
    let parts = Source::of(source);
    let mut faults = WriteFaults::default();
    let mut out = parts.attributes.to_owned();
    if !parts.heading.is_empty() {
        match written_heading(&parts, &typed.heading, names) {
            Ok(heading) => out.push_str(&heading),
            Err(fault) => faults.heading = Some(fault),
        }
    }
    match written_body(&parts, &typed.text, names) {
        Ok(body) => {
            let gap = if parts.gap.is_empty() && !parts.heading.is_empty() {
                "\n\n"
            } else {
                parts.gap
            };
            match body.trim().is_empty() {
                true => out.push_str("\n\n"),
                false => out.push_str(&format!("{gap}{body}")),
            }
        }
        Err(fault) => faults.text = Some(fault),
    }
    if faults.heading.is_none() && faults.text.is_none() {
        Ok(out)
    } else {
        Err(faults)
    }
}

/// What is wrong in the fields of a clause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteFaults {
    /// In the heading.
    pub heading: Option<TypingFault>,
    /// In the text.
    pub text: Option<TypingFault>,
}

fn written_heading(parts: &Source<'_>, typed: &str, names: &Names) -> Result<String, TypingFault> {
    let typed = typed.split_whitespace_but_kept();
    let title = inline::from_form(&typed, names)?;
    if title.is_empty() {
        return Err(TypingFault::NoHeading);
    }
    if parts.title().as_ref() == Some(&title) {
        return Ok(parts.heading.to_owned());
    }
    let level = parts.heading.chars().take_while(|c| *c == '#').count();
    let heading = djot::heading(u8::try_from(level).unwrap_or(4), &title);
    let again = Source::of(&heading).title();
    if again.as_ref() == Some(&title) {
        Ok(heading)
    } else {
        Err(TypingFault::NotExpressible)
    }
}

/// Lines of a field become one; spaces that do not break stay.
trait OneLine {
    fn split_whitespace_but_kept(&self) -> String;
}

impl OneLine for str {
    fn split_whitespace_but_kept(&self) -> String {
        self.replace(['\n', '\r', '\t'], " ")
            .trim_matches(' ')
            .to_owned()
    }
}

fn written_body(parts: &Source<'_>, typed: &str, names: &Names) -> Result<String, TypingFault> {
    let before = parts.segments(names);
    let mut units = form::typed(typed, names)?;
    place_fixed(&before, &mut units)?;
    begin_anew(&before, &mut units);
    djot::counted(&mut units);
    let key = |unit: &Unit| form::shown(&[uncounted(unit)], names);
    let old: Vec<String> = before.iter().map(|one| key(&one.unit)).collect();
    let new: Vec<String> = units.iter().map(key).collect();
    let kept = kept(&old, &new);
    let source = |range: std::ops::Range<usize>| parts.body.get(range).unwrap_or_default();
    let mut out = String::new();
    let mut last: Option<usize> = None;
    for ((unit, kept), place) in units.iter().zip(&kept).zip(0..) {
        let own = kept.and_then(|at| before.get(at));
        if place > 0 {
            // Neighbours that stay keep what is between them.
            let between = last
                .zip(*kept)
                .filter(|(last, kept)| last + 1 == *kept)
                .and_then(|(last, _)| before.get(last))
                .zip(own)
                .map(|(last, own)| source(last.range.end..own.range.start));
            out.push_str(between.unwrap_or("\n\n"));
        }
        match own {
            Some(own) => {
                let is_settled = last.map_or(0, |last| last + 1) == kept.unwrap_or_default();
                let text = source(own.range.clone());
                out.push_str(&renumbered(text, (&own.unit, unit), is_settled));
            }
            None => djot::written(unit, 0, &mut out),
        }
        last = *kept;
    }
    let end = before.last().map_or(0, |one| one.range.end);
    let behind = source(end..parts.body.len());
    out.push_str(match (before.is_empty(), behind.is_empty()) {
        (true, _) => "\n\n",
        (_, true) => "\n",
        _ => behind,
    });
    let again: Vec<Unit> = blocks::read(&out, names)
        .into_iter()
        .map(|one| one.unit)
        .collect();
    if without_labels(&again) == without_labels(&units) {
        Ok(out)
    } else {
        Err(TypingFault::NotExpressible)
    }
}

/// A fixed line stands for the block it was made from, each for one.
fn place_fixed(before: &[Segment], units: &mut [Unit]) -> Result<(), TypingFault> {
    let mut left: Vec<(&String, &Option<_>)> = before
        .iter()
        .filter_map(|one| match &one.unit {
            Unit::Fixed(label, marks) => Some((label, marks)),
            _ => None,
        })
        .collect();
    for unit in units {
        if let Unit::Fixed(label, marks) = unit {
            let found = left.iter().position(|(known, _)| *known == label);
            let found = found.ok_or_else(|| TypingFault::FixedUnknown(label.clone()))?;
            marks.clone_from(left.remove(found).1);
        }
    }
    match left.first() {
        Some((label, _)) => Err(TypingFault::FixedMissing((*label).clone())),
        None => Ok(()),
    }
}

/// A block without its number in the list.
fn uncounted(unit: &Unit) -> Unit {
    let mut unit = unit.clone();
    match &mut unit {
        Unit::Item(item) => item.number = 1,
        Unit::Fixed(_, Some((_, number))) => *number = 1,
        _ => {}
    }
    unit
}

/// Names of fixed blocks are made from their place; items below them keep their numbers.
fn without_labels(units: &[Unit]) -> Vec<Unit> {
    let mut units = units.to_vec();
    for unit in &mut units {
        if let Unit::Fixed(label, _) = unit {
            label.clear();
        }
    }
    units
}

/// For each new block the old one whose source it keeps.
fn kept(old: &[String], new: &[String]) -> Vec<Option<usize>> {
    use similar::{Algorithm, DiffOp, capture_diff_slices};
    let mut kept = vec![None; new.len()];
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            for step in 0..len {
                if let Some(slot) = kept.get_mut(new_index + step) {
                    *slot = Some(old_index + step);
                }
            }
        }
    }
    // What was moved keeps its source as well, each block once.
    for (slot, text) in new.iter().enumerate() {
        let is_open = kept.get(slot).is_some_and(Option::is_none);
        let free = |at: usize| !kept.contains(&Some(at));
        let found = old
            .iter()
            .enumerate()
            .find(|(at, one)| *one == text && free(*at));
        let found = found.map(|(at, _)| at);
        if let Some(place) = kept.get_mut(slot)
            && is_open
        {
            *place = found;
        }
    }
    kept
}

/// The source of an item with the mark of its new number. Only the first mark of a list counts, so that of
/// an item that stays where it was may say anything.
fn renumbered(source: &str, (old, new): (&Unit, &Unit), is_settled: bool) -> String {
    let mark = |unit: &Unit| match unit {
        Unit::Item(item) => Some(djot::mark_in_source(&item.marks, item.number)),
        Unit::Fixed(_, Some((marks, number))) => Some(djot::mark_in_source(marks, *number)),
        _ => None,
    };
    let (Some(before), Some(after)) = (mark(old), mark(new)) else {
        return source.to_owned();
    };
    match source.split_once(' ') {
        Some((own, rest)) if own != after && !(is_settled && before == after) => {
            format!("{after} {rest}")
        }
        _ => source.to_owned(),
    }
}

/// Whoever takes out the first item of a list leaves the second one with its number: such a list begins
/// where it began before.
fn begin_anew(before: &[Segment], units: &mut [Unit]) {
    let mark = |unit: &Unit| match unit {
        Unit::Item(item) => Some((item.marks.clone(), item.number)),
        Unit::Fixed(_, marks) => marks.clone(),
        _ => None,
    };
    let mut seen = Vec::new();
    for unit in units {
        let Some((marks, _)) = mark(unit) else {
            continue;
        };
        if seen.contains(&marks) {
            continue;
        }
        let old = before.iter().filter_map(|one| mark(&one.unit));
        let old = old.into_iter().find(|(one, _)| *one == marks);
        if let (Some((_, first)), Unit::Item(item)) = (old, unit) {
            item.number = first;
        }
        seen.push(marks);
    }
}
