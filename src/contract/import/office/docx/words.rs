//! The words of a .docx, counted in its parts and not in what was read of them: all text that stands
//! when changes are accepted, with automatic numbers, footnotes after the block that names them.

use super::super::{Node, attribute, below, child, is};
use super::numbering::Numbering;
use super::runs::{is_gone, outermost, shift_of, symbol, ticked};
use super::{Context, is_contents};
use crate::contract::fallback::raised;
use crate::contract::import::words::{Word, in_line};

/// The words of the main part.
pub(super) fn of(root: Node<'_>, context: &Context<'_>) -> Vec<Word> {
    let mut counter = Counter {
        context,
        numbering: context.numbering.clone(),
        out: Vec::new(),
        line: String::new(),
        number: 0,
        notes: 0,
        later: Vec::new(),
        fields: Vec::new(),
        hidden: None,
    };
    if let Some(body) = child(root, "body") {
        counter.blocks(body);
    }
    counter.end();
    counter.end_block();
    counter.out
}

struct Counter<'r, 'x> {
    context: &'r Context<'x>,
    numbering: Numbering,
    out: Vec<Word>,
    line: String,
    number: usize,
    notes: usize,
    /// Text of footnotes for after the block.
    later: Vec<String>,
    /// For each open field, whether its result has begun.
    fields: Vec<bool>,
    /// The paragraph's style, which may hide its text.
    hidden: Option<String>,
}

impl<'x> Counter<'_, 'x> {
    fn end(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.out.extend(in_line(self.number.max(1), &line));
    }

    fn end_block(&mut self) {
        for text in std::mem::take(&mut self.later) {
            self.out.extend(in_line(self.number.max(1), &text));
        }
    }

    fn blocks(&mut self, parent: Node<'x>) {
        for node in parent.children() {
            match node.tag_name().name() {
                "p" => {
                    self.number += 1;
                    self.paragraph(node);
                    self.end_block();
                }
                "tbl" => {
                    let mut boxes = Vec::new();
                    self.table(node, &mut boxes);
                    self.number += 1;
                    self.end_block();
                    boxes.into_iter().for_each(|inner| self.blocks(inner));
                }
                "sdt" if is_contents(node) => {}
                "del" | "moveFrom" => {}
                "sdt" | "sdtContent" | "ins" | "moveTo" | "customXml" | "smartTag" => {
                    self.blocks(node)
                }
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, p: Node<'x>) {
        let is = self.context.paragraph(p);
        if is.is_contents {
            return;
        }
        let mut boxes = Vec::new();
        self.hidden.clone_from(&is.style);
        self.text(p, &mut boxes);
        if is.is_joined {
            return;
        }
        let mark = is
            .numbering
            .filter(|_| !is.is_hidden)
            .map(|(list, level)| self.numbering.next(&list, level));
        if !self.line.trim().is_empty() {
            self.line = format!("{} {}", mark.unwrap_or_default(), self.line);
        }
        self.end();
        for inner in boxes {
            self.blocks(inner);
        }
    }

    fn table(&mut self, parent: Node<'x>, boxes: &mut Vec<Node<'x>>) {
        for node in parent.children().filter(roxmltree::Node::is_element) {
            match node.tag_name().name() {
                "p" => {
                    let is = self.context.paragraph(node);
                    self.hidden.clone_from(&is.style);
                    self.end();
                    self.text(node, boxes);
                    let mark = is
                        .numbering
                        .filter(|_| !is.is_hidden)
                        .map(|(list, level)| self.numbering.next(&list, level));
                    if !self.line.trim().is_empty() {
                        self.line = format!("{} {}", mark.unwrap_or_default(), self.line);
                    }
                    self.end();
                }
                "tr" if below(node, &["trPr", "del"]).is_some() => {}
                "tcPr" | "trPr" | "tblPr" | "del" | "moveFrom" => {}
                _ => self.table(node, boxes),
            }
        }
    }

    fn text(&mut self, parent: Node<'x>, boxes: &mut Vec<Node<'x>>) {
        for node in parent.children().filter(roxmltree::Node::is_element) {
            let in_instruction = self.fields.last() == Some(&false);
            match node.tag_name().name() {
                "del" | "moveFrom" | "pPr" | "rPr" | "instrText" | "sdtPr" => {}
                "r" if is_gone(&self.context.styles, node, self.hidden.as_deref()) => {}
                "fldChar" => match attribute(node, "fldCharType") {
                    Some("begin") => {
                        self.line.push_str(ticked(node).unwrap_or_default());
                        self.fields.push(false);
                    }
                    Some("separate") => self
                        .fields
                        .iter_mut()
                        .next_back()
                        .into_iter()
                        .for_each(|field| *field = true),
                    _ => drop(self.fields.pop()),
                },
                "r" | "hyperlink" | "fldSimple" | "ins" | "moveTo" | "smartTag" | "customXml"
                | "sdt" | "sdtContent" | "dir" | "bdo" => self.text(node, boxes),
                "oMath" | "oMathPara" => self.line.push_str(&super::text_in(node)),
                _ if in_instruction => {}
                "t" => {
                    let shift = node.parent().map(|run| shift_of(run));
                    let text = node.text().unwrap_or_default();
                    self.line
                        .push_str(&shift.map_or_else(|| text.to_owned(), |shift| shift(text)));
                }
                "tab" | "ptab" | "br" | "cr" => self.line.push(' '),
                "noBreakHyphen" => self.line.push('\u{2011}'),
                "sym" => self.line.push_str(&symbol(node)),
                "footnoteReference" | "endnoteReference" => self.note(node),
                "drawing" | "pict" | "object" | "AlternateContent" => {
                    boxes.extend(outermost(
                        child(node, "Choice").unwrap_or(node),
                        "txbxContent",
                    ));
                }
                _ => {}
            }
        }
    }

    fn note(&mut self, reference: Node<'x>) {
        let Some(note) = self.context.note(reference) else {
            return;
        };
        self.notes += 1;
        let mark = raised(&self.notes.to_string());
        self.line.push_str(&mark);
        let before = std::mem::take(&mut self.line);
        for p in note.descendants().filter(|node| is(*node, "p")) {
            self.text(p, &mut Vec::new());
            self.line.push(' ');
        }
        let text = std::mem::replace(&mut self.line, before);
        self.later.push(format!("{mark} {text}"));
    }
}
