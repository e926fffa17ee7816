//! # How a contract is written
//!
//! A contract version is a folder:
//!
//! ```text
//! contract.toml                 number, date, languages, binding language, order of the annexes …
//! de/vertrag.dj                 the main text
//! de/anlage-tom.dj              one file per annex, named in contract.toml
//! de/produkte/trunk.dj          what is processed for one product, named by its code
//! de/produkte/trunk_fax.dj      what is processed for an option of it, if not said in trunk.dj
//! de/massnahmen.dj              technical and organisational measures, grouped by objective
//! en/…                          the same files in the other language
//! ```
//!
//! The texts are Djot (<https://djot.net>) with these rules.
//!
//! **Headings.** In the main text `#` is a clause and gets 1, 2, 3 …; `##` gets 1.1 unless it is
//! marked `{.unnumbered}`; deeper ones have no number. Text before the first heading is the
//! preamble. An annex starts with one `#`, its title ("Anlage 2"); `##` in it gets 2.1. A product
//! file starts with `##`, and so does each group of measures:
//!
//! ```text
//! {#tom-zutritt .tom-physical}
//! ## Zutritt zu Gebäuden
//!
//! Unbefugte sollen nicht an Anlagen gelangen, die Daten verarbeiten.
//!
//! - Rechenzentren sind rund um die Uhr überwacht.
//! ```
//!
//! A group has marks that say which objectives of Art. 32 it serves, a sentence with its aim, and a
//! list of measures; `{generate=measures}` prints all groups where the annex wants them. An annex
//! may also hold its measures itself.
//!
//! ```text
//! {#weisungen .instructions}
//! # Weisungen
//!
//! (1) Der Auftragsverarbeiter verarbeitet die Daten nur auf Weisung.
//! (2) {#rechtswidrige-weisung .unlawful-instruction}
//!     Hält er eine Weisung für rechtswidrig, teilt er das mit.
//!
//!     a) Er darf sie aussetzen.
//!     b) Näheres regelt [](#rechtswidrige-weisung).
//! ```
//!
//! `#name` is what references name; `.name` says what a passage covers (see
//! [`check`](super::check)). Ids may stand on headings, tables and, as above, on list items. They
//! are the same in all languages, and unique in the version. A heading without one gets an id from
//! its file and position, an annex that of its file.
//!
//! **Numbers of headings** look as `[numbering.de]` in `contract.toml` says: `sections = ["§ 1",
//! "1.1"]`, `annexes = ["Anhang I", "1"]`, one sample per level, `none` for a level without. A
//! heading with `{number="3a"}` above it has that number, and counting goes on from there.
//!
//! **Lists.** `(1)` paragraphs, `1.` numbers, `a)` letters, `i.` roman, also as `1)`, `a.`, `(a)`,
//! `A.`, `(i)`; `-` or `*` bullets, `+` dashes. The mark is printed as it is written. A list that
//! starts with a higher number continues the one before it. Nested lists and further paragraphs are
//! indented and stand after a blank line. `{marks="1.1"}` above a list gives it other marks, also
//! `none`; `{mark="2a."}` in an item (where an id would stand) gives this item its own mark.
//!
//! **Addresses.** Lines below `{.contact}`, or between `::: contact` and `:::`, stay lines. A line whose values are all missing is left
//! out.
//!
//! **References.** `[](#weisungen)` prints "Ziffer 3", for a list item "Ziffer 3 Absatz 2
//! Buchstabe a", for an annex "Anlage 2". The target must be there whenever the reference is.
//!
//! **Values.** `:customer-name:` and the others in [`Placeholder`]. A colon that is meant
//! as a colon is written `\:` where it could be mistaken (`14\:30\:00`).
//!
//! **Conditions.** `{if=has-sub-partner}` on the line above a block or a `:::` block; see
//! [`Condition`]. A list item whose paragraphs all vanish is not counted.
//!
//! **Generated blocks.** `{generate=sub-processors}` above `:::` and `:::`; see [`Generator`].
//!
//! **Tables** have a head row and a caption (`^ Caption` below them); a paragraph marked
//! `{.legend}` right after a table is its legend line. Without the line `|---|---|` a table has no
//! head: a form of names and values. It has at most 16 columns. **Definitions** are `: Term`, a
//! blank line, and the indented text. `:br:` breaks the line, also in a cell, where `– one :br: –
//! two` is a list.
//!
//! **Footnotes** are `[^name]` in the text and, after a blank line, `[^name]: Their words`; they are
//! numbered and printed where these words stand. **Ticks**: `- [x]` and `- [ ]`. **Quotes** (`> …`)
//! and `{marks=none}` lists stand further in. `m^2^` and `CO~2~` are raised and lowered figures.
//!
//! **Characters.** Quotation marks print as typed; straight ones become „…“ in German and “…” in
//! English. `\ ` is a space that does not break, `--` an en dash, `*bold*`, `_stressed_`. Links go
//! to http, https, mailto or tel and say where they lead. Of code, marked and inserted text the
//! words are printed, rules (`---`) are not. There is nothing else: images, raw HTML, formulas and
//! struck text are refused.

use super::numbers::Pattern;
use super::tree::Alignment;
use super::vocabulary::{Condition, Generator, Placeholder};

/// A block as it is in a file.
#[derive(Debug, Clone)]
pub struct Node {
    /// Line number in the file, from 1.
    pub line: usize,
    /// The conditions, all of which must hold for the block to be printed.
    pub conditions: Vec<Condition>,
    /// What the passage covers (tags of the checks).
    pub tags: Vec<String>,
    /// The block itself.
    pub kind: Kind,
}

/// Kinds of blocks.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A heading with the blocks below it.
    Section {
        /// Depth, 1 to 4.
        level: u8,
        /// Its id, which is unique in the version.
        id: String,
        /// Whether it counts in the numbering of its level.
        numbered: bool,
        /// A number written by hand, `{number="§ 3a"}`.
        number: Option<String>,
        /// The text of the heading.
        title: Vec<Span>,
        /// The blocks below it.
        children: Vec<Node>,
    },
    /// A paragraph of running text.
    Paragraph(Vec<Span>),
    /// A list with its items.
    List {
        /// The marks of the items.
        marks: Pattern,
        /// Number of the first item as written.
        start: u32,
        /// The items in order.
        items: Vec<Entry>,
    },
    /// A table with its caption.
    Table {
        /// Id for references, if it has one.
        id: Option<String>,
        /// Text above it.
        caption: Vec<Span>,
        /// Cells of the head.
        head: Vec<Vec<Span>>,
        /// Alignment of each column.
        alignments: Vec<Alignment>,
        /// Cells of the body by row.
        rows: Vec<Vec<Vec<Span>>>,
        /// The legend below it, if there is one.
        legend: Option<Vec<Span>>,
    },
    /// Terms with their text.
    Definitions(Vec<(Vec<Span>, Vec<Node>)>),
    /// Lines of an address, with breaks between them.
    Contact(Vec<Span>),
    /// A block that the program writes.
    Generated(Generator),
}

/// A list item.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Line number in the file.
    pub line: usize,
    /// Id for references, if it has one.
    pub id: Option<String>,
    /// A mark written by hand, `{mark="2a."}`.
    pub mark: Option<String>,
    /// What the item covers (tags of the checks).
    pub tags: Vec<String>,
    /// Its paragraphs and lists.
    pub blocks: Vec<Node>,
}

/// Text inside a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Text as printed.
    Text(String),
    /// A value to be filled in.
    Value(Placeholder),
    /// Strong text, usually bold.
    Strong(Vec<Span>),
    /// Emphasised text, usually italic.
    Emphasis(Vec<Span>),
    /// A link out of the document.
    Link {
        /// Address of the link.
        target: String,
        /// Printed text of the link.
        content: Vec<Span>,
    },
    /// Reference to an id; `content` is empty unless the author wrote a text for it.
    Reference {
        /// Id of the target.
        id: String,
        /// Line number in the file.
        line: usize,
        /// The author's own text, or empty.
        content: Vec<Span>,
    },
    /// A line break inside the block.
    Break,
}

/// One parsed file.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// Path in the folder: `de/vertrag.dj`.
    pub file: String,
    /// The blocks of the file.
    pub blocks: Vec<Node>,
}

/// Calls `visit` for every block in and below `nodes`, in reading order, with its conditions.
pub fn walk<'a>(
    nodes: &'a [Node],
    under: &[Condition],
    visit: &mut dyn FnMut(&'a Node, &[Condition]),
) {
    for node in nodes {
        let mut conditions = under.to_vec();
        conditions.extend(node.conditions.iter().cloned());
        visit(node, &conditions);
        match &node.kind {
            Kind::Section { children, .. } => walk(children, &conditions, visit),
            Kind::List { items, .. } => {
                for item in items {
                    walk(&item.blocks, &conditions, visit);
                }
            }
            Kind::Definitions(entries) => {
                for (_, blocks) in entries {
                    walk(blocks, &conditions, visit);
                }
            }
            Kind::Paragraph(_) | Kind::Table { .. } | Kind::Contact(_) | Kind::Generated(_) => {}
        }
    }
}

/// Calls `visit` for every run of text that belongs to this block itself, not to blocks inside it.
pub fn own_text<'a>(node: &'a Node, visit: &mut dyn FnMut(&'a [Span])) {
    match &node.kind {
        Kind::Section { title, .. } => visit(title),
        Kind::Paragraph(spans) | Kind::Contact(spans) => visit(spans),
        Kind::Table {
            caption,
            head,
            rows,
            legend,
            ..
        } => {
            visit(caption);
            head.iter().for_each(|cell| visit(cell));
            rows.iter().flatten().for_each(|cell| visit(cell));
            legend.iter().for_each(|line| visit(line));
        }
        Kind::Definitions(entries) => entries.iter().for_each(|(term, _)| visit(term)),
        Kind::List { .. } | Kind::Generated(_) => {}
    }
}

/// Calls `visit` for every span, also those inside others.
pub fn each_span<'a>(spans: &'a [Span], visit: &mut dyn FnMut(&'a Span)) {
    for span in spans {
        visit(span);
        match span {
            Span::Strong(content)
            | Span::Emphasis(content)
            | Span::Link { content, .. }
            | Span::Reference { content, .. } => each_span(content, visit),
            Span::Text(_) | Span::Value(_) | Span::Break => {}
        }
    }
}
