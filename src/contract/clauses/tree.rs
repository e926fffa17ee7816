//! What the Djot parser found, as a tree with places in the source.

use std::ops::Range;

use jotdown::{Attributes, Container, Event};

/// A container with what is in it, or a single event.
#[derive(Debug)]
pub(super) enum Knot<'a> {
    /// A block or a span.
    Holder {
        /// Its kind.
        container: Container<'a>,
        /// What stands in braces above or behind it.
        attributes: Attributes<'a>,
        /// Where it begins.
        at: usize,
        /// What is in it.
        inside: Vec<Knot<'a>>,
    },
    /// Anything else.
    Leaf(Event<'a>, Range<usize>),
}

impl Knot<'_> {
    /// Where it begins in the source.
    pub fn at(&self) -> usize {
        match self {
            Self::Holder { at, .. } => *at,
            Self::Leaf(_, range) => range.start,
        }
    }
}

/// The blocks of a text. The caller has seen to it that it is not nested too deeply.
pub(super) fn tree(text: &str) -> Vec<Knot<'_>> {
    let mut events = jotdown::Parser::new(text).into_offset_iter();
    events.next(); // the start of the document itself
    inside(&mut events)
}

fn inside<'a>(events: &mut impl Iterator<Item = (Event<'a>, Range<usize>)>) -> Vec<Knot<'a>> {
    let mut out = Vec::new();
    while let Some((event, range)) = events.next() {
        match event {
            Event::End(_) => break,
            Event::Start(container, attributes) => out.push(Knot::Holder {
                container,
                attributes,
                at: range.start,
                inside: inside(events),
            }),
            event => out.push(Knot::Leaf(event, range)),
        }
    }
    out
}

/// Where the line with this place begins, together with the attribute lines directly above it.
pub(super) fn block_start(text: &str, at: usize) -> usize {
    let line_start = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        before.rfind('\n').map_or(0, |end| end + 1)
    };
    let mut start = line_start(at);
    let mut probe = start;
    // Going up line by line, until the lines between begin and end like attributes.
    while probe > 0 {
        let above = line_start(probe - 1);
        let line = text.get(above..probe).unwrap_or_default();
        if line.trim().is_empty() {
            break;
        }
        probe = above;
        let lines = text.get(probe..start).unwrap_or_default().trim();
        if lines.starts_with('{') && lines.ends_with('}') {
            start = probe;
        }
    }
    start
}
