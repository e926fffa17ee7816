//! Strips, of which the pages are built, and the logical structure of the document.

use std::rc::Rc;

use super::breaking::Run;
use crate::domain::Language;

/// Greys from black (0) to white (255); the document has no other colours.
pub(super) const BLACK: u8 = 0;
/// Secondary text: 6.5:1 on white.
pub(super) const SLATE: u8 = 92;
/// Thin rules.
pub(super) const HAIR: u8 = 178;

/// Text on one baseline. Positions are points from the left and the top of strip or page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) size: u8,
    pub(super) grey: u8,
    pub(super) runs: Vec<Run>,
    /// The element it belongs to; `None` for headers, footers and other decoration.
    pub(super) element: Option<usize>,
}

/// A horizontal line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub(super) x1: f32,
    pub(super) x2: f32,
    pub(super) y: f32,
    pub(super) thickness: f32,
    pub(super) grey: u8,
}

/// A text or a thin rule on the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    Text(Text),
    Rule(Rule),
}

impl Mark {
    /// The same mark, `dy` points further down.
    pub(super) fn lowered(&self, dy: f32) -> Self {
        match self {
            Self::Text(text) => Self::Text(Text {
                y: text.y + dy,
                ..text.clone()
            }),
            Self::Rule(rule) => Self::Rule(Rule {
                y: rule.y + dy,
                ..*rule
            }),
        }
    }
}

/// A horizontal part of the document that is never cut.
#[derive(Debug, Clone, Default)]
pub(super) struct LayoutBox {
    /// Space above in points; dropped at the top of a page.
    pub(super) above: f32,
    /// Its height in points.
    pub(super) height: f32,
    pub(super) marks: Vec<Mark>,
    /// Whether it must be on the same page as the next strip.
    pub(super) keep: bool,
    /// Whether it starts a new page.
    pub(super) new_page: bool,
    /// Ids that links can lead to.
    pub(super) anchors: Vec<String>,
    /// Heading that becomes a bookmark here.
    pub(super) bookmark: Option<Bookmark>,
    /// Printed again above this strip when it is the first of a page: the table's head.
    pub(super) head: Option<Rc<LayoutBox>>,
    /// Section whose page number is printed at this strip's right edge.
    pub(super) page_of: Option<String>,
}

/// An entry of the bookmarks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bookmark {
    pub(super) level: u8,
    pub(super) title: String,
}

/// Element of the logical structure (PDF tags, LC-53).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// Standard structure type such as `P`, `H1`, `TD`.
    pub(super) tag: &'static str,
    /// Number of the parent; the root is its own parent.
    pub(super) parent: usize,
    /// The link it represents, if it is one.
    pub(super) link: Option<usize>,
    /// Its language, if it is not that of the whole document.
    pub(super) language: Option<Language>,
    /// A description for readers who have it read to them out of context.
    pub(super) alternative: Option<String>,
}

/// The structure tree in reading order; element 0 is the document.
#[derive(Debug, Clone)]
pub(super) struct Structure {
    pub(super) elements: Vec<Element>,
}

impl Structure {
    /// A tree with nothing but its root.
    pub(super) fn new() -> Self {
        Self {
            elements: vec![Element {
                tag: "Document",
                parent: 0,
                link: None,
                language: None,
                alternative: None,
            }],
        }
    }

    /// Adds a child and returns its number.
    pub(super) fn add(&mut self, parent: usize, tag: &'static str) -> usize {
        self.elements.push(Element {
            tag,
            parent,
            link: None,
            language: None,
            alternative: None,
        });
        self.elements.len() - 1
    }

    /// Adds a part of the document in another language.
    pub(super) fn add_part(&mut self, language: Language) -> usize {
        let number = self.add(0, "Part");
        if let Some(element) = self.elements.get_mut(number) {
            element.language = Some(language);
        }
        number
    }

    /// Describes every link that was added since element `from`.
    pub(super) fn describe_links(&mut self, from: usize, words: &str) {
        let added = self.elements.iter_mut().skip(from);
        for element in added.filter(|element| element.link.is_some()) {
            element.alternative = Some(words.to_owned());
        }
    }

    /// Adds an element for a link.
    pub(super) fn add_link(&mut self, parent: usize, link: usize) -> usize {
        let number = self.add(parent, "Link");
        if let Some(element) = self.elements.get_mut(number) {
            element.link = Some(link);
        }
        number
    }
}
