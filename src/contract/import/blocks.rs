//! Turns lines into blocks: headings, paragraphs, lists, tables, addresses.

use super::headings::{self, Heading};
use super::inline::{self, Piece};
use super::lines::{Kind, Line};
use super::lists::{Lists, Near};
use super::marker;
use super::tables::{self, Table};
use crate::contract::numbers::Pattern;

/// A block of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading; the blocks below it follow.
    Heading(Heading),
    /// Running text; its line ends are kept.
    Paragraph(Paragraph),
    /// A list with its items.
    List(List),
    /// A table with its rows.
    Table(Table),
}

/// A paragraph of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paragraph {
    /// The text of the paragraph.
    pub text: Vec<Piece>,
    /// Whether it is an address, line by line.
    pub contact: bool,
}

/// A list with its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    /// The marks of the items.
    pub marks: Marks,
    /// Number of the first item.
    pub start: u32,
    /// The items in order.
    pub items: Vec<Item>,
}

/// The kind of marks of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Marks {
    /// Marks that the engine can count.
    Counted(Pattern),
    /// Joined numbers like 3.1, 3.2; holds the part before the last number.
    Joined(String),
    /// Marks that are all written by hand.
    ByHand,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Its mark as written in the source.
    pub mark: String,
    /// The blocks that the item contains.
    pub blocks: Vec<Block>,
}

/// Every line as a paragraph.
pub(super) fn paragraphs(lines: Vec<Line>) -> Vec<Block> {
    let filled = lines.into_iter().filter(|line| !line.text.is_empty());
    let paragraph = |line: Line| {
        Block::Paragraph(Paragraph {
            text: line.pieces,
            contact: false,
        })
    };
    filled.map(paragraph).collect()
}

/// Reads lines into blocks; in a text with `markup`, headings and tables are marked already.
pub(super) fn read(lines: &[Line], markup: bool) -> Vec<Block> {
    let longest = lines.iter().map(|line| line.text.chars().count()).max();
    let is_heading = |line: &Line| matches!(line.kind, Kind::Heading(_));
    let mut reader = Reader {
        lines,
        markup,
        one_line_each: !markup && longest.unwrap_or(0) > 200,
        sharp: markup && lines.iter().any(is_heading),
        lists: Lists::default(),
        open: Vec::new(),
        at_mark: false,
    };
    let mut at = 0;
    while at < lines.len() {
        at += reader.step(at).max(1);
    }
    reader.flush();
    reader.lists.finish()
}

struct Reader<'l> {
    lines: &'l [Line],
    markup: bool,
    /// Whether it is plain text whose lines are whole paragraphs.
    one_line_each: bool,
    /// Whether the text marks its headings; then nothing else is a heading.
    sharp: bool,
    lists: Lists,
    /// Lines of the present paragraph.
    open: Vec<Line>,
    /// Whether a mark was alone on its line and its text follows.
    at_mark: bool,
}

impl Reader<'_> {
    /// Reads on from a line; returns how many lines were used.
    fn step(&mut self, at: usize) -> usize {
        let rest = self.lines.get(at..).unwrap_or_default();
        let Some(line) = rest.first() else { return 1 };
        match &line.kind {
            Kind::Heading(level) => return self.heading(headings::marked(line, *level)),
            Kind::Table(table) => return self.table(line, table.clone(), 1),
            Kind::Text if line.text.is_empty() => {
                self.flush();
                return 1;
            }
            Kind::Text => {}
        }
        if !self.markup
            && let Some((table, taken)) = tables::read(rest)
        {
            return self.table(line, table, taken);
        }
        if self.open.is_empty()
            && !self.at_mark
            && let Some(heading) = headings::read(rest, self.markup, self.sharp)
        {
            return self.heading(heading);
        }
        if let Some((mark, text)) = marker::read(&line.text)
            && let Some(pieces) = inline::cut(&line.pieces, line.text.len() - text.len())
            && self.lists.takes(&mark, line.indent, text, self.near())
        {
            let text = text.to_owned();
            self.flush();
            self.lists.item(&mark, line.indent);
            self.at_mark = text.is_empty();
            if !text.is_empty() {
                self.open.push(Line {
                    text,
                    pieces,
                    ..line.clone()
                });
            }
            return 1;
        }
        if self.one_line_each && !self.at_mark {
            self.flush();
        }
        if self.open.is_empty() && !self.at_mark {
            self.lists.leave_for(line.indent);
        }
        self.at_mark = false;
        self.open.push(line.clone());
        1
    }

    fn heading(&mut self, heading: Heading) -> usize {
        self.flush();
        self.lists.close();
        self.lists.place_block(0, Block::Heading(heading));
        1
    }

    fn table(&mut self, line: &Line, table: Table, taken: usize) -> usize {
        self.flush();
        self.lists.place_block(line.indent, Block::Table(table));
        taken
    }

    /// The text directly above a mark.
    fn near(&self) -> Near<'_> {
        match self.open.last() {
            Some(line) => Near::Text(&line.text),
            None => Near::Space,
        }
    }

    fn flush(&mut self) {
        let lines = std::mem::take(&mut self.open);
        if lines.is_empty() {
            return;
        }
        let contact = is_contact(&lines);
        let mut text = Vec::new();
        let mut ends_hard = None;
        for line in lines {
            match ends_hard {
                Some(true) => text.push(Piece::Break),
                Some(false) => inline::push(&mut text, " "),
                None => {}
            }
            ends_hard = Some(contact || line.hard);
            inline::append(&mut text, line.pieces);
        }
        self.lists
            .add(Block::Paragraph(Paragraph { text, contact }));
    }
}

/// Whether some lines are an address: short lines, among them a postcode, a phone number or
/// similar.
fn is_contact(lines: &[Line]) -> bool {
    const CUES: &[&str] = &[
        "tel", "fon", "phone", "fax", "telefax", "e-mail", "email", "mail:", "web", "internet",
        "www.", "http", "mobil", "postfach", "p.o. box",
    ];
    let short = |line: &Line| {
        let length = line.text.chars().count();
        length <= 80 && !(line.text.ends_with('.') && length > 40) && !line.text.ends_with(',')
    };
    let cue = |line: &Line| {
        let text = line.text.to_lowercase();
        CUES.iter().any(|cue| text.starts_with(cue)) || text.contains('@') || has_postcode(&text)
    };
    lines.len() >= 3 && lines.iter().all(short) && lines.iter().any(cue)
}

/// Whether a text begins with a postcode: "50829 köln", "d-50829 köln".
fn has_postcode(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let digits = first.rsplit('-').next().unwrap_or_default();
    (4..=5).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && words
            .next()
            .is_some_and(|word| word.starts_with(char::is_alphabetic))
}
