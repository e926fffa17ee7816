//! The resolved contract: values inserted, numbers given, references turned into words.
//!
//! HTML page, PDF, plain text and hash are all made from this one tree, so they say the same
//! words in the same order (T-01, T-11). Text in it is text, never markup (T-07).

use chrono::NaiveDate;

use crate::domain::Language;

/// One contract in one language, ready to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Language of every word in it.
    pub language: Language,
    /// Heading of the whole document.
    pub title: Vec<Inline>,
    /// Number of the contract version, for example `1.0` (C-01).
    pub version: String,
    /// Date of the text, "Stand" (C-02).
    pub date: NaiveDate,
    /// Whether it is a sample: whatever shows it before it is concluded says so. No word of it.
    pub sample: bool,
    /// What this text is where there are several languages, in its own language: "Convenience
    /// translation …"; empty where nothing has to be said (T-10).
    pub standing: String,
    /// Preamble, sections and annexes in reading order.
    pub blocks: Vec<Block>,
    /// The same contract in the other language of the version, printed after this text (T-10).
    pub translation: Option<Box<Translation>>,
}

/// The text in the other language, as it is announced in the language of the text before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    /// Id of the whole of it, unique in the document.
    pub id: String,
    /// What it is called in the table of contents: "Lesefassung in englischer Sprache".
    pub name: String,
    /// What it is and which language is binding.
    pub standing: String,
    /// The text; its ids differ from those of the text before it.
    pub document: Document,
}

/// A block-level element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Heading with what belongs to it.
    Section(Section),
    /// Running text.
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
    /// Heading text.
    pub title: Vec<Inline>,
    /// An annex starts on its own page and has its own numbering (T-05).
    pub annex: bool,
    /// What stands below the heading.
    pub blocks: Vec<Block>,
}

/// A list whose items carry the marks that were counted for them (T-02).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// How items are marked.
    pub style: ListStyle,
    /// The items in order.
    pub items: Vec<Item>,
}

/// Kinds of list marks; the mark itself is the item's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListStyle {
    /// `(1)` or `1.1`: numbered paragraphs of a clause.
    Paragraphs,
    /// `1.`, `1)`
    Decimal,
    /// `a)`, `a.`, `(a)`, `A.`
    Letters,
    /// `i.`, `(i)`, `I.`
    Roman,
    /// `•`
    Bullets,
    /// `–`
    Dashes,
    /// No marks.
    Plain,
}

impl Item {
    /// Whether its mark is a number or letter, and so belongs to the words.
    pub fn is_numbered(&self) -> bool {
        !matches!(self.label.as_str(), "" | "•" | "–")
    }
}

/// One list item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The printed mark as the author wrote it: `(1)`, `a.`, `ii)`, `3.1`, `•`.
    pub label: String,
    /// Number of the item; 0 if its mark was written by hand.
    pub number: u32,
    /// Id for references, if the source names one.
    pub id: Option<String>,
    /// Paragraphs and nested lists.
    pub blocks: Vec<Block>,
}

/// A table; every row has as many cells as the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Id, unique in the document, for the caption.
    pub id: String,
    /// Caption above the table; may be empty.
    pub caption: Vec<Inline>,
    /// Column heads.
    pub head: Vec<Vec<Inline>>,
    /// Alignment of each column.
    pub alignments: Vec<Alignment>,
    /// Body rows. A cell may hold several lines ([`Inline::Break`]).
    pub rows: Vec<Vec<Vec<Inline>>>,
    /// Line under the table.
    pub legend: Option<Vec<Inline>>,
}

/// Alignment of a table column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    /// Left-aligned, the default.
    Start,
    /// Centred.
    Center,
    /// Right-aligned, for figures.
    End,
}

/// Label and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The label or defined term.
    pub term: Vec<Inline>,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// Text inside a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Plain text. NFC, no control characters, no markup.
    Text(String),
    /// Important text.
    Strong(Vec<Inline>),
    /// Stressed text.
    Emphasis(Vec<Inline>),
    /// Outbound link: http, https, mailto or tel only (T-13).
    Link {
        /// Address.
        target: String,
        /// What is printed.
        content: Vec<Inline>,
    },
    /// Reference to a section, item or annex of this document (T-06).
    Reference {
        /// Id of the target.
        id: String,
        /// Printed words: "Ziffer 9 Buchstabe g", "Anlage 2".
        text: String,
    },
    /// Line break inside a paragraph or cell.
    Break,
}

/// The words of some inlines without any markup.
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
