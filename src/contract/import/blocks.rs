//! Lines to blocks: headings, paragraphs, lists, tables, addresses.

use super::headings::{self, Heading};
use super::lines::Line;
use super::lists::{Lists, Near};
use super::marker;
use super::tables::{self, Table};
use crate::contract::numbers::Pattern;

/// A block of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading; what is below it follows.
    Heading(Heading),
    /// Running text; line ends in it stay.
    Paragraph(Paragraph),
    /// A list.
    List(List),
    /// A table.
    Table(Table),
}

/// Running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paragraph {
    /// Line in the file.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// Whether it is an address, line by line.
    pub contact: bool,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    /// How it is marked.
    pub marks: Marks,
    /// Number of the first item.
    pub start: u32,
    /// Its items.
    pub items: Vec<Item>,
}

/// How a list is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Marks {
    /// As the engine counts.
    Counted(Pattern),
    /// 3.1, 3.2: what stands before the last number.
    Joined(String),
    /// Every mark by hand.
    ByHand,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Its mark as written.
    pub mark: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// Every line as a paragraph.
pub(super) fn paragraphs(text: &str) -> Vec<Block> {
    let paragraph = |(line, text): (usize, &str)| {
        Block::Paragraph(Paragraph {
            line,
            text: text.to_owned(),
            contact: false,
        })
    };
    let lines = (1..).zip(text.lines());
    lines
        .filter(|(_, text)| !text.trim().is_empty())
        .map(paragraph)
        .collect()
}

/// Reads lines into blocks.
pub(super) fn read(lines: &[Line], markdown: bool) -> Vec<Block> {
    let longest = lines.iter().map(|line| line.text.chars().count()).max();
    let mut reader = Reader {
        lines,
        markdown,
        one_line_each: !markdown && longest.unwrap_or(0) > 200,
        sharp: markdown && lines.iter().any(|line| line.text.starts_with('#')),
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
    markdown: bool,
    /// Plain text whose lines are whole paragraphs.
    one_line_each: bool,
    /// Markdown that has `#` headings: then nothing else is one.
    sharp: bool,
    lists: Lists,
    /// Lines of the paragraph that is being read.
    open: Vec<Line>,
    /// A mark stood alone on its line: the text follows.
    at_mark: bool,
}

impl Reader<'_> {
    /// Reads on from a line; returns how many were taken.
    fn step(&mut self, at: usize) -> usize {
        let rest = self.lines.get(at..).unwrap_or_default();
        let Some(line) = rest.first() else { return 1 };
        if line.text.is_empty() {
            self.flush();
            return 1;
        }
        if let Some((table, taken)) = tables::read(rest, self.markdown) {
            self.flush();
            self.lists.place_block(line.indent, Block::Table(table));
            return taken;
        }
        let apart = self.open.is_empty() && !self.at_mark;
        let heading = if apart || line.text.starts_with('#') {
            headings::read(rest, self.markdown, self.sharp)
        } else {
            None
        };
        if let Some(heading) = heading {
            self.flush();
            self.lists.close();
            self.lists.place_block(0, Block::Heading(heading));
            return 1;
        }
        if let Some((mark, text)) = marker::read(&line.text, self.markdown) {
            let near = self.near();
            if self
                .lists
                .takes(&mark, line.indent, text, near, self.markdown)
            {
                self.flush();
                self.lists.item(&mark, line.indent);
                self.at_mark = text.is_empty();
                if !text.is_empty() {
                    self.open.push(Line {
                        text: text.to_owned(),
                        ..line.clone()
                    });
                }
                return 1;
            }
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

    /// What stands directly above a mark.
    fn near(&self) -> Near<'_> {
        match self.open.last() {
            Some(line) => Near::Text(&line.text),
            None => Near::Space,
        }
    }

    fn flush(&mut self) {
        let lines = std::mem::take(&mut self.open);
        let Some(first) = lines.first() else { return };
        let contact = is_contact(&lines);
        let mut text = String::new();
        for (index, line) in lines.iter().enumerate() {
            text.push_str(&line.text);
            if index + 1 < lines.len() {
                text.push(if contact || line.hard { '\n' } else { ' ' });
            }
        }
        self.lists.add(Block::Paragraph(Paragraph {
            line: first.number,
            text,
            contact,
        }));
    }
}

/// Whether some lines are an address: short ones, among them a postcode, a phone number or the like.
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
        let text = line.text.trim_start_matches(['*', '_']).to_lowercase();
        CUES.iter().any(|cue| text.starts_with(cue)) || text.contains('@') || has_postcode(&text)
    };
    lines.len() >= 3 && lines.iter().all(short) && lines.iter().any(cue)
}

/// "50829 köln", "d-50829 köln".
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
