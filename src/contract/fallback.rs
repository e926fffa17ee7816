//! Elements of Djot that contracts do not need, and how they are printed: quotes, code, footnotes,
//! task lists, superscript and subscript. Converted texts contain them, and no word may be lost
//! (T-15).

use jotdown::{Container, Event};

use super::numbers::Pattern;
use super::parse::{Flat, Reader};
use super::source::{Entry, Kind, Node, Span};

impl<'a> Reader<'a> {
    /// Blocks inside a block that cannot hold headings.
    pub(super) fn enclosed(&mut self, problem: &str) -> Vec<Node> {
        let blocks = self.blocks().into_iter().map(|flat| flat.node);
        let (headings, blocks): (Vec<Node>, Vec<Node>) =
            blocks.partition(|node| matches!(node.kind, Kind::Section { .. }));
        if let Some(heading) = headings.first() {
            self.problem(heading.line, problem);
        }
        blocks
    }

    /// A quote is printed as an indented block.
    pub(super) fn quote(&mut self, line: usize) -> Kind {
        let blocks = self.enclosed("In einem Zitat kann keine Überschrift stehen.");
        unmarked(line, None, blocks)
    }

    /// The lines of a code block are kept; nothing in them is markup.
    pub(super) fn code(&mut self) -> Option<Kind> {
        let mut text = String::new();
        while let Some((event, _)) = self.next() {
            match event {
                Event::Str(part) => text.push_str(&part),
                Event::End(_) => break,
                _ => {}
            }
        }
        let lines = text.lines().map(super::inline::visible);
        let lines: Vec<String> = lines.filter(|line| !line.trim().is_empty()).collect();
        let spans = lines
            .into_iter()
            .flat_map(|line| [Span::Break, Span::Text(line)]);
        let spans: Vec<Span> = spans.skip(1).collect();
        (!spans.is_empty()).then_some(Kind::Contact(spans))
    }

    /// A footnote is printed where it is written, after its number.
    pub(super) fn footnote(&mut self, label: &str, line: usize, out: &mut Vec<Flat>) {
        let blocks = self.enclosed("In einer Fußnote kann keine Überschrift stehen.");
        let Some(number) = self.note_number(label) else {
            self.problem(line, format!("Auf die Fußnote „{label}“ verweist nichts. Setzen Sie [^{label}] an die Stelle, zu der sie gehört, oder schreiben Sie sie als Absatz."));
            return;
        };
        let kind = unmarked(line, Some(raised(&number.to_string())), blocks);
        out.push(Flat {
            node: Node {
                line,
                conditions: Vec::new(),
                tags: Vec::new(),
                kind,
            },
            outer: 0,
        });
    }

    /// The mark at a reference to a footnote.
    pub(super) fn note_mark(&mut self, label: &str, line: usize) -> String {
        let defined = self.events.iter().any(|(event, _)| {
            matches!(event, Event::Start(Container::Footnote { label: own }, _) if own == label)
        });
        if !defined {
            self.problem(line, format!("Der Fußnote „{label}“ fehlt der Text. Schreiben Sie ihn nach einer Leerzeile als „[^{label}]: …“."));
        }
        let number = self.note_number(label).unwrap_or_default();
        raised(&number.to_string())
    }

    /// Number of a footnote: they are counted in the order in which a file refers to them.
    fn note_number(&self, label: &str) -> Option<usize> {
        let mut seen: Vec<&str> = Vec::new();
        for (event, _) in &self.events {
            if let Event::FootnoteReference(other) = event
                && !seen.contains(&other.as_ref())
            {
                seen.push(other);
            }
        }
        seen.iter()
            .position(|other| *other == label)
            .map(|at| at + 1)
    }
}

/// Indented blocks, with a given mark or none.
fn unmarked(line: usize, mark: Option<String>, blocks: Vec<Node>) -> Kind {
    Kind::List {
        marks: Pattern::None,
        start: 1,
        items: vec![Entry {
            line,
            id: None,
            mark,
            tags: Vec::new(),
            blocks,
        }],
    }
}

/// The text in superscript characters, or as it is if one of them does not exist.
pub(super) fn raised(text: &str) -> String {
    shifted(text, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")
}

/// The text in subscript characters, or as it is if one of them does not exist.
pub(super) fn lowered(text: &str) -> String {
    shifted(text, "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")
}

fn shifted(text: &str, figures: &str) -> String {
    let one = |c: char| figures.chars().nth("0123456789+-()".find(c)?);
    text.chars()
        .map(one)
        .collect::<Option<String>>()
        .unwrap_or_else(|| text.to_owned())
}
