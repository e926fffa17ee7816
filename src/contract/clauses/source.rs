//! A clause in the source, and what the form shows of it.

use super::blocks::{self, Segment, Unit};
use super::{MOST, Names, Shown, cut, form, inline, tree};
use crate::contract::sections::too_much;

/// The source of a clause in its parts.
pub(super) struct Source<'s> {
    /// Attribute lines above the heading.
    pub attributes: &'s str,
    /// The heading with its signs; empty for the text before the first one.
    pub heading: &'s str,
    /// Empty lines between heading and text.
    pub gap: &'s str,
    /// The text.
    pub body: &'s str,
}

impl<'s> Source<'s> {
    pub fn of(source: &'s str) -> Self {
        let Some(start) = cut::heading_start(source) else {
            return Self {
                attributes: "",
                heading: "",
                gap: "",
                body: source,
            };
        };
        let (attributes, rest) = source.split_at_checked(start).unwrap_or((source, ""));
        let end = cut::heading_end(rest);
        let (heading, below) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let body = below.trim_start_matches(['\n', '\r']);
        let gap = below.get(..below.len() - body.len()).unwrap_or_default();
        Self {
            attributes,
            heading,
            gap,
            body,
        }
    }

    pub fn title(&self) -> Option<Vec<inline::Run>> {
        let knots = tree::tree(self.heading);
        cut::headings(&knots)
            .first()
            .and_then(|found| inline::from_djot(found.inside))
    }

    pub fn segments(&self, names: &Names) -> Vec<Segment> {
        blocks::read(self.body, names)
    }
}

/// A clause as the form shows it; `None` if it can only be written in the source.
pub fn show(source: &str, names: &Names) -> Option<Shown> {
    if source.len() > MOST || too_much(source).is_some() {
        return None;
    }
    let parts = Source::of(source);
    let title = match parts.heading {
        "" => Vec::new(),
        _ => parts.title()?,
    };
    let segments = parts.segments(names);
    // What stands before the first block would be lost.
    let first = segments
        .first()
        .map_or(parts.body.len(), |one| one.range.start);
    let before = parts.body.get(..first).unwrap_or_default();
    before.trim().is_empty().then_some(())?;
    let units: Vec<Unit> = segments.into_iter().map(|one| one.unit).collect();
    let text = form::shown(&units, names);
    // What is not understood as it was meant is better not touched.
    let again = form::typed(&text, names).ok()?;
    (without_marks(&again) == without_marks(&units)).then_some(())?;
    let heading = inline::to_form(&title, names);
    (inline::from_form(&heading, names).ok()? == title).then_some(())?;
    Some(Shown { heading, text })
}

/// The same blocks; a fixed line does not say what mark it has.
fn without_marks(units: &[Unit]) -> Vec<Unit> {
    let mut units = units.to_vec();
    for unit in &mut units {
        if let Unit::Fixed(_, marks) = unit {
            *marks = None;
        }
    }
    // Items behind one are counted from it.
    for unit in &mut units {
        if let Unit::Item(item) = unit {
            item.number = 0;
        }
    }
    units
}

/// The text below a heading as words, for lists and comparisons.
pub fn words_of(source: &str, names: &Names) -> String {
    let parts = Source::of(source);
    let units: Vec<Unit> = parts
        .segments(names)
        .into_iter()
        .map(|one| one.unit)
        .collect();
    form::shown(&units, names)
}
