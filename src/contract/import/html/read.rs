//! The tree of a page as lines: blocks, lists, tables.

use std::collections::HashSet;

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::Node;
use scraper::node::Element;

use super::grid::Grid;
use super::lists::{Lists, Mark};
use super::{Absent, Page, element, is_apart, is_layout, left_out, level};
use crate::contract::fallback::{lowered, raised};
use crate::contract::import::flow::{Flow, Look, Numbered, Spans, Target};
use crate::contract::import::lines::Line;

/// Largest number of columns or rows of a cell that is wider or higher than one.
const WIDEST: usize = 40;
/// Nested lists are distinguished up to this depth.
const DEEPEST: usize = 12;
/// How much further from the margin a list inside a list is.
const STEP: i32 = 720;

/// The lines of a page.
pub(super) fn lines(page: &Page, note: &mut dyn FnMut(usize, String)) -> Vec<Line> {
    let root = page.dom.tree.root();
    let asked: HashSet<&str> = root
        .descendants()
        .filter_map(|node| element(node)?.attr("href")?.strip_prefix('#'))
        .filter(|name| !name.is_empty())
        .collect();
    let named = root.descendants().filter_map(|node| element(node)?.id());
    let mut seen = HashSet::new();
    let targets = named
        .filter(|id| asked.contains(id) && seen.insert(*id))
        .map(str::to_owned);
    let mut reader = Reader {
        page,
        note,
        flow: Flow::new(targets.collect()),
        text: Spans::default(),
        ends_open: false,
        heading: None,
        is_term: false,
        terms: 0,
        mark: None,
        lists: Lists::default(),
        looks: vec![Look::default()],
        shifts: Vec::new(),
        kept: 0,
        table: None,
    };
    let mut skipped = None;
    for edge in root.traverse() {
        match edge {
            Edge::Open(node) if skipped.is_none() => {
                if let Some(why) = element(node).and_then(|one| page.absent(one)) {
                    skipped = Some(node.id());
                    reader.skip(node, why);
                } else {
                    reader.open(node);
                }
            }
            Edge::Close(node) if skipped == Some(node.id()) => skipped = None,
            Edge::Close(node) if skipped.is_none() => reader.close(node),
            _ => {}
        }
    }
    reader.block();
    reader.flow.out
}

struct Reader<'r> {
    page: &'r Page,
    note: &'r mut dyn FnMut(usize, String),
    flow: Flow,
    /// Text of the present block or cell.
    text: Spans,
    /// Whether that ends in a letter, so that a space counts.
    ends_open: bool,
    heading: Option<u8>,
    is_term: bool,
    /// Number of open lists of terms.
    terms: usize,
    /// The mark of an item whose text has not begun.
    mark: Option<Mark>,
    lists: Lists,
    looks: Vec<Look>,
    shifts: Vec<fn(&str) -> String>,
    /// Number of open elements whose line ends are kept.
    kept: usize,
    table: Option<Grid>,
}

impl Reader<'_> {
    fn skip(&mut self, node: NodeRef<'_, Node>, why: Absent) {
        if why == Absent::Foreign {
            return;
        }
        let text: Vec<&str> = node
            .descendants()
            .filter_map(|one| one.value().as_text().map(|text| &**text))
            .collect();
        let typed = element(node)
            .and_then(|one| one.attr("value"))
            .unwrap_or_default();
        let text = text.join(" ") + " " + typed;
        let words: Vec<&str> = text.split_whitespace().take(12).collect();
        if words.is_empty() {
            return;
        }
        let words = words.join(" ");
        let message = match why {
            Absent::Control => {
                format!("Ein Bedienelement der Seite ist nicht übernommen: „{words}“.")
            }
            _ => left_out(&words),
        };
        (self.note)(self.flow.number + 1, message);
    }

    fn open(&mut self, node: NodeRef<'_, Node>) {
        if let Some(text) = node.value().as_text() {
            return self.characters(text);
        }
        let Some(one) = element(node) else { return };
        let name = one.name();
        if let Some(id) = one.id() {
            self.flow.bookmark(id);
        }
        if self.table.is_some() {
            return self.open_in_table(node, one, name);
        }
        match name {
            "table" if !is_layout(node) => {
                self.block();
                self.table = Some(Grid {
                    id: node.id(),
                    rows: Vec::new(),
                    cell: None,
                    taken: Vec::new(),
                });
                return self.enter(one, name);
            }
            "ul" | "ol" | "menu" => {
                self.block();
                self.lists.start(one, items(node), &self.page.styles);
            }
            "li" => {
                self.block();
                self.mark = Some(self.lists.item(one, &self.page.styles));
            }
            "dl" => {
                self.block();
                self.terms += 1;
            }
            "dt" => {
                self.block();
                self.is_term = true;
            }
            _ if is_apart(name) && name != "br" => self.block(),
            _ => {}
        }
        self.heading = level(name).or(self.heading);
        self.enter(one, name);
    }

    /// What an element does to the text in it.
    fn enter(&mut self, one: &Element, name: &str) {
        match name {
            "br" => self.line_end(),
            "img" => {
                if let Some(words) = one.attr("alt").filter(|words| !words.trim().is_empty()) {
                    (self.note)(
                        self.flow.number + 1,
                        format!(
                            "Das Bild „{words}“ ist nicht übernommen. Sagt es etwas, schreiben Sie es als Text."
                        ),
                    );
                }
            }
            "pre" => self.kept += 1,
            "sup" => self.shifts.push(raised),
            "sub" => self.shifts.push(lowered),
            _ => {}
        }
        let mut look = self.looks.last().cloned().unwrap_or_default();
        match name {
            "b" | "strong" => look.strong = true,
            "i" | "em" => look.stressed = true,
            "a" => {
                look.target = one
                    .attr("href")
                    .map(str::trim)
                    .filter(|href| !href.is_empty())
                    .map(|href| match href.strip_prefix('#') {
                        Some(id) => Target::Bookmark(id.to_owned()),
                        None => Target::Address(href.to_owned()),
                    });
            }
            _ => {}
        }
        self.looks.push(look);
    }

    fn open_in_table(&mut self, node: NodeRef<'_, Node>, one: &Element, name: &str) {
        let Some(grid) = &mut self.table else { return };
        let is_own = own_table(node) == Some(grid.id);
        match name {
            "caption" if is_own => self.text = Spans::default(),
            "tr" if is_own => {
                grid.fill(true);
                grid.rows.push(Vec::new());
            }
            "td" | "th" if is_own => {
                let size = |name| one.attr(name).and_then(|size| size.trim().parse().ok());
                let size = |name| size(name).unwrap_or(1_usize).clamp(1, WIDEST);
                grid.cell = Some((size("colspan"), size("rowspan")));
                self.text = Spans::default();
                self.ends_open = false;
            }
            "ul" | "ol" | "menu" => {
                self.line_end();
                self.lists.start(one, items(node), &self.page.styles);
            }
            "li" => {
                self.line_end();
                let mark = self.lists.item(one, &self.page.styles);
                self.mark = Some(mark);
            }
            _ if is_apart(name) && name != "br" => self.line_end(),
            _ => {}
        }
        self.enter(one, name);
    }

    fn close(&mut self, node: NodeRef<'_, Node>) {
        let Some(one) = element(node) else { return };
        let name = one.name();
        self.looks.pop();
        match name {
            "pre" => self.kept = self.kept.saturating_sub(1),
            "sup" | "sub" => drop(self.shifts.pop()),
            "ul" | "ol" | "menu" => {
                if self.table.is_none() {
                    self.block();
                }
                self.lists.end();
                self.mark = None;
            }
            "li" => {
                if self.table.is_none() {
                    self.block();
                }
                self.mark = None;
            }
            _ => {}
        }
        if let Some(grid) = &mut self.table {
            let is_own = own_table(node) == Some(grid.id);
            match name {
                "table" if grid.id == node.id() => self.end_table(),
                "caption" if is_own => {
                    let text = std::mem::take(&mut self.text);
                    self.flow.number += 1;
                    self.flow.paragraph(self.left(), &text, &mut *self.note);
                    self.ends_open = false;
                }
                "td" | "th" if is_own => {
                    let text = std::mem::take(&mut self.text);
                    grid.end_cell(text);
                    self.ends_open = false;
                    self.mark = None;
                }
                _ if is_apart(name) && name != "br" => self.line_end(),
                _ => {}
            }
            return;
        }
        if is_apart(name) && name != "br" {
            self.block();
        }
        match name {
            "dl" => self.terms = self.terms.saturating_sub(1),
            "dt" => self.is_term = false,
            _ => {}
        }
        // An empty heading has no effect on what follows.
        if level(name).is_some() {
            self.heading = None;
        }
    }

    fn characters(&mut self, text: &str) {
        let look = self.looks.last().cloned().unwrap_or_default();
        if !text.trim().is_empty()
            && self.table.is_some()
            && let Some(mark) = self.mark.take()
            && !mark.text.is_empty()
        {
            self.text.push(&Look::default(), &format!("{} ", mark.text));
            self.ends_open = false;
        }
        let mut out = String::new();
        for c in text.chars() {
            if c == '\n' && self.kept > 0 {
                out.push('\n');
                self.ends_open = false;
            } else if !c.is_whitespace() || c == '\u{a0}' {
                out.push(c);
                self.ends_open = true;
            } else if self.ends_open {
                out.push(' ');
                self.ends_open = false;
            }
        }
        let out = match self.shifts.last() {
            Some(shift) => shift(&out),
            None => out,
        };
        self.text.push(&look, &out);
    }

    fn line_end(&mut self) {
        if !self.text.ends_in_line() && !self.text.is_blank() {
            self.text.push(&Look::default(), "\n");
        }
        self.ends_open = false;
    }

    fn left(&self) -> i32 {
        let depth = (self.lists.depth() + self.terms).min(DEEPEST);
        STEP * i32::try_from(depth).unwrap_or(0)
    }

    /// Ends the present block.
    fn block(&mut self) {
        let text = std::mem::take(&mut self.text);
        self.ends_open = false;
        if text.is_blank() {
            return;
        }
        self.flow.number += 1;
        let left = self.left();
        let mark = self.mark.take();
        let note: &mut dyn FnMut(usize, String) = &mut *self.note;
        match (self.heading, mark) {
            (Some(level), mark) => {
                let mark = mark
                    .map(|mark| mark.text)
                    .filter(|mark| mark != "•" && mark != "–");
                self.flow
                    .heading(level, &mark.unwrap_or_default(), &text, note);
            }
            (None, _) if self.is_term => self.flow.term(left - STEP, &text, note),
            (None, Some(mark)) => {
                let numbered = Numbered {
                    mark: mark.text,
                    list: mark.list,
                    level: 0,
                };
                self.flow.item(&numbered, left, &text, note);
            }
            (None, None) => self.flow.paragraph(left, &text, note),
        }
    }

    fn end_table(&mut self) {
        let Some(mut grid) = self.table.take() else {
            return;
        };
        let rest = std::mem::take(&mut self.text);
        if !rest.is_blank() {
            grid.end_cell(rest);
        }
        grid.fill(true);
        grid.rows.retain(|row| !row.is_empty());
        let left = self.left();
        self.flow.table(left, &grid.rows, &mut *self.note);
        self.ends_open = false;
    }
}

/// The table that a part of one belongs to.
fn own_table(node: NodeRef<'_, Node>) -> Option<ego_tree::NodeId> {
    let table = node
        .ancestors()
        .find(|above| element(*above).is_some_and(|one| one.name() == "table"));
    table.map(|table| table.id())
}

/// How many items a list has.
fn items(list: NodeRef<'_, Node>) -> usize {
    list.children()
        .filter(|one| element(*one).is_some_and(|one| one.name() == "li"))
        .count()
}
