//! Tables of an .odt.

use super::{List, Reader, goes_on};
use crate::contract::import::flow::{Look, Spans};
use crate::contract::import::office::{Node, attribute, is};

impl<'x> Reader<'_, 'x> {
    /// A table; one of a single cell is a frame around a text.
    pub(super) fn table(&mut self, table: Node<'x>) {
        let mut rows: Vec<Vec<Spans>> = Vec::new();
        self.rows(table, &mut rows);
        rows.retain(|row| !row.is_empty());
        let is_frame = matches!(rows.as_slice(), [row] if row.len() == 1);
        match rows.first().and_then(|row| row.first()) {
            Some(cell) if is_frame => {
                let cell = cell.clone();
                self.flow.number += 1;
                self.flow.paragraph(0, &cell, &mut *self.note);
            }
            _ => self.flow.table(0, &rows, &mut *self.note),
        }
        self.flow.end();
        for inner in std::mem::take(&mut self.boxes) {
            self.blocks(inner, None);
        }
    }

    fn rows(&mut self, parent: Node<'x>, rows: &mut Vec<Vec<Spans>>) {
        for node in parent.children() {
            match node.tag_name().name() {
                "table-row" => {
                    let mut row = Vec::new();
                    for cell in node.children().filter(roxmltree::Node::is_element) {
                        let many =
                            attribute(cell, "number-columns-repeated").and_then(|n| n.parse().ok());
                        let many = many.unwrap_or(1_usize).clamp(1, 40);
                        let mut text = Spans::default();
                        if is(cell, "table-cell") {
                            self.cell(cell, None, &mut text);
                        }
                        row.push(text);
                        row.extend((1..many).map(|_| Spans::default()));
                    }
                    rows.push(row);
                }
                "table-header-rows" | "table-rows" | "table-row-group" => self.rows(node, rows),
                _ => {}
            }
        }
    }

    /// The paragraphs of a cell, with line ends between them.
    fn cell(&mut self, parent: Node<'x>, list: Option<List<'x>>, out: &mut Spans) {
        let is_item = is(parent, "list-item");
        let mut first = is_item;
        for node in parent.children().filter(roxmltree::Node::is_element) {
            match node.tag_name().name() {
                "p" | "h" => {
                    let mut text = Spans::default();
                    let look = Look::default();
                    self.spans(node, &look, &mut text);
                    let counted = std::mem::take(&mut first);
                    let mark = list.filter(|_| counted).map(|list| {
                        self.styles
                            .next(&mut self.counts, list.style, list.level, None)
                    });
                    if text.is_blank() {
                        continue;
                    }
                    if !out.is_blank() {
                        out.push(&look, "\n");
                    }
                    if let Some(mark) = mark.filter(|mark| !mark.is_empty()) {
                        out.push(&look, &format!("{mark} "));
                    }
                    out.append(text);
                }
                "list" => {
                    let inner = List::begin(node, list);
                    if list.is_none() && !goes_on(node) {
                        self.counts.restart(inner.style);
                    }
                    self.cell(node, Some(inner), out);
                }
                _ => self.cell(node, list, out),
            }
        }
    }
}
