//! Blocks that contain others: lists, definitions, tables.

use jotdown::{
    Alignment as Align, AttributeKind, Container, Event, ListBulletType, ListKind,
    OrderedListNumbering as Numbering,
};

use super::numbers::{Numeral, Pattern};
use super::parse::{Flat, Reader};
use super::source::{Entry, Kind, Node, Span};
use super::tree::Alignment;

/// More columns would be narrower on paper than a syllable.
const WIDEST: usize = 16;

impl Reader<'_> {
    /// Reads a list; `marks` are given by the author, `before` is the block above the list.
    pub(super) fn list(
        &mut self,
        kind: ListKind,
        marks: Option<&Pattern>,
        before: Option<&Flat>,
    ) -> Kind {
        let above = match before.map(|flat| &flat.node.kind) {
            Some(Kind::List {
                marks,
                start,
                items,
            }) => Some((marks, *start as usize + items.len())),
            _ => None,
        };
        let (written, start) = counting(kind, marks, above);
        let mut items = Vec::new();
        while let Some((event, range)) = self.next() {
            match event {
                Event::End(_) => break,
                Event::Start(Container::ListItem, _) => {
                    let line = self.line(&range);
                    items.push(self.item(line));
                }
                Event::Start(Container::TaskListItem { checked }, _) => {
                    let line = self.line(&range);
                    let mark = if checked { "☒" } else { "☐" };
                    items.push(Entry {
                        mark: Some(mark.to_owned()),
                        ..self.item(line)
                    });
                }
                _ => {}
            }
        }
        Kind::List {
            marks: marks.cloned().unwrap_or(written),
            start,
            items,
        }
    }

    /// The id, the mark and the tags of an item are those of its first paragraph.
    fn item(&mut self, line: usize) -> Entry {
        let mut id = None;
        let mut mark = None;
        if let Some((Event::Start(Container::Paragraph, attributes), _)) =
            self.events.get_mut(self.at)
        {
            let (own, rest): (Vec<_>, Vec<_>) = std::mem::take(attributes)
                .into_iter()
                .partition(|(key, _)| is_id(key) || is_mark(key));
            *attributes = rest.into();
            let last = |wanted: fn(&AttributeKind<'_>) -> bool| {
                let found = own.iter().rfind(|(key, _)| wanted(key));
                found.map(|(_, value)| value.to_string())
            };
            id = last(is_id);
            mark = last(is_mark).map(|mark| super::inline::visible(&mark).trim().to_owned());
        }
        let mut blocks = self.enclosed("In einer Liste kann keine Überschrift stehen.");
        let tags = match blocks.first_mut() {
            Some(Node {
                tags,
                kind: Kind::Paragraph(_),
                ..
            }) => std::mem::take(tags),
            _ => Vec::new(),
        };
        Entry {
            line,
            id,
            mark,
            tags,
            blocks,
        }
    }

    pub(super) fn definitions(&mut self) -> Kind {
        let mut entries: Vec<(Vec<Span>, Vec<Node>)> = Vec::new();
        while let Some((event, _)) = self.next() {
            match event {
                Event::End(_) => break,
                Event::Start(Container::DescriptionTerm, _) => {
                    entries.push((self.spans(), Vec::new()));
                }
                Event::Start(Container::DescriptionDetails, _) => {
                    let details =
                        self.enclosed("In einer Begriffsliste kann keine Überschrift stehen.");
                    if let Some((_, blocks)) = entries.last_mut() {
                        *blocks = details;
                    }
                }
                _ => {}
            }
        }
        Kind::Definitions(entries)
    }

    pub(super) fn table(&mut self, id: Option<String>, line: usize) -> Kind {
        let mut caption = Vec::new();
        let mut head: Option<Vec<Vec<Span>>> = None;
        let mut alignments = Vec::new();
        let mut rows = Vec::new();
        while let Some((event, range)) = self.next() {
            match event {
                Event::End(_) => break,
                Event::Start(Container::Caption, _) => caption = self.spans(),
                Event::Start(Container::TableRow { head: is_head }, _) => {
                    let row_line = self.line(&range);
                    let (cells, aligned) = self.row();
                    if is_head && head.is_none() {
                        head = Some(cells);
                        alignments = aligned;
                    } else if is_head {
                        self.problem(row_line, "Eine Tabelle hat genau eine Kopfzeile.");
                    } else {
                        let first = head.as_ref().or(rows.first());
                        if let Some(wanted) = first.map(Vec::len).filter(|n| *n != cells.len()) {
                            let found = cells.len();
                            self.problem(row_line, format!("Diese Zeile hat {found} statt {wanted} Zellen: nicht so viele Zellen wie die erste. Ergänzen Sie leere Zellen („|  |“) oder schreiben Sie einen Strich im Text als „\\|“."));
                        }
                        if head.is_none() && rows.is_empty() {
                            alignments = aligned;
                        }
                        rows.push(cells);
                    }
                }
                _ => {}
            }
        }
        // A form has no head, only rows of names and values.
        let head = head.unwrap_or_else(|| vec![Vec::new(); alignments.len()]);
        if head.len() > WIDEST {
            self.problem(line, format!("Die Tabelle hat {} Spalten; auf Papier ist Platz für höchstens {WIDEST}. Teilen Sie sie auf.", head.len()));
        }
        // Renderers rely on complete rows, whatever problem was reported.
        for row in &mut rows {
            row.resize(head.len(), Vec::new());
        }
        Kind::Table {
            id,
            caption,
            head,
            alignments,
            rows,
            legend: None,
        }
    }

    fn row(&mut self) -> (Vec<Vec<Span>>, Vec<Alignment>) {
        let mut cells = Vec::new();
        let mut alignments = Vec::new();
        while let Some((event, _)) = self.next() {
            match event {
                Event::End(_) => break,
                Event::Start(Container::TableCell { alignment, .. }, _) => {
                    alignments.push(match alignment {
                        Align::Unspecified | Align::Left => Alignment::Start,
                        Align::Center => Alignment::Center,
                        Align::Right => Alignment::End,
                    });
                    cells.push(self.spans());
                }
                _ => {}
            }
        }
        (cells, alignments)
    }
}

fn is_id(key: &AttributeKind<'_>) -> bool {
    *key == AttributeKind::Id
}

fn is_mark(key: &AttributeKind<'_>) -> bool {
    matches!(key, AttributeKind::Pair { key } if key == "mark")
}

/// The marks of a list as written, and the number of its first item. `above` are the marks of the list
/// directly above it, with the number that would come next there.
pub(super) fn counting(
    kind: ListKind,
    marks: Option<&Pattern>,
    above: Option<(&Pattern, usize)>,
) -> (Pattern, u32) {
    let (numbering, style, start) = match kind {
        ListKind::Unordered(ListBulletType::Plus) => return (Pattern::Dash, 1),
        // The items of a task list have check boxes of their own.
        ListKind::Unordered(_) | ListKind::Task(_) => return (Pattern::Bullet, 1),
        ListKind::Ordered {
            numbering,
            style,
            start,
        } => (numbering, style, u32::try_from(start).unwrap_or(1)),
    };
    let numeral = match numbering {
        Numbering::Decimal => Numeral::Decimal,
        Numbering::AlphaLower => Numeral::Lower,
        Numbering::AlphaUpper => Numeral::Upper,
        Numbering::RomanLower => Numeral::RomanLower,
        Numbering::RomanUpper => Numeral::RomanUpper,
    };
    let (before, after) = match style {
        jotdown::OrderedListStyle::Period => ("", "."),
        jotdown::OrderedListStyle::Paren => ("", ")"),
        jotdown::OrderedListStyle::ParenParen => ("(", ")"),
    };
    let roman = Pattern::counted(before, numeral, after);
    let letter_of = |numeral| match numeral {
        Numeral::RomanLower => Some(Numeral::Lower),
        Numeral::RomanUpper => Some(Numeral::Upper),
        _ => None,
    };
    // A mark that looks Roman may be a letter: c) is never 100), and i) after h) is a letter.
    let as_letter = letter_of(numeral).and_then(|letter| {
        let number = letter.read(&numeral.write(start))?;
        Some((Pattern::counted(before, letter, after), number))
    });
    let Some((letter, number)) = as_letter else {
        return (roman, start);
    };
    let goes_on = above == Some((&letter, number as usize));
    let said = marks.is_some_and(|marks| {
        matches!(
            marks,
            Pattern::Counted {
                numeral: Numeral::Lower | Numeral::Upper,
                ..
            }
        )
    });
    let is_letter = goes_on || said || start >= 50;
    if is_letter {
        (letter, number)
    } else {
        (roman, start)
    }
}
