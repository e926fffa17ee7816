//! Documents of office programs: .docx and .odt. Headings, numbers, lists, tables and footnotes are
//! known from the document's own markup; only what its author typed instead is guessed.
//!
//! Both become the same lines (`flow`). What the authors removed or hid is left out with a note for
//! each place: the accepted text is imported (E2).

pub(super) mod docx;
pub(super) mod odt;
#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeMap;

use roxmltree::{Document, ParsingOptions};

use super::lines::Line;
use super::words::Word;

/// A node of a part.
type Node<'x> = roxmltree::Node<'x, 'x>;

/// Most elements and texts of one part.
const MOST_NODES: u32 = 3_000_000;
/// Deepest nesting; programs write about twenty levels, and reading is recursive.
const DEEPEST: usize = 120;

/// What was read of a document.
pub(super) struct Read {
    /// Its lines in order.
    pub lines: Vec<Line>,
    /// Its words, counted in the part itself.
    pub words: Vec<Word>,
}

/// Whether these are the parts of a document that can be read here.
fn is_docx(parts: &BTreeMap<String, String>) -> bool {
    parts.contains_key("word/document.xml")
}

/// Reads a document. `note` is called with the number of a paragraph and something an author should
/// check.
///
/// # Errors
/// The part that is damaged or nested too deeply.
pub(super) fn read(
    parts: &BTreeMap<String, String>,
    note: &mut dyn FnMut(usize, String),
) -> Result<Read, String> {
    if is_docx(parts) {
        docx::read(parts, note)
    } else {
        odt::read(parts, note)
    }
}

/// Parses a part; one that is missing is empty.
fn parse<'x>(parts: &'x BTreeMap<String, String>, name: &str) -> Result<Document<'x>, String> {
    let damaged = || {
        format!(
            "Der Teil „{name}“ des Dokuments ist beschädigt. Öffnen Sie es im Schreibprogramm und speichern Sie es noch einmal."
        )
    };
    let text = parts.get(name).map_or("<leer/>", String::as_str);
    // Without document types there are no entities that unfold.
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text.trim_start_matches('\u{feff}'), options)
        .map_err(|_| damaged())?;
    let mut depths: Vec<usize> = Vec::new();
    for node in document.descendants() {
        let above = node
            .parent()
            .and_then(|parent| depths.get(parent.id().get_usize()));
        let depth = above.map_or(0, |depth| depth + 1);
        if depth > DEEPEST {
            return Err(damaged());
        }
        depths.resize(node.id().get_usize() + 1, 0);
        if let Some(slot) = depths.last_mut() {
            *slot = depth;
        }
    }
    Ok(document)
}

/// The child element with this name, whatever its prefix.
fn child<'x>(node: Node<'x>, name: &str) -> Option<Node<'x>> {
    node.children().find(|child| is(*child, name))
}

/// The element at the end of a path of names.
fn below<'x>(node: Node<'x>, path: &[&str]) -> Option<Node<'x>> {
    path.iter().try_fold(node, |node, name| child(node, name))
}

/// Whether it is an element with this name.
fn is(node: Node<'_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// The value of an attribute, whatever its prefix.
fn attribute<'x>(node: Node<'x>, name: &str) -> Option<&'x str> {
    node.attributes()
        .find(|one| one.name() == name)
        .map(|one| one.value())
}

/// All text inside an element.
fn text_in(node: Node<'_>) -> String {
    let texts = node.descendants().filter(roxmltree::Node::is_text);
    texts.filter_map(|text| text.text()).collect()
}

/// The first words of a text, for a note.
fn shortened(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words
        .get(..12.min(words.len()))
        .unwrap_or_default()
        .join(" ");
    if words.len() > 12 {
        first + " …"
    } else {
        first
    }
}
