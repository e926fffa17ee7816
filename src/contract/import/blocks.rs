//! The blocks of a source: headings, paragraphs, lists, tables, terms, addresses.

use super::headings::Heading;
use super::inline::Piece;
use super::lines::Line;
use super::tables::Table;
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
    /// A term and what explains it.
    Definition(Vec<Piece>, Vec<Block>),
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
    /// The name by which references find it.
    pub id: Option<String>,
}

impl Item {
    /// An item without content.
    pub(super) fn new(mark: &str) -> Self {
        Self {
            mark: mark.to_owned(),
            blocks: Vec::new(),
            id: None,
        }
    }
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

/// Whether some lines are an address: short lines, among them a postcode, a phone number or
/// similar.
pub(super) fn is_contact(lines: &[Line]) -> bool {
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
pub(super) fn has_postcode(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let digits = first.rsplit('-').next().unwrap_or_default();
    (4..=5).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && words
            .next()
            .is_some_and(|word| word.starts_with(char::is_alphabetic))
}
