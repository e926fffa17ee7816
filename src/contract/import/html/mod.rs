//! HTML as its tokenizer reads it, turned into lines for the reader of blocks: enough for contracts
//! on web pages. Invisible parts of a page are not imported, and the visible words are counted (E1,
//! E2).
//!
//! No tree is built: with the rules of HTML, a few hundred kilobytes of open tags would need more
//! memory than there is, and the nesting would have to be limited separately.

mod lines;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use super::lines::Line;
use crate::contract::fallback::{lowered, raised};
use crate::contract::numbers::Pattern;

/// Elements that are no text of the page.
const SKIPPED: &[&str] = &[
    "script", "style", "title", "noscript", "template", "svg", "nav", "button", "select",
    "textarea", "iframe", "object",
];
/// Elements of text that is struck out.
const DELETED: &[&str] = &["del", "s", "strike"];
/// Elements without an end tag, and so without content.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];
/// Largest number of columns or rows of a cell that is wider or higher than one.
const WIDEST: usize = 40;

/// A part of the visible page.
enum Part {
    Text(String),
    /// The mark of an item whose text begins.
    Mark(String),
    Start(String),
    /// A cell, with the number of its columns and rows.
    Cell(usize, usize),
    End(String),
}

/// The visible parts of a page in order.
pub(super) struct Page(Vec<Part>);

impl Page {
    /// Reads a page. `note` is called with things an author should check.
    pub(super) fn of(html: &str, note: &mut dyn FnMut(String)) -> Self {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let mut reader = Reader {
            note,
            out: Vec::new(),
            hidden: None,
            lists: Vec::new(),
            mark: None,
            shift: None,
        };
        for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
            match token {
                Token::StartTag(tag) => reader.start(string(&tag.name), &tag),
                Token::EndTag(tag) => reader.end(string(&tag.name)),
                Token::String(text) => reader.text(string(&text)),
                _ => {}
            }
        }
        reader.show();
        Self(reader.out)
    }

    /// The words of the page, separated where tags separate them.
    pub(super) fn words(&self) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Mark(mark) => out.push_str(&format!("{mark} ")),
                Part::Start(name) | Part::End(name) if !is_apart(name) => {}
                Part::Start(_) | Part::End(_) | Part::Cell(..) => out.push(' '),
            }
        }
        out
    }

    /// The lines of the page; they have no line numbers.
    pub(super) fn lines(self) -> Vec<Line> {
        lines::of(self.0)
    }
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    tag.attributes
        .get(name.as_bytes())
        .map(|value| string(value))
}

/// Level of a heading element; `None` for other elements.
fn level(name: &str) -> Option<u8> {
    let level = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

/// Whether the content of an element is separated from the text around it.
fn is_apart(name: &str) -> bool {
    const APART: &str = "p div section article address blockquote dt dd dl header footer main hr \
                         pre caption figure body form li tr td th ul ol table br";
    APART.split(' ').any(|one| one == name) || level(name).is_some()
}

struct Reader<'r> {
    note: &'r mut dyn FnMut(String),
    out: Vec<Part>,
    /// The element that is being left out.
    hidden: Option<Hidden>,
    /// Open lists: pattern, and number of the next item.
    lists: Vec<(Option<Pattern>, u32)>,
    /// The mark of an item whose text has not begun.
    mark: Option<String>,
    /// Turns text into superscript or subscript, if it is inside such an element.
    shift: Option<fn(&str) -> String>,
}

/// An element that is being left out.
struct Hidden {
    name: String,
    /// Number of open elements of the same name.
    depth: usize,
    /// Number of open lists and tables inside it.
    inner: usize,
    /// Its text, if the author should be told of it.
    words: Option<String>,
}

impl Hidden {
    /// Whether it may be ended by what follows, without an end tag.
    fn is_open_ended(&self) -> bool {
        ["p", "li", "dt", "dd", "td", "th", "tr"].contains(&self.name.as_str())
    }

    fn ends_before(&self, name: &str) -> bool {
        self.inner == 0
            && match self.name.as_str() {
                "p" => is_apart(name),
                "li" => name == "li",
                "dt" | "dd" => matches!(name, "dt" | "dd"),
                "td" | "th" => matches!(name, "td" | "th" | "tr"),
                "tr" => name == "tr",
                _ => false,
            }
    }

    fn start(&mut self, name: &str) {
        self.inner += usize::from(is_container(name));
        self.depth += usize::from(self.name == name && !self.is_open_ended());
    }

    /// Whether this tag ends it, and whether the tag belongs to it.
    fn end(&mut self, name: &str) -> (bool, bool) {
        let is_named = self.name == name && (self.inner == 0 || !self.is_open_ended());
        if is_container(name) && self.inner == 0 && self.is_open_ended() {
            return (true, false);
        }
        self.inner -= usize::from(is_container(name) && self.inner > 0);
        self.depth -= usize::from(is_named);
        (self.depth == 0, true)
    }
}

/// Whether an element contains the parts of a list or table.
fn is_container(name: &str) -> bool {
    ["ul", "ol", "dl", "table"].contains(&name)
}

impl Reader<'_> {
    fn start(&mut self, name: String, tag: &StartTag<()>) {
        if let Some(hidden) = &mut self.hidden {
            if !hidden.ends_before(&name) {
                return hidden.start(&name);
            }
            self.show();
        }
        let style = attribute(tag, "style").unwrap_or_default().replace(' ', "");
        let is_hidden = tag.attributes.contains_key(b"hidden".as_slice())
            || style.contains("display:none")
            || style.contains("visibility:hidden");
        let is_skipped = SKIPPED.contains(&name.as_str());
        if is_skipped || DELETED.contains(&name.as_str()) || is_hidden {
            if !(VOID.contains(&name.as_str()) || name == "svg" && tag.self_closing) {
                self.hidden = Some(Hidden {
                    name,
                    depth: 1,
                    inner: 0,
                    words: (!is_skipped).then(String::new),
                });
            }
            return;
        }
        let number = |name| attribute(tag, name).and_then(|number| number.parse().ok());
        match name.as_str() {
            "ul" | "ol" => {
                let kind = attribute(tag, "type").or_else(|| styled(&style));
                let kind = kind
                    .filter(|_| name == "ol")
                    .unwrap_or_else(|| "1".to_owned());
                let pattern = Pattern::parse(&format!("{kind}."));
                let counted = pattern.filter(|_| name == "ol");
                self.lists.push((counted, number("start").unwrap_or(1)));
            }
            "li" => self.mark = Some(self.next_mark(number("value"))),
            "td" | "th" => {
                let size = |name| attribute(tag, name).and_then(|size| size.parse().ok());
                let cells = |name| size(name).unwrap_or(1).clamp(1, WIDEST);
                self.out
                    .push(Part::Cell(cells("colspan"), cells("rowspan")));
                return;
            }
            "sup" => self.shift = Some(raised),
            "sub" => self.shift = Some(lowered),
            "a" => {
                let target = attribute(tag, "href").filter(|href| !href.starts_with('#'));
                if let Some(target) = target {
                    (self.note)(format!(
                        "Der Link auf „{target}“ ist nur als Text übernommen. Nennen Sie sein Ziel im Text oder setzen Sie den Link neu."
                    ));
                }
            }
            _ => {}
        }
        self.out.push(Part::Start(name));
    }

    fn end(&mut self, name: String) {
        if let Some(hidden) = &mut self.hidden {
            let (is_over, is_own) = hidden.end(&name);
            if is_over {
                self.show();
            }
            if is_own {
                return;
            }
        }
        match name.as_str() {
            "ul" | "ol" => {
                self.lists.pop();
                self.mark = None;
            }
            "li" => self.mark = None,
            "sup" | "sub" => self.shift = None,
            _ => {}
        }
        self.out.push(Part::End(name));
    }

    fn text(&mut self, text: String) {
        if let Some(hidden) = &mut self.hidden {
            return hidden.words.iter_mut().for_each(|words| *words += &text);
        }
        if !text.trim().is_empty() {
            self.out.extend(self.mark.take().map(Part::Mark));
        }
        self.out.push(Part::Text(match self.shift {
            Some(shift) => shift(text.trim()),
            None => text,
        }));
    }

    /// Ends the element that is left out.
    fn show(&mut self) {
        let words = self.hidden.take().and_then(|hidden| hidden.words);
        let words = words.unwrap_or_default();
        let words: Vec<&str> = words.split_whitespace().take(12).collect();
        if !words.is_empty() {
            (self.note)(left_out(&words.join(" ")));
        }
    }

    /// The mark of the next item of the innermost list.
    fn next_mark(&mut self, value: Option<u32>) -> String {
        let mark = self.lists.last_mut().and_then(|(pattern, next)| {
            let number = value.unwrap_or(*next);
            *next = number.saturating_add(1);
            pattern.as_ref()?.mark(None, number)
        });
        mark.unwrap_or_else(|| "•".to_owned())
    }
}

/// The message about text that is struck out or invisible.
pub(super) fn left_out(words: &str) -> String {
    format!("Gestrichener oder verborgener Text ist nicht übernommen: „{words}“.")
}

/// How a CSS style counts the items of a list.
fn styled(style: &str) -> Option<String> {
    let (_, kind) = style.split_once("list-style")?;
    let kinds = [
        ("lower-alpha", "a"),
        ("lower-latin", "a"),
        ("upper-alpha", "A"),
        ("upper-latin", "A"),
        ("lower-roman", "i"),
        ("upper-roman", "I"),
    ];
    let found = kinds.iter().find(|(name, _)| kind.contains(name))?;
    Some(found.1.to_owned())
}
