//! The words of an .odt, counted in its part and not in what was read of it.

use super::super::{Node, attribute, child, is};
use super::styles::{Counts, OUTLINE, Styles};
use super::{List, goes_on, is_index, shift_of};
use crate::contract::fallback::raised;
use crate::contract::import::words::{Word, in_line};

/// The words of a text.
pub(super) fn of(text: Node<'_>, styles: &Styles<'_>) -> Vec<Word> {
    let mut counter = Counter {
        styles,
        counts: Counts::default(),
        out: Vec::new(),
        line: String::new(),
        number: 0,
        notes: 0,
        later: Vec::new(),
    };
    counter.blocks(text, None, false);
    counter.out
}

struct Counter<'r> {
    styles: &'r Styles<'r>,
    counts: Counts,
    out: Vec<Word>,
    line: String,
    number: usize,
    notes: usize,
    later: Vec<String>,
}

impl<'r> Counter<'r> {
    fn end_block(&mut self) {
        for text in std::mem::take(&mut self.later) {
            self.out.extend(in_line(self.number.max(1), &text));
        }
    }

    fn blocks(&mut self, parent: Node<'_>, list: Option<List<'_>>, in_table: bool) {
        let mut first = is(parent, "list-item");
        let start = attribute(parent, "start-value").and_then(|start| start.parse().ok());
        for node in parent.children().filter(roxmltree::Node::is_element) {
            match node.tag_name().name() {
                "p" | "h" => {
                    self.number += 1;
                    let counted = std::mem::take(&mut first);
                    let mut boxes = Vec::new();
                    self.text(node, &mut boxes);
                    let mark = match list {
                        Some(list) if counted => {
                            self.styles
                                .next(&mut self.counts, list.style, list.level, start)
                        }
                        None if is(node, "h")
                            && !in_table
                            && attribute(node, "is-list-header") != Some("true") =>
                        {
                            let level = attribute(node, "outline-level")
                                .and_then(|n| n.parse().ok())
                                .unwrap_or(1_usize);
                            self.styles.next(
                                &mut self.counts,
                                OUTLINE,
                                level.clamp(1, 10) - 1,
                                None,
                            )
                        }
                        _ => String::new(),
                    };
                    let line = std::mem::take(&mut self.line);
                    if !line.trim().is_empty() {
                        self.out
                            .extend(in_line(self.number, &format!("{mark} {line}")));
                    }
                    boxes
                        .into_iter()
                        .for_each(|inner| self.blocks(inner, None, false));
                    if !in_table {
                        self.end_block();
                    }
                }
                "list" => {
                    let inner = List::begin(node, list);
                    if list.is_none() && !goes_on(node) {
                        self.counts.restart(inner.style);
                    }
                    self.blocks(node, Some(inner), in_table);
                }
                "table" => {
                    self.blocks(node, None, true);
                    if !in_table {
                        self.end_block();
                    }
                }
                "section" if attribute(node, "display") == Some("none") => {}
                "tracked-changes" | "covered-table-cell" | "sequence-decls" | "variable-decls" => {}
                _ if is_index(node) => {}
                _ => self.blocks(node, list, in_table),
            }
        }
    }

    fn text<'n>(&mut self, parent: Node<'n>, boxes: &mut Vec<Node<'n>>) {
        for node in parent.children() {
            if let Some(text) = node.text().filter(|_| node.is_text()) {
                let shift = shift_of(self.styles, parent);
                self.line.push_str(&shift(text));
                continue;
            }
            match node.tag_name().name() {
                "span" if self.styles.is_gone(node) => {}
                "s" | "tab" | "line-break" => self.line.push(' '),
                "note" => self.note(node),
                "frame" => boxes.extend(node.children().find(|one| is(*one, "text-box"))),
                "annotation" | "annotation-end" | "hidden-text" | "hidden-paragraph"
                | "ruby-text" | "tracked-changes" => {}
                _ => self.text(node, boxes),
            }
        }
    }

    fn note(&mut self, node: Node<'_>) {
        self.notes += 1;
        let mark = raised(&self.notes.to_string());
        self.line.push_str(&mark);
        let before = std::mem::take(&mut self.line);
        let body = child(node, "note-body");
        for p in body
            .into_iter()
            .flat_map(|body| body.descendants())
            .filter(|one| is(*one, "p"))
        {
            self.text(p, &mut Vec::new());
            self.line.push(' ');
        }
        let text = std::mem::replace(&mut self.line, before);
        self.later.push(format!("{mark} {text}"));
    }
}
