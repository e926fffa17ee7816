//! Blocks that hold others: lists, definitions, tables.

use jotdown::{
    Alignment as Align, AttributeKind, Container, Event, ListBulletType, ListKind,
    OrderedListNumbering as Numbering,
};

use super::parse::Reader;
use super::source::{Entry, Kind, Node, Span};
use super::tree::{Alignment, ListStyle};

impl Reader<'_> {
    pub(super) fn list(&mut self, kind: ListKind, line: usize) -> Option<Kind> {
        let Some((style, start)) = list_style(kind) else {
            self.problem(line, "Diese Listenart gibt es im Vertrag nicht. Möglich sind (1), 1., a), i., -, * und +.");
            self.skip();
            return None;
        };
        let mut items = Vec::new();
        while let Some((event, range)) = self.next() {
            match event {
                Event::End(_) => break,
                Event::Start(Container::ListItem, _) => {
                    let line = self.line(&range);
                    items.push(self.item(line));
                }
                _ => {}
            }
        }
        Some(Kind::List {
            style,
            start,
            items,
        })
    }

    /// The id and the tags of an item are those of its first paragraph.
    fn item(&mut self, line: usize) -> Entry {
        let mut id = None;
        if let Some((Event::Start(Container::Paragraph, attributes), _)) =
            self.events.get_mut(self.at)
        {
            let (ids, rest): (Vec<_>, Vec<_>) = std::mem::take(attributes)
                .into_iter()
                .partition(|(key, _)| *key == AttributeKind::Id);
            *attributes = rest.into();
            id = ids.last().map(|(_, value)| value.to_string());
        }
        let flat = self.blocks();
        if let Some(heading) = flat
            .iter()
            .find(|f| matches!(f.node.kind, Kind::Section { .. }))
        {
            let line = heading.node.line;
            self.problem(line, "In einer Liste kann keine Überschrift stehen.");
        }
        let mut blocks: Vec<Node> = flat.into_iter().map(|flat| flat.node).collect();
        blocks.retain(|node| !matches!(node.kind, Kind::Section { .. }));
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
            tags,
            blocks,
        }
    }

    pub(super) fn definitions(&mut self) -> Kind {
        let mut entries: Vec<(Vec<Span>, Vec<Node>)> = Vec::new();
        while let Some((event, range)) = self.next() {
            match event {
                Event::End(_) => break,
                Event::Start(Container::DescriptionTerm, _) => {
                    entries.push((self.spans(), Vec::new()));
                }
                Event::Start(Container::DescriptionDetails, _) => {
                    let line = self.line(&range);
                    let details: Vec<Node> = self.blocks().into_iter().map(|f| f.node).collect();
                    if details
                        .iter()
                        .any(|n| matches!(n.kind, Kind::Section { .. }))
                    {
                        self.problem(
                            line,
                            "In einer Begriffsliste kann keine Überschrift stehen.",
                        );
                    } else if let Some((_, blocks)) = entries.last_mut() {
                        *blocks = details;
                    }
                }
                _ => {}
            }
        }
        Kind::Definitions(entries)
    }

    pub(super) fn table(&mut self, id: Option<String>, line: usize) -> Option<Kind> {
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
                        if head.as_ref().is_some_and(|h| h.len() != cells.len()) {
                            self.problem(
                                row_line,
                                "Diese Zeile hat nicht so viele Zellen wie die Kopfzeile.",
                            );
                        }
                        rows.push(cells);
                    }
                }
                _ => {}
            }
        }
        let Some(head) = head else {
            self.problem(
                line,
                "Der Tabelle fehlt die Kopfzeile. Setzen Sie unter die erste Zeile |---|---|.",
            );
            return None;
        };
        // Whoever renders may rely on full rows, whatever was reported.
        for row in &mut rows {
            row.resize(head.len(), Vec::new());
        }
        Some(Kind::Table {
            id,
            caption,
            head,
            alignments,
            rows,
            legend: None,
        })
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

fn list_style(kind: ListKind) -> Option<(ListStyle, u32)> {
    match kind {
        ListKind::Unordered(ListBulletType::Plus) => Some((ListStyle::Dashes, 1)),
        ListKind::Unordered(_) => Some((ListStyle::Bullets, 1)),
        ListKind::Ordered {
            numbering,
            style,
            start,
        } => {
            let style = match (numbering, style) {
                (Numbering::Decimal, jotdown::OrderedListStyle::ParenParen) => {
                    ListStyle::Paragraphs
                }
                (Numbering::Decimal, _) => ListStyle::Decimal,
                (Numbering::AlphaLower, _) => ListStyle::Letters,
                (Numbering::RomanLower, _) => ListStyle::Roman,
                (Numbering::AlphaUpper | Numbering::RomanUpper, _) => return None,
            };
            Some((style, u32::try_from(start).unwrap_or(1)))
        }
        ListKind::Task(_) => None,
    }
}
