//! The resolved contract: values inserted, numbers given, references turned into words.
//!
//! HTML page, PDF, plain text and hash are all made from this one tree, so they contain the same
//! words in the same order (T-01, T-11). Text in it is text, never markup (T-07).

use chrono::NaiveDate;

use crate::domain::Language;

/// One contract in one language, ready to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Language of the whole text.
    pub language: Language,
    /// Heading of the whole document.
    pub title: Vec<Inline>,
    /// Number of the contract version, for example `1.0` (C-01).
    pub version: String,
    /// Date of the text, "Stand" (C-02).
    pub date: NaiveDate,
    /// The rank of this text if there are several languages, in its own language: "Convenience
    /// translation …"; empty if there is nothing to say (T-10).
    pub standing: String,
    /// Preamble, sections and annexes in reading order.
    pub blocks: Vec<Block>,
    /// The same contract in the other language of the version, printed after this text (T-10).
    pub translation: Option<Box<Translation>>,
}

/// The text in the other language, with its announcement in the language of the text before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    /// Id of the translation, which is unique in the document.
    pub id: String,
    /// Its name in the table of contents: "Lesefassung in englischer Sprache".
    pub name: String,
    /// Its rank, and which language is binding.
    pub standing: String,
    /// The text; its ids differ from those of the text before it.
    pub document: Document,
}

/// A block-level element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading with the blocks below it.
    Section(Section),
    /// A paragraph of running text.
    Paragraph(Vec<Inline>),
    /// Numbered paragraphs, letters, bullets.
    List(List),
    /// Table with head, caption and legend line (T-03).
    Table(Table),
    /// Label and text pairs: parties, definitions (T-04).
    Definitions(Vec<Definition>),
    /// Lines of an address, with [`Inline::Break`] between them (T-04).
    Contact(Vec<Inline>),
}

/// A numbered or unnumbered section, or an annex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Stable id, unique in the document, usable as HTML id and PDF bookmark.
    pub id: String,
    /// Depth of the heading: 1 for sections and annexes, 2 to 4 below.
    pub level: u8,
    /// Printed number without the title: `3`, `1.1`, `Anlage 2`; none for unnumbered headings.
    pub label: Option<String>,
    /// The text of the heading.
    pub title: Vec<Inline>,
    /// An annex starts on its own page and has its own numbering (T-05).
    pub annex: bool,
    /// The blocks below the heading.
    pub blocks: Vec<Block>,
}

/// A list whose items carry the marks that were counted for them (T-02).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The kind of marks.
    pub style: ListStyle,
    /// The items in order.
    pub items: Vec<Item>,
}

/// Kinds of list marks; the mark itself is the item's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListStyle {
    /// `(1)` or `1.1`: numbered paragraphs of a clause.
    Paragraphs,
    /// Numbers: `1.`, `1)`
    Decimal,
    /// Letters: `a)`, `a.`, `(a)`, `A.`
    Letters,
    /// Roman numbers: `i.`, `(i)`, `I.`
    Roman,
    /// Bullets: `•`
    Bullets,
    /// Dashes: `–`
    Dashes,
    /// Items without marks.
    Plain,
}

impl Item {
    /// Whether its mark is a number or letter, and so part of the text.
    pub fn is_numbered(&self) -> bool {
        !matches!(self.label.as_str(), "" | "•" | "–")
    }
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The printed mark as the author wrote it: `(1)`, `a.`, `ii)`, `3.1`, `•`.
    pub label: String,
    /// Number of the item; 0 if its mark was written by hand.
    pub number: u32,
    /// Id for references, if it has one.
    pub id: Option<String>,
    /// Its paragraphs and nested lists.
    pub blocks: Vec<Block>,
}

/// A table; every row has as many cells as the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Id, unique in the document, for the caption.
    pub id: String,
    /// Caption above the table; may be empty.
    pub caption: Vec<Inline>,
    /// Cells of the head.
    pub head: Vec<Vec<Inline>>,
    /// Alignment of each column.
    pub alignments: Vec<Alignment>,
    /// Cells of the body by row. A cell may have several lines ([`Inline::Break`]).
    pub rows: Vec<Vec<Vec<Inline>>>,
    /// The legend below the table, if there is one.
    pub legend: Option<Vec<Inline>>,
}

/// Alignment of a table column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    /// Left-aligned, the default.
    Start,
    /// Centred in the column.
    Center,
    /// Right-aligned, for numbers.
    End,
}

/// A term with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The label or the defined term.
    pub term: Vec<Inline>,
    /// The text of the term.
    pub blocks: Vec<Block>,
}

/// Text inside a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Plain text. NFC, no control characters, no markup.
    Text(String),
    /// Strong text, usually bold.
    Strong(Vec<Inline>),
    /// Emphasised text, usually italic.
    Emphasis(Vec<Inline>),
    /// Outbound link: http, https, mailto or tel only (T-13).
    Link {
        /// Address of the link.
        target: String,
        /// Printed text of the link.
        content: Vec<Inline>,
    },
    /// Reference to a section, item or annex of this document (T-06).
    Reference {
        /// Id of the target.
        id: String,
        /// Printed text: "Ziffer 9 Buchstabe g", "Anlage 2".
        text: String,
    },
    /// Line break inside a paragraph or cell.
    Break,
}

/// The text of these inlines without any markup.
pub fn plain(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Reference { text, .. } => out.push_str(text),
            Inline::Strong(content) | Inline::Emphasis(content) | Inline::Link { content, .. } => {
                out.push_str(&plain(content));
            }
            Inline::Break => out.push('\n'),
        }
    }
    out
}
