//! HTML as its tokenizer reads it, tag by tag, line by line for the reader of blocks: enough for
//! contracts as web pages show them.
//!
//! No tree is built: what HTML demands of one costs whoever sends a few hundred kilobytes of open
//! tags more memory than there is, and nesting that deep would have to be bounded anew.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use super::inline::{self, Piece};
use super::lines::{Kind, Line};
use super::tables::Table;
use crate::contract::numbers::Pattern;

/// What is no text of the page.
const SKIPPED: &[&str] = &[
    "script", "style", "title", "noscript", "template", "svg", "nav",
];

/// Lists inside of lists that are told apart.
const DEEPEST: usize = 12;

/// Reads a page; scripts, styles and menus are left out. Lines have no numbers of their own.
pub(super) fn read(html: &str) -> Vec<Line> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut page = Page::default();
    for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
        match token {
            Token::StartTag(tag) => page.start(&string(&tag.name), &tag),
            Token::EndTag(tag) => page.end(&string(&tag.name)),
            Token::String(text) => page.text(&string(&text)),
            _ => {}
        }
    }
    page.end_table();
    page.end_block();
    page.out
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    tag.attributes
        .get(name.as_bytes())
        .map(|value| string(value))
}

/// Level of a heading.
fn level(name: &str) -> Option<u8> {
    let level = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

/// Whether what is inside stands apart from what is around it.
fn is_block(name: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "p",
        "div",
        "section",
        "article",
        "address",
        "blockquote",
        "dt",
        "dd",
        "dl",
        "header",
        "footer",
        "main",
        "hr",
        "pre",
        "caption",
        "figure",
        "body",
        "form",
        "li",
        "tr",
        "td",
        "th",
    ];
    BLOCKS.contains(&name) || level(name).is_some()
}

#[derive(Default)]
struct Page {
    out: Vec<Line>,
    /// The block that is being read; a line end in it stays.
    block: String,
    /// Whether it is a heading, and of which level.
    heading: Option<u8>,
    /// Mark of the item it begins.
    mark: Option<String>,
    /// Open lists.
    lists: Vec<Counter>,
    /// Rows of the open table, and how many tables are open.
    rows: Vec<Vec<Vec<Piece>>>,
    tables: usize,
    in_cell: bool,
    /// What is being left out, and how deep in it this is.
    skipped: Option<(String, usize)>,
}

/// How the items of an open list are marked.
struct Counter {
    /// `1`, `a`; nothing if they are not counted.
    kind: Option<String>,
    next: u32,
}

impl Page {
    fn text(&mut self, text: &str) {
        if self.skipped.is_some() {
            return;
        }
        for c in text.chars() {
            let is_space = c.is_whitespace() && c != '\u{a0}';
            if !is_space {
                self.block.push(c);
            } else if !self.block.ends_with([' ', '\n']) {
                self.block.push(' ');
            }
        }
    }

    fn start(&mut self, name: &str, tag: &StartTag<()>) {
        if let Some((skipped, depth)) = &mut self.skipped {
            *depth += usize::from(skipped == name);
            return;
        }
        match name {
            "svg" if tag.self_closing => {}
            _ if SKIPPED.contains(&name) => self.skipped = Some((name.to_owned(), 1)),
            "br" => self.block.push('\n'),
            "ul" | "ol" => {
                self.apart();
                let kind = attribute(tag, "type").filter(|kind| !kind.is_empty());
                let start = attribute(tag, "start").and_then(|start| start.parse().ok());
                self.lists.push(Counter {
                    kind: (name == "ol").then(|| kind.unwrap_or_else(|| "1".to_owned())),
                    next: start.unwrap_or(1),
                });
            }
            "li" => {
                self.apart();
                let value = attribute(tag, "value").and_then(|value| value.parse().ok());
                let mark = self.next_mark(value);
                if self.in_cell {
                    self.block.push_str(&format!("{mark} "));
                } else {
                    self.mark = Some(mark);
                }
            }
            "table" => {
                self.apart();
                self.tables += 1;
            }
            "tr" if self.tables == 1 => {
                self.end_cell();
                self.rows.push(Vec::new());
            }
            "td" | "th" if self.tables == 1 => {
                self.end_cell();
                self.in_cell = true;
            }
            _ => {
                if is_block(name) {
                    self.apart();
                }
                if let Some(level) = level(name).filter(|_| !self.in_cell) {
                    self.heading = Some(level);
                }
            }
        }
    }

    fn end(&mut self, name: &str) {
        if let Some((skipped, depth)) = &mut self.skipped {
            *depth -= usize::from(skipped == name);
            if *depth == 0 {
                self.skipped = None;
            }
            return;
        }
        match name {
            "ul" | "ol" => {
                self.apart();
                self.lists.pop();
                self.mark = None;
            }
            "table" if self.tables == 1 => self.end_table(),
            "table" => {
                self.apart();
                self.tables = self.tables.saturating_sub(1);
            }
            "td" | "th" | "tr" if self.tables == 1 => self.end_cell(),
            _ if is_block(name) => {
                self.apart();
                // An empty heading or item leaves nothing to what follows.
                self.heading = self.heading.filter(|_| level(name).is_none());
                self.mark.take_if(|_| name == "li");
            }
            _ => {}
        }
    }

    /// What follows stands on a line of its own.
    fn apart(&mut self) {
        if !self.in_cell {
            self.end_block();
        } else if !self.block.trim_end_matches(' ').ends_with('\n') && !self.block.trim().is_empty()
        {
            self.block.push('\n');
        }
    }

    /// The mark of the next item of the innermost list.
    fn next_mark(&mut self, value: Option<u32>) -> String {
        let mark = self.lists.last_mut().and_then(|counter| {
            let number = value.unwrap_or(counter.next);
            counter.next = number.saturating_add(1);
            let pattern = Pattern::parse(&format!("{}.", counter.kind.as_ref()?))?;
            pattern.mark(None, number)
        });
        mark.unwrap_or_else(|| "•".to_owned())
    }

    fn end_cell(&mut self) {
        if !self.in_cell {
            self.end_block();
            return;
        }
        self.in_cell = false;
        let block = std::mem::take(&mut self.block);
        let lines: Vec<&str> = block.split('\n').map(str::trim).collect();
        let cell = inline::plain(lines.join("\n").trim());
        match self.rows.last_mut() {
            Some(row) => row.push(cell),
            None => self.rows.push(vec![cell]),
        }
    }

    fn end_table(&mut self) {
        self.end_cell();
        self.tables = 0;
        let mut rows = std::mem::take(&mut self.rows);
        rows.retain(|row| !row.is_empty());
        if let Some(table) = Table::of(rows, Vec::new()) {
            let indent = 4 * self.lists.len().min(DEEPEST);
            self.out.push(Line::table(1, indent, table));
        }
    }

    /// Ends the open block, indented as deep as the lists it stands in.
    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        let block = block.trim();
        if block.is_empty() {
            return;
        }
        let depth = self.lists.len().min(DEEPEST);
        if let Some(level) = self.heading.take() {
            self.out.push(Line {
                kind: Kind::Heading(level),
                ..Line::new(1, 4 * depth, inline::plain(block))
            });
        } else {
            let mark = self.mark.take();
            let depth = depth.saturating_sub(usize::from(mark.is_some()));
            let mark = mark.map(|mark| mark + " ").unwrap_or_default();
            for line in format!("{mark}{block}").split('\n') {
                self.out.push(Line {
                    hard: true,
                    ..Line::new(1, 4 * depth, inline::plain(line))
                });
            }
        }
        self.out.push(Line::empty(1));
    }
}
