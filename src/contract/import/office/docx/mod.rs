//! .docx: what its reader sees when all changes are accepted.

mod numbering;
mod runs;
mod styles;
mod words;

pub(super) use numbering::{bullet, written};

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Node, Read, attribute, child, is, parse, shortened, text_in};
use crate::contract::import::doubts;
use crate::contract::import::flow::{Flow, Numbered, Spans};
use numbering::Numbering;
use styles::{Paragraph, Styles, value};

/// Reads a document.
pub(super) fn read(
    parts: &BTreeMap<String, String>,
    note: &mut dyn FnMut(usize, String),
) -> Result<Read, String> {
    let part = |name: &str| parse(parts, &format!("word/{name}.xml"));
    let (main, styles, numbering) = (part("document")?, part("styles")?, part("numbering")?);
    let (footnotes, endnotes) = (part("footnotes")?, part("endnotes")?);
    let comments = part("comments")?;
    let relations = parse(parts, "word/_rels/document.xml.rels")?;
    let context = Context {
        styles: Styles::of(styles.root_element()),
        numbering: Numbering::of(numbering.root_element(), styles.root_element()),
        footnotes: notes(footnotes.root_element(), "footnote"),
        endnotes: notes(endnotes.root_element(), "endnote"),
        relations: relations
            .root_element()
            .children()
            .filter_map(|one| Some((attribute(one, "Id")?, attribute(one, "Target")?)))
            .collect(),
    };
    let root = main.root_element();
    let mut reader = Reader {
        context: &context,
        numbering: context.numbering.clone(),
        flow: Flow::new(bookmarks(root)),
        fields: Vec::new(),
        joined: None,
        boxes: Vec::new(),
        changes: Changes::default(),
        said_contents: false,
        note,
    };
    if let Some(body) = child(root, "body") {
        reader.blocks(body);
    }
    reader.finish();
    for comment in comments.descendants().filter(|node| is(*node, "comment")) {
        let by = attribute(comment, "author").unwrap_or("unbekannt");
        let text = shortened(&text_in(comment));
        (reader.note)(
            1,
            format!("Kommentar von {by}, nicht übernommen: „{text}“."),
        );
    }
    let lines = reader.flow.out;
    for (name, text) in parts {
        let is_edge = name.starts_with("word/header") || name.starts_with("word/footer");
        if is_edge && text.contains("<w:t") {
            let edge = parse(parts, name)?;
            let said: Vec<&str> = edge
                .descendants()
                .filter(|node| is(*node, "t"))
                .filter_map(|t| t.text())
                .collect();
            let said = shortened(&said.concat());
            if said.chars().any(char::is_alphabetic) {
                note(
                    1,
                    format!("Kopf- oder Fußzeile, nicht übernommen: „{said}“."),
                );
            }
        }
    }
    let words = words::of(root, &context);
    Ok(Read { lines, words })
}

/// What the parts beside the main one say.
struct Context<'x> {
    styles: Styles<'x>,
    numbering: Numbering,
    footnotes: HashMap<&'x str, Node<'x>>,
    endnotes: HashMap<&'x str, Node<'x>>,
    relations: HashMap<&'x str, &'x str>,
}

impl<'x> Context<'x> {
    fn paragraph(&self, p: Node<'x>) -> Paragraph {
        self.styles
            .paragraph(p, &|list, style| self.numbering.level_of(list, style))
    }

    /// The footnote or endnote that a reference names.
    fn note(&self, reference: Node<'x>) -> Option<Node<'x>> {
        let notes = if is(reference, "endnoteReference") {
            &self.endnotes
        } else {
            &self.footnotes
        };
        notes.get(attribute(reference, "id")?).copied()
    }
}

fn notes<'x>(root: Node<'x>, name: &str) -> HashMap<&'x str, Node<'x>> {
    let notes = root.children().filter(|node| is(*node, name));
    notes
        .filter_map(|node| Some((attribute(node, "id")?, node)))
        .collect()
}

/// Bookmarks that a field or a link refers to, in their order in the document.
fn bookmarks(root: Node<'_>) -> Vec<String> {
    let mut asked = String::new();
    for node in root.descendants() {
        match node.tag_name().name() {
            "fldChar" => asked.push(' '),
            "instrText" => asked.push_str(node.text().unwrap_or_default()),
            "fldSimple" => asked.push_str(&format!(
                " {} ",
                attribute(node, "instr").unwrap_or_default()
            )),
            "hyperlink" => asked.push_str(&format!(
                " {} ",
                attribute(node, "anchor").unwrap_or_default()
            )),
            _ => {}
        }
    }
    let asked: HashSet<&str> = asked.split_whitespace().collect();
    let starts = root.descendants().filter(|node| is(*node, "bookmarkStart"));
    let names = starts.filter_map(|start| attribute(start, "name"));
    let mut seen = HashSet::new();
    names
        .filter(|name| asked.contains(name) && seen.insert(*name))
        .map(str::to_owned)
        .collect()
}

/// Whether an element contains a list of contents.
fn is_contents(sdt: Node<'_>) -> bool {
    sdt.descendants()
        .any(|node| is(node, "docPartGallery") && value(node) == Some("Table of Contents"))
}

/// What the authors changed and did not accept yet.
#[derive(Default)]
struct Changes {
    /// A change that may go on: whether it deletes, who, text.
    open: Option<(bool, String, String)>,
}

/// A field that has begun.
struct Field {
    instruction: String,
    /// Whether its result follows.
    has_result: bool,
}

struct Reader<'r, 'x> {
    context: &'r Context<'x>,
    numbering: Numbering,
    flow: Flow,
    fields: Vec<Field>,
    /// Text of paragraphs whose end is deleted.
    joined: Option<Spans>,
    /// Text boxes, which stand after their paragraph.
    boxes: Vec<Node<'x>>,
    changes: Changes,
    said_contents: bool,
    note: &'r mut dyn FnMut(usize, String),
}

impl<'x> Reader<'_, 'x> {
    fn blocks(&mut self, parent: Node<'x>) {
        for node in parent.children() {
            match node.tag_name().name() {
                "p" => {
                    self.paragraph(node);
                    self.flow.end();
                }
                "tbl" => self.table(node),
                "sdt" if is_contents(node) => self.contents(),
                "sdt" | "sdtContent" | "ins" | "moveTo" | "customXml" | "smartTag" => {
                    self.blocks(node)
                }
                "bookmarkStart" => self
                    .flow
                    .bookmark(attribute(node, "name").unwrap_or_default()),
                "altChunk" => self.say(
                    "Eine eingebettete Datei ist nicht übernommen. Fügen Sie ihren Text ein."
                        .to_owned(),
                ),
                _ => {}
            }
        }
    }

    fn contents(&mut self) {
        if !std::mem::replace(&mut self.said_contents, true) {
            self.say(
                "Das Inhaltsverzeichnis ist nicht übernommen; der Entwurf hat ein eigenes."
                    .to_owned(),
            );
        }
    }

    fn say(&mut self, message: String) {
        (self.note)(self.flow.number.max(1), message);
    }

    fn paragraph(&mut self, p: Node<'x>) {
        self.flow.number += 1;
        let is = self.context.paragraph(p);
        if is.is_contents {
            return self.contents();
        }
        let mut text = self.joined.take().unwrap_or_default();
        text.append(self.runs_of(p, &is));
        self.end_change();
        if is.is_joined {
            self.joined = Some(text);
            return;
        }
        self.place(&is, &text);
        for node in std::mem::take(&mut self.boxes) {
            self.say("Ein Textfeld ist als Absatz übernommen.".to_owned());
            self.blocks(node);
        }
    }

    /// Adds a paragraph as what it is.
    fn place(&mut self, is: &Paragraph, text: &Spans) {
        let printed = text.text();
        let numbering = is.numbering.clone().filter(|_| !is.is_hidden);
        let numbered = numbering.map(|(list, level)| Numbered {
            mark: self.numbering.next(&list, level).trim().to_owned(),
            list: self.numbering.key(&list),
            level,
        });
        if printed.trim().is_empty() {
            return;
        }
        let (own, styled) = is.left;
        let by_list = is
            .numbering
            .as_ref()
            .and_then(|(list, level)| self.context.numbering.left(list, *level));
        let left = own.or(by_list).or(styled).unwrap_or(0);
        let numbered = numbered.filter(|numbered| !numbered.mark.is_empty());
        let note: &mut dyn FnMut(usize, String) = &mut *self.note;
        match (is.heading, numbered) {
            (Some(level), mark) if Flow::is_heading(&printed) => {
                let mark = mark.map(|numbered| numbered.mark).unwrap_or_default();
                self.flow.heading(level, &mark, text, note);
            }
            (None, Some(numbered)) if Flow::is_clause(&numbered.mark, &printed) => {
                self.flow.heading(7, &numbered.mark, text, note);
                self.flow.doubt(doubts::CLAUSE);
            }
            (styled, Some(numbered)) => {
                self.flow.item(&numbered, left, text, note);
                if styled.is_some() {
                    self.flow.doubt(doubts::LONG_HEADING);
                }
            }
            (styled, None) => {
                self.flow.paragraph(left, text, note);
                if styled.is_some() {
                    self.flow.doubt(doubts::LONG_HEADING);
                }
            }
        }
    }

    fn table(&mut self, table: Node<'x>) {
        let mut rows: Vec<Vec<Spans>> = Vec::new();
        self.rows(table, &mut rows);
        self.end_change();
        rows.retain(|row| !row.is_empty());
        if let [row] = rows.as_mut_slice()
            && let [cell] = row.as_mut_slice()
        {
            // A frame around a text.
            let cell = std::mem::take(cell);
            let note: &mut dyn FnMut(usize, String) = &mut *self.note;
            self.flow.paragraph(0, &cell, note);
        } else {
            self.flow.table(0, &rows, &mut *self.note);
        }
        self.flow.end();
        for node in std::mem::take(&mut self.boxes) {
            self.blocks(node);
        }
    }

    fn rows(&mut self, parent: Node<'x>, rows: &mut Vec<Vec<Spans>>) {
        for node in parent.children() {
            match node.tag_name().name() {
                "tr" => {
                    if super::below(node, &["trPr", "del"]).is_some() {
                        let words = shortened(&text_in(node));
                        self.say(format!(
                            "Änderung angenommen, gelöschte Tabellenzeile: „{words}“."
                        ));
                        continue;
                    }
                    let before = super::below(node, &["trPr", "gridBefore"]).and_then(value);
                    let before = before
                        .and_then(|n| n.parse().ok())
                        .unwrap_or(0_usize)
                        .min(40);
                    let mut row = vec![Spans::default(); before];
                    self.cells(node, &mut row);
                    rows.push(row);
                }
                "sdt" | "sdtContent" | "ins" | "customXml" | "moveTo" => self.rows(node, rows),
                _ => {}
            }
        }
    }

    fn cells(&mut self, parent: Node<'x>, row: &mut Vec<Spans>) {
        for node in parent.children() {
            match node.tag_name().name() {
                "tc" => {
                    let mut cell = Spans::default();
                    self.cell(node, &mut cell);
                    row.push(cell);
                    let span = super::below(node, &["tcPr", "gridSpan"]).and_then(value);
                    let span = span
                        .and_then(|n| n.parse().ok())
                        .unwrap_or(1_usize)
                        .clamp(1, 40);
                    row.extend((1..span).map(|_| Spans::default()));
                }
                "sdt" | "sdtContent" | "ins" | "customXml" | "moveTo" => self.cells(node, row),
                _ => {}
            }
        }
    }

    /// The paragraphs of a cell, with line ends between them.
    fn cell(&mut self, parent: Node<'x>, out: &mut Spans) {
        for node in parent.children() {
            match node.tag_name().name() {
                "p" => {
                    let is = self.context.paragraph(node);
                    let text = self.runs_of(node, &is);
                    let numbering = is.numbering.clone().filter(|_| !is.is_hidden);
                    let mark = numbering.map(|(list, level)| self.numbering.next(&list, level));
                    if text.is_blank() {
                        continue;
                    }
                    let look = crate::contract::import::flow::Look::default();
                    if !out.is_blank() {
                        out.push(&look, "\n");
                    }
                    if let Some(mark) = mark.filter(|mark| !mark.trim().is_empty()) {
                        out.push(&look, &format!("{} ", mark.trim()));
                    }
                    out.append(text);
                }
                "tcPr" => {}
                _ if node.is_element() => self.cell(node, out),
                _ => {}
            }
        }
    }

    fn finish(&mut self) {
        if let Some(text) = self.joined.take() {
            self.place(&Paragraph::default(), &text);
        }
        self.flow.end();
    }

    /// Tells of the change that ends here.
    fn end_change(&mut self) {
        if let Some((is_deleted, by, text)) = self.changes.open.take()
            && !text.trim().is_empty()
        {
            let what = if is_deleted {
                "gelöscht"
            } else {
                "eingefügt"
            };
            let words = shortened(&text);
            self.say(format!("Änderung von {by} angenommen, {what}: „{words}“."));
        }
    }
}
