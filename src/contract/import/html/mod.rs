//! HTML as browsers read it (html5ever), turned into lines for the reader of blocks: what a page
//! shows is imported, what it hides or strikes out is left out with a note for each place (E1, E2).
//!
//! The tree that a page becomes may be far larger than the page: every open `<b>` is repeated in
//! each paragraph behind it. So the tags are counted before the tree is built.

mod grid;
mod lists;
mod read;
mod styles;
mod words;

use ego_tree::NodeRef;
use html5gum::{DefaultEmitter, Token, Tokenizer};
use scraper::node::Element;
use scraper::{Html, Node};

use super::lines::Line;
use styles::Styles;

/// Elements that are no text of the page.
const SKIPPED: &[&str] = &[
    "head", "script", "style", "title", "noscript", "template", "svg", "math", "iframe", "object",
    "audio", "video", "canvas",
];
/// Elements to click or to type in, which say nothing of the contract.
const CONTROLS: &[&str] = &["nav", "button", "select", "textarea", "input", "datalist"];
/// Elements of text that is struck out.
const DELETED: &[&str] = &["del", "s", "strike"];
/// Elements without an end tag, and so without content.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];
/// Elements whose end tag may be left out.
const OPEN_ENDED: &[&str] = &[
    "p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "option", "html", "body",
    "head",
];
/// Elements that a browser opens again in every paragraph behind them.
const REPEATED: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
/// Most elements inside each other; pages have about forty.
const DEEPEST: usize = 250;
/// Most open elements that are repeated.
const MOST_REPEATED: usize = 40;

/// A page.
pub(super) struct Page {
    dom: Html,
    styles: Styles,
}

impl Page {
    /// Reads a page; `None` if its tags are nested without end.
    pub(super) fn of(html: &str) -> Option<Self> {
        if !is_bounded(html) {
            return None;
        }
        let dom = Html::parse_document(html);
        let styles = Styles::of(&dom);
        Some(Self { dom, styles })
    }

    /// The words that the page shows, counted in its tree.
    pub(super) fn words(&self) -> String {
        words::of(self)
    }

    /// The lines of the page, each paragraph with its number. `note` is called with that number and
    /// something an author should check.
    pub(super) fn lines(&self, note: &mut dyn FnMut(usize, String)) -> Vec<Line> {
        read::lines(self, note)
    }

    /// Why an element is not shown, if it is not.
    fn absent(&self, element: &Element) -> Option<Absent> {
        let name = element.name();
        if SKIPPED.contains(&name) {
            return Some(Absent::Foreign);
        }
        if CONTROLS.contains(&name) {
            return Some(Absent::Control);
        }
        let is_closed = name == "dialog" && element.attr("open").is_none();
        if is_closed || element.attr("hidden").is_some() || self.styles.hides(element) {
            return Some(Absent::Hidden);
        }
        (DELETED.contains(&name) || self.styles.strikes(element)).then_some(Absent::Deleted)
    }
}

/// Why an element is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// It is no text of the page.
    Foreign,
    /// It is there to click or to type in.
    Control,
    /// It is invisible.
    Hidden,
    /// It is struck out.
    Deleted,
}

/// The message about text that is struck out or invisible.
pub(super) fn left_out(words: &str) -> String {
    format!("Gestrichener oder verborgener Text ist nicht übernommen: „{words}“.")
}

/// Level of a heading element; `None` for other elements.
fn level(name: &str) -> Option<u8> {
    let level = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

/// Whether the content of an element is separated from the text around it.
fn is_apart(name: &str) -> bool {
    const APART: &str = "p div section article aside main address blockquote dt dd dl header footer hr pre \
                         caption figure figcaption body form fieldset legend details summary li tr td th \
                         ul ol menu table br center h1 h2 h3 h4 h5 h6";
    APART.split_whitespace().any(|one| one == name)
}

/// The element of a node.
fn element<'d>(node: NodeRef<'d, Node>) -> Option<&'d Element> {
    node.value().as_element()
}

/// Whether a table only arranges the page: it holds headings or other tables, or is one cell.
fn is_layout(table: NodeRef<'_, Node>) -> bool {
    let mut cells = 0;
    for node in table.descendants().skip(1) {
        let Some(name) = element(node).map(Element::name) else {
            continue;
        };
        if level(name).is_some() {
            return true;
        }
        cells += usize::from(matches!(name, "td" | "th"));
    }
    cells < 2
}

/// Whether the tree of a page is not much larger than the page.
fn is_bounded(html: &str) -> bool {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut open: std::collections::HashMap<Vec<u8>, usize> = std::collections::HashMap::new();
    let (mut depth, mut repeated) = (0_usize, 0_usize);
    for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
        match token {
            Token::StartTag(tag) => {
                let Ok(name) = std::str::from_utf8(&tag.name) else {
                    continue;
                };
                let is_own = VOID.contains(&name) || OPEN_ENDED.contains(&name) || tag.self_closing;
                if is_own {
                    continue;
                }
                *open.entry(tag.name.to_vec()).or_default() += 1;
                depth += 1;
                repeated += usize::from(REPEATED.contains(&name));
                if depth > DEEPEST || repeated > MOST_REPEATED {
                    return false;
                }
            }
            Token::EndTag(tag) => {
                let Some(count) = open
                    .get_mut(tag.name.as_slice())
                    .filter(|count| **count > 0)
                else {
                    continue;
                };
                *count -= 1;
                depth = depth.saturating_sub(1);
                let is_repeated =
                    std::str::from_utf8(&tag.name).is_ok_and(|name| REPEATED.contains(&name));
                repeated = repeated.saturating_sub(usize::from(is_repeated));
            }
            _ => {}
        }
    }
    true
}
