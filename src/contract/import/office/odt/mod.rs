//! .odt: what its reader sees when all changes are accepted.

mod styles;
mod tables;
mod words;

use std::collections::{BTreeMap, HashSet};

use super::{Node, Read, attribute, child, is, parse, shortened, text_in};
use crate::contract::fallback::{lowered, raised};
use crate::contract::import::doubts;
use crate::contract::import::flow::{Flow, Look, Numbered, Spans, Target};
use styles::{Counts, OUTLINE, Position, Styles};

/// How much further from the margin a list inside a list is.
const STEP: i32 = 720;

/// Reads a document.
pub(super) fn read(
    parts: &BTreeMap<String, String>,
    note: &mut dyn FnMut(usize, String),
) -> Result<Read, String> {
    let (main, named) = (parse(parts, "content.xml")?, parse(parts, "styles.xml")?);
    let mut styles = Styles::default();
    styles.add(named.root_element());
    styles.add(main.root_element());
    let root = main.root_element();
    let mut reader = Reader {
        styles: &styles,
        counts: Counts::default(),
        flow: Flow::new(bookmarks(root)),
        boxes: Vec::new(),
        inserted: None,
        said_contents: false,
        note,
    };
    let text = super::below(root, &["body", "text"]);
    if let Some(text) = text {
        reader.changes(text);
        reader.blocks(text, None);
    }
    let lines = reader.flow.out;
    for edge in named
        .descendants()
        .filter(|node| is(*node, "header") || is(*node, "footer"))
    {
        let said = shortened(&text_in(edge));
        if said.chars().any(char::is_alphabetic) {
            note(
                1,
                format!("Kopf- oder Fußzeile, nicht übernommen: „{said}“."),
            );
        }
    }
    let words = text
        .map(|text| words::of(text, &styles))
        .unwrap_or_default();
    Ok(Read { lines, words })
}

/// Bookmarks that a reference or a link names, in their order in the document.
fn bookmarks(root: Node<'_>) -> Vec<String> {
    let mut asked: HashSet<&str> = HashSet::new();
    for node in root.descendants() {
        match node.tag_name().name() {
            "bookmark-ref" | "reference-ref" => asked.extend(attribute(node, "ref-name")),
            "a" => asked.extend(attribute(node, "href").and_then(|href| href.strip_prefix('#'))),
            _ => {}
        }
    }
    let mut seen = HashSet::new();
    let names = root
        .descendants()
        .filter(|node| is_mark(*node))
        .filter_map(|node| attribute(node, "name"));
    names
        .filter(|name| asked.contains(name) && seen.insert(*name))
        .map(str::to_owned)
        .collect()
}

fn is_mark(node: Node<'_>) -> bool {
    [
        "bookmark",
        "bookmark-start",
        "reference-mark",
        "reference-mark-start",
    ]
    .contains(&node.tag_name().name())
}

/// Whether it is a list of contents or another index, which the draft has itself.
fn is_index(node: Node<'_>) -> bool {
    [
        "table-of-content",
        "alphabetical-index",
        "illustration-index",
        "table-index",
        "object-index",
        "user-index",
    ]
    .contains(&node.tag_name().name())
}

/// A list that is open.
#[derive(Clone, Copy)]
struct List<'x> {
    style: &'x str,
    level: usize,
}

impl<'x> List<'x> {
    /// The list that begins at this element, inside another or alone.
    fn begin(node: Node<'x>, outer: Option<Self>) -> Self {
        let own = attribute(node, "style-name");
        match outer {
            Some(outer) => Self {
                style: own.unwrap_or(outer.style),
                level: outer.level + 1,
            },
            None => Self {
                style: own.unwrap_or_default(),
                level: 0,
            },
        }
    }
}

/// Whether a list goes on with an earlier one.
fn goes_on(list: Node<'_>) -> bool {
    attribute(list, "continue-numbering") == Some("true")
        || attribute(list, "continue-list").is_some()
}

struct Reader<'r, 'x> {
    styles: &'r Styles<'x>,
    counts: Counts,
    flow: Flow,
    boxes: Vec<Node<'x>>,
    /// Text of an insertion that goes on.
    inserted: Option<String>,
    said_contents: bool,
    note: &'r mut dyn FnMut(usize, String),
}

impl<'x> Reader<'_, 'x> {
    fn say(&mut self, message: String) {
        (self.note)(self.flow.number.max(1), message);
    }

    /// Tells of what was deleted; it is not in the text any more.
    fn changes(&mut self, text: Node<'x>) {
        let regions = text.descendants().filter(|node| is(*node, "deletion"));
        for region in regions {
            let by = region
                .descendants()
                .find(|node| is(*node, "creator"))
                .and_then(|node| node.text());
            let by = by.unwrap_or("unbekannt").to_owned();
            let gone: Vec<String> = region
                .children()
                .filter(|node| !is(*node, "change-info"))
                .map(text_in)
                .collect();
            let words = shortened(&gone.join(" "));
            if !words.is_empty() {
                self.say(format!(
                    "Änderung von {by} angenommen, gelöscht: „{words}“."
                ));
            }
        }
    }

    fn blocks(&mut self, parent: Node<'x>, list: Option<List<'x>>) {
        for node in parent.children() {
            match node.tag_name().name() {
                "p" | "h" => {
                    self.paragraph(node, list, None);
                    self.flow.end();
                }
                "list" => {
                    let inner = List::begin(node, list);
                    if list.is_none() && !goes_on(node) {
                        self.counts.restart(inner.style);
                    }
                    self.list(node, inner);
                }
                "table" => self.table(node),
                "section" if attribute(node, "display") == Some("none") => {
                    let words = shortened(&text_in(node));
                    self.say(format!("Verborgener Text ist nicht übernommen: „{words}“."));
                }
                _ if is_index(node) => self.leave_out_contents(),
                "section" | "numbered-paragraph" | "text-box" | "frame" => self.blocks(node, list),
                "change-start" => self.inserted = Some(String::new()),
                "change-end" => self.end_change(),
                _ if is_mark(node) => self
                    .flow
                    .bookmark(attribute(node, "name").unwrap_or_default()),
                _ => {}
            }
        }
    }

    /// Notes once that the list of contents is not taken.
    fn leave_out_contents(&mut self) {
        if !std::mem::replace(&mut self.said_contents, true) {
            self.say(
                "Das Inhaltsverzeichnis ist nicht übernommen; der Entwurf hat ein eigenes."
                    .to_owned(),
            );
        }
    }

    fn list(&mut self, node: Node<'x>, list: List<'x>) {
        for item in node.children().filter(roxmltree::Node::is_element) {
            let is_item = is(item, "list-item");
            let start = attribute(item, "start-value").and_then(|start| start.parse().ok());
            // An item that only holds another list has no number of its own.
            let mut first = is_item;
            for inner in item.children().filter(roxmltree::Node::is_element) {
                match inner.tag_name().name() {
                    "p" | "h" => {
                        let counted = std::mem::take(&mut first).then_some(start);
                        self.paragraph(inner, Some(list), counted);
                        self.flow.end();
                    }
                    "list" => {
                        let inner_list = List::begin(inner, Some(list));
                        self.list(inner, inner_list);
                    }
                    _ => {}
                }
            }
        }
    }

    /// A paragraph; `counted`: it is the first one of an item, which may begin at a number.
    fn paragraph(&mut self, p: Node<'x>, list: Option<List<'x>>, counted: Option<Option<u32>>) {
        self.flow.number += 1;
        let mut text = Spans::default();
        self.spans(p, &Look::default(), &mut text);
        let printed = text.text();
        let heading = self.styles.heading(p);
        let mark = match (list, counted) {
            (Some(list), Some(start)) => {
                self.styles
                    .next(&mut self.counts, list.style, list.level, start)
            }
            (None, _) if is(p, "h") && attribute(p, "is-list-header") != Some("true") => {
                let level = usize::from(heading.unwrap_or(1).max(1)) - 1;
                self.styles.next(&mut self.counts, OUTLINE, level, None)
            }
            _ => String::new(),
        };
        let boxes = std::mem::take(&mut self.boxes);
        if !printed.trim().is_empty() {
            let depth = list.map_or(0, |list| list.level + 1);
            let left = STEP * i32::try_from(depth).unwrap_or(0);
            let numbered = list.filter(|_| !mark.is_empty()).map(|list| Numbered {
                mark: mark.clone(),
                list: list.style.to_owned(),
                level: list.level,
            });
            let note: &mut dyn FnMut(usize, String) = &mut *self.note;
            match (heading, numbered) {
                (Some(level), _) if Flow::is_heading(&printed) => {
                    self.flow.heading(level, &mark, &text, note)
                }
                (None, Some(numbered)) if Flow::is_clause(&numbered.mark, &printed) => {
                    self.flow.heading(7, &numbered.mark, &text, note);
                    self.flow.doubt(doubts::CLAUSE);
                }
                (styled, Some(numbered)) => {
                    self.flow.item(&numbered, left, &text, note);
                    if styled.is_some() {
                        self.flow.doubt(doubts::LONG_HEADING);
                    }
                }
                (Some(_), None) if !mark.is_empty() => {
                    let numbered = Numbered {
                        mark,
                        list: OUTLINE.to_owned(),
                        level: 0,
                    };
                    self.flow.item(&numbered, STEP, &text, note);
                    self.flow.doubt(doubts::LONG_HEADING);
                }
                (styled, None) => {
                    self.flow.paragraph(left, &text, note);
                    if styled.is_some() {
                        self.flow.doubt(doubts::LONG_HEADING);
                    }
                }
            }
        }
        for inner in boxes {
            self.say("Ein Textfeld ist als Absatz übernommen.".to_owned());
            self.blocks(inner, None);
        }
    }

    fn look(&self, span: Node<'x>, outer: &Look) -> Look {
        let is = |name, value: &str, or: bool| match self.styles.fact("text", span, name) {
            Some(own) => own.contains(value),
            None => or,
        };
        Look {
            strong: is("font-weight", "bold", outer.strong),
            stressed: is("font-style", "italic", outer.stressed),
            target: outer.target.clone(),
        }
    }

    fn spans(&mut self, parent: Node<'x>, look: &Look, out: &mut Spans) {
        for node in parent.children() {
            if node.is_text() {
                let text = collapsed(node.text().unwrap_or_default(), out.ends_in_space());
                if let Some(all) = &mut self.inserted {
                    all.push_str(&text);
                }
                let shift = shift_of(self.styles, parent);
                out.push(look, &shift(&text));
                continue;
            }
            match node.tag_name().name() {
                "span" if self.styles.is_gone(node) => self.hidden(node),
                "span" => {
                    let look = self.look(node, look);
                    self.spans(node, &look, out);
                }
                "a" => {
                    let target = attribute(node, "href").map(|href| match href.strip_prefix('#') {
                        Some(name) => Target::Bookmark(name.to_owned()),
                        None => Target::Address(href.to_owned()),
                    });
                    self.spans(
                        node,
                        &Look {
                            target,
                            ..look.clone()
                        },
                        out,
                    );
                }
                "bookmark-ref" | "reference-ref" => {
                    let target =
                        attribute(node, "ref-name").map(|name| Target::Bookmark(name.to_owned()));
                    self.spans(
                        node,
                        &Look {
                            target,
                            ..look.clone()
                        },
                        out,
                    );
                }
                "s" => out.push(look, " "),
                "tab" => out.push(look, " "),
                "line-break" => out.push(look, "\n"),
                "note" => self.footnote(node, out),
                "annotation" => {
                    let by = node
                        .descendants()
                        .find(|one| is(*one, "creator"))
                        .and_then(|one| one.text());
                    let said: Vec<String> = node
                        .children()
                        .filter(|one| is(*one, "p"))
                        .map(text_in)
                        .collect();
                    let words = shortened(&said.join(" "));
                    self.say(format!(
                        "Kommentar von {}, nicht übernommen: „{words}“.",
                        by.unwrap_or("unbekannt")
                    ));
                }
                "frame" => self.frame(node),
                "hidden-text" | "hidden-paragraph" => self.hidden(node),
                "change-start" => self.inserted = Some(String::new()),
                "change-end" => self.end_change(),
                "ruby-text" | "annotation-end" | "soft-page-break" | "change"
                | "tracked-changes" => {}
                _ if is_mark(node) => self
                    .flow
                    .bookmark(attribute(node, "name").unwrap_or_default()),
                _ => self.spans(node, look, out),
            }
        }
    }

    fn hidden(&mut self, node: Node<'x>) {
        let words = shortened(&text_in(node));
        if !words.is_empty() {
            self.say(format!(
                "Gestrichener oder verborgener Text ist nicht übernommen: „{words}“."
            ));
        }
    }

    fn frame(&mut self, node: Node<'x>) {
        let inner = node.children().find(|one| is(*one, "text-box"));
        match inner {
            Some(inner) => self.boxes.push(inner),
            None => self.say(
                "Ein Bild ist nicht übernommen. Sagt es etwas, schreiben Sie es als Text."
                    .to_owned(),
            ),
        }
    }

    fn footnote(&mut self, node: Node<'x>, out: &mut Spans) {
        let mark = self.flow.next_note();
        out.push(&Look::default(), &mark);
        let mut text = Spans::default();
        let body = child(node, "note-body");
        for p in body
            .into_iter()
            .flat_map(|body| body.descendants())
            .filter(|one| is(*one, "p"))
        {
            if !text.is_blank() {
                text.push(&Look::default(), " ");
            }
            let mut own = Spans::default();
            self.spans(p, &Look::default(), &mut own);
            text.append(own);
        }
        self.flow.note(mark, text);
    }

    fn end_change(&mut self) {
        if let Some(text) = self.inserted.take().filter(|text| !text.trim().is_empty()) {
            let words = shortened(&text);
            self.say(format!("Änderung angenommen, eingefügt: „{words}“."));
        }
    }
}

/// White space as the format has it: several spaces are one.
fn collapsed(text: &str, mut after_space: bool) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let is_space = matches!(c, ' ' | '\t' | '\n' | '\r');
        if !is_space {
            out.push(c);
        } else if !after_space {
            out.push(' ');
        }
        after_space = is_space;
    }
    out
}

/// What a span does with its figures.
fn shift_of(styles: &Styles<'_>, node: Node<'_>) -> fn(&str) -> String {
    match styles.position(node) {
        Some(Position::Raised) => raised,
        Some(Position::Lowered) => lowered,
        None => str::to_owned,
    }
}
