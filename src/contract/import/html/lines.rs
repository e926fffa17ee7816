//! The visible content of a page as lines: blocks, lists, tables.

use super::{Part, is_apart, level};
use crate::contract::import::inline::{self, Piece};
use crate::contract::import::lines::{Kind, Line};
use crate::contract::import::tables::Table;

/// Nested lists are distinguished up to this depth.
const DEEPEST: usize = 12;

/// The lines of a page.
pub(super) fn of(parts: Vec<Part>) -> Vec<Line> {
    let mut writer = Writer::default();
    for part in parts {
        match part {
            Part::Text(text) => writer.text(&text),
            Part::Mark(mark) if writer.in_cell => writer.text(&format!("{mark} ")),
            Part::Mark(mark) => writer.mark = Some(mark),
            Part::Start(name) => writer.start(&name),
            Part::Cell(..) if writer.tables != 1 => writer.apart(),
            Part::Cell(columns, rows) => {
                writer.end_cell();
                writer.in_cell = true;
                writer.size = (columns, rows);
            }
            Part::End(name) => writer.end(&name),
        }
    }
    writer.end_table();
    writer.end_block();
    writer.out
}

#[derive(Default)]
struct Writer {
    out: Vec<Line>,
    /// Text of the present block; its line ends are kept.
    block: String,
    /// Its level if it is a heading.
    heading: Option<u8>,
    /// The mark of the item that it begins.
    mark: Option<String>,
    /// Number of open lists.
    lists: usize,
    /// Rows of the open table; the number of open tables follows.
    rows: Vec<Vec<Vec<Piece>>>,
    tables: usize,
    in_cell: bool,
    /// Columns and rows of the open cell; then, for each column, rows that a cell above still
    /// covers.
    size: (usize, usize),
    taken: Vec<usize>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            let is_space = c.is_whitespace() && c != '\u{a0}';
            if !is_space {
                self.block.push(c);
            } else if !self.block.ends_with([' ', '\n']) {
                self.block.push(' ');
            }
        }
    }

    fn start(&mut self, name: &str) {
        match name {
            "br" => self.block.push('\n'),
            "tr" if self.tables == 1 => {
                self.end_cell();
                self.fill(true);
                self.rows.push(Vec::new());
            }
            _ if is_apart(name) => self.apart(),
            _ => {}
        }
        self.lists += usize::from(matches!(name, "ul" | "ol"));
        self.tables += usize::from(name == "table");
        if !self.in_cell
            && let Some(level) = level(name)
        {
            self.heading = Some(level);
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "table" if self.tables == 1 => self.end_table(),
            "td" | "th" | "tr" if self.tables == 1 => self.end_cell(),
            "br" => self.block.push('\n'),
            _ if is_apart(name) => self.apart(),
            _ => {}
        }
        if matches!(name, "ul" | "ol") {
            self.lists = self.lists.saturating_sub(1);
        }
        if name == "table" {
            self.tables = self.tables.saturating_sub(1);
        }
        // An empty heading has no effect on what follows.
        self.heading = self.heading.filter(|_| level(name).is_none());
    }

    /// Ends the present line.
    fn apart(&mut self) {
        if !self.in_cell {
            self.end_block();
        } else if !self.block.trim_end_matches(' ').ends_with('\n') && !self.block.trim().is_empty()
        {
            self.block.push('\n');
        }
    }

    fn end_cell(&mut self) {
        if !self.in_cell {
            self.end_block();
            return;
        }
        self.in_cell = false;
        let block = std::mem::take(&mut self.block);
        let lines: Vec<&str> = block.split('\n').map(str::trim).collect();
        let mut cell = inline::plain(lines.join("\n").trim());
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        self.fill(false);
        let Some(row) = self.rows.last_mut() else {
            return;
        };
        for _ in 0..self.size.0 {
            let column = row.len();
            row.push(std::mem::take(&mut cell));
            self.taken.resize(self.taken.len().max(column + 1), 0);
            if let Some(taken) = self.taken.get_mut(column) {
                *taken = self.size.1 - 1;
            }
        }
    }

    /// Adds empty cells where cells of rows above extend into this one: the next ones, or all up to
    /// the row's end.
    fn fill(&mut self, all: bool) {
        let Some(row) = self.rows.last_mut() else {
            return;
        };
        while let Some(taken) = self
            .taken
            .get_mut(row.len())
            .filter(|taken| all || **taken > 0)
        {
            *taken = taken.saturating_sub(1);
            row.push(Vec::new());
        }
    }

    fn end_table(&mut self) {
        self.end_cell();
        self.taken.clear();
        let mut rows = std::mem::take(&mut self.rows);
        rows.retain(|row| !row.is_empty());
        if let Some(table) = Table::of(rows, Vec::new()) {
            let indent = 4 * self.lists.min(DEEPEST);
            self.out.push(Line::table(1, indent, table));
        }
    }

    /// Ends the present block, indented by the depth of its lists.
    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        let block = block.trim();
        if block.is_empty() {
            return;
        }
        let mark = self.mark.take();
        let heading = self.heading.take();
        let depth = self.lists.min(DEEPEST);
        let depth = depth.saturating_sub(usize::from(mark.is_some()));
        let mark = mark.filter(|mark| heading.is_none() || mark != "•");
        let text = mark.map(|mark| mark + " ").unwrap_or_default() + block;
        if let Some(level) = heading {
            self.out.push(Line {
                kind: Kind::Heading(level),
                ..Line::new(1, 4 * depth, inline::plain(&text))
            });
        } else {
            self.out.extend(text.split('\n').map(|line| Line {
                hard: true,
                ..Line::new(1, 4 * depth, inline::plain(line))
            }));
        }
        self.out.push(Line::empty(1));
    }
}
