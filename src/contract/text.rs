//! Plain text, words and hash of a document. The text is the canonical form: its hash proves which
//! words were shown (EV-01), so nothing in it may depend on how it is displayed.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::tree::{Block, Document, Inline, List, Table, plain as words_of};
use super::wording;
use crate::domain::calendar::long_date;

/// The whole document as text, UTF-8, NFC, lines ending in `\n`.
///
/// Cells are separated by tabs and lines in a cell by ` / `; no value can contain a tab or a line
/// end, so two different documents never give the same text. Link targets follow in `<…>` unless
/// they are printed as the link's text.
pub fn plain(document: &Document) -> String {
    let mut out = String::new();
    print(document, &mut out);
    out
}

fn print(document: &Document, out: &mut String) {
    let _ = writeln!(out, "{}", line(&document.title));
    if !document.version.is_empty() {
        let _ = writeln!(out, "{}", edition(document));
    }
    if !document.standing.is_empty() {
        let _ = writeln!(out, "{}", document.standing);
    }
    blocks(&document.blocks, "", out);
    if let Some(second) = &document.translation {
        let _ = writeln!(out, "\n\n{}\n", second.standing);
        print(&second.document, out);
    }
}

/// The edition in words: "Fassung 1.0, Stand 1. Oktober 2026"; empty for a draft without a number.
pub fn edition(document: &Document) -> String {
    if document.version.is_empty() {
        return String::new();
    }
    let words = wording::edition(&document.version, document.language);
    format!("{words}{}", long_date(document.date, document.language))
}

/// Every printed word in reading order, without bullets and dashes, which browsers draw.
pub fn words(document: &Document) -> Vec<String> {
    collect_words(document, false)
}

/// Words per minute in which such a text is read.
const PACE: usize = 200;

/// Minutes it takes to read the contract, in steps of five (C11). The second language of a document
/// says the same and is not counted.
pub fn reading_minutes(document: &Document) -> usize {
    let mut all = words(document).len();
    if let Some(second) = &document.translation {
        all = all.saturating_sub(words(&second.document).len());
    }
    (all + PACE * 5 / 2) / (PACE * 5) * 5
}

/// Every printed word with bullets and dashes, as on paper.
pub fn words_with_marks(document: &Document) -> Vec<String> {
    collect_words(document, true)
}

/// SHA-256 of [`plain`], hex.
pub fn hash(document: &Document) -> String {
    sha256(plain(document).as_bytes())
}

/// SHA-256 of these bytes, hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

/// Short name of exactly this document: `AVV-1.0-DE-7f3a91c4`.
pub fn document_number(document: &Document) -> String {
    let hash = hash(document);
    let language = document.language.code().to_uppercase();
    format!(
        "AVV-{}-{language}-{}",
        document.version,
        hash.get(..8).unwrap_or_default()
    )
}

/// The text of these blocks, without the sections among them.
pub(super) fn own(list: &[Block]) -> String {
    let mut out = String::new();
    for block in list
        .iter()
        .filter(|block| !matches!(block, Block::Section(_)))
    {
        blocks(std::slice::from_ref(block), "", &mut out);
    }
    out
}

fn blocks(list: &[Block], indent: &str, out: &mut String) {
    for block in list {
        match block {
            Block::Section(section) => {
                let label = section
                    .label
                    .as_deref()
                    .map(|l| format!("{l} "))
                    .unwrap_or_default();
                let _ = writeln!(out, "\n{indent}{label}{}", line(&section.title));
                blocks(&section.blocks, indent, out);
            }
            Block::Paragraph(inlines) | Block::Contact(inlines) => {
                let _ = write!(out, "\n{indent}");
                paragraph(inlines, indent, out);
            }
            Block::List(list) => items(list, indent, out),
            Block::Table(table) => rows(table, indent, out),
            Block::Definitions(definitions) => {
                for definition in definitions {
                    let _ = writeln!(out, "\n{indent}{}:", line(&definition.term));
                    blocks(&definition.blocks, &format!("{indent}    "), out);
                }
            }
        }
    }
}

/// Writes items below each other; the first paragraph follows the mark.
fn items(list: &List, indent: &str, out: &mut String) {
    let inner = format!("{indent}    ");
    out.push('\n');
    for item in &list.items {
        let gap = if item.label.is_empty() { "" } else { " " };
        let _ = write!(out, "{indent}{}{gap}", item.label);
        match item.blocks.split_first() {
            Some((Block::Paragraph(first) | Block::Contact(first), rest)) => {
                paragraph(first, &inner, out);
                blocks(rest, &inner, out);
            }
            _ => {
                out.push('\n');
                blocks(&item.blocks, &inner, out);
            }
        }
    }
}

fn rows(table: &Table, indent: &str, out: &mut String) {
    let row = |cells: &[Vec<Inline>]| cells.iter().map(|c| line(c)).collect::<Vec<_>>().join("\t");
    let _ = writeln!(out, "\n{indent}{}", line(&table.caption));
    if table.head.iter().any(|cell| !cell.is_empty()) {
        let _ = writeln!(out, "{indent}{}", row(&table.head));
    }
    for cells in &table.rows {
        let _ = writeln!(out, "{indent}{}", row(cells));
    }
    if let Some(legend) = &table.legend {
        let _ = writeln!(out, "{indent}{}", line(legend));
    }
}

fn paragraph(inlines: &[Inline], indent: &str, out: &mut String) {
    let text = inline_text(inlines).replace('\n', &format!("\n{indent}"));
    let _ = writeln!(out, "{text}");
}

fn line(inlines: &[Inline]) -> String {
    inline_text(inlines).replace('\n', " / ")
}

fn inline_text(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Reference { text, .. } => out.push_str(text),
            Inline::Strong(content) | Inline::Emphasis(content) => {
                out.push_str(&inline_text(content));
            }
            Inline::Link { target, content } => {
                let printed = inline_text(content);
                out.push_str(&printed);
                let bare = target
                    .trim_start_matches("mailto:")
                    .trim_start_matches("tel:");
                if bare != printed {
                    let _ = write!(out, " <{target}>");
                }
            }
            Inline::Break => out.push('\n'),
        }
    }
    out
}

fn collect_words(document: &Document, marks: bool) -> Vec<String> {
    let mut words = WordCollector {
        marks,
        text: String::new(),
    };
    words.document(document);
    words.text.split_whitespace().map(str::to_owned).collect()
}

struct WordCollector {
    marks: bool,
    text: String,
}

impl WordCollector {
    fn add(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push(' ');
    }

    fn document(&mut self, document: &Document) {
        self.inlines(&document.title);
        self.add(&edition(document));
        self.add(&document.standing);
        self.blocks(&document.blocks);
        if let Some(second) = &document.translation {
            self.add(&second.standing);
            self.document(&second.document);
        }
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        self.add(&words_of(inlines));
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Section(section) => {
                    section.label.iter().for_each(|label| self.add(label));
                    self.inlines(&section.title);
                    self.blocks(&section.blocks);
                }
                Block::Paragraph(inlines) | Block::Contact(inlines) => self.inlines(inlines),
                Block::List(list) => {
                    for item in &list.items {
                        if self.marks || item.is_numbered() {
                            self.add(&item.label);
                        }
                        self.blocks(&item.blocks);
                    }
                }
                Block::Table(table) => self.table(table),
                Block::Definitions(definitions) => {
                    for definition in definitions {
                        self.inlines(&definition.term);
                        self.blocks(&definition.blocks);
                    }
                }
            }
        }
    }

    fn table(&mut self, table: &Table) {
        self.inlines(&table.caption);
        table
            .head
            .iter()
            .chain(table.rows.iter().flatten())
            .for_each(|cell| self.inlines(cell));
        table.legend.iter().for_each(|line| self.inlines(line));
    }
}
