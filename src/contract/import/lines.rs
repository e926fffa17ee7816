//! The lines of a source for the reader of blocks: those of plain text are split here, those of
//! Markdown and HTML come with headings and tables that are marked already.

use super::inline::{self, Piece};
use super::tables::Table;

/// A line with words, or an empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Line number in the file, from 1.
    pub number: usize,
    /// Spaces before the text; a tab counts as four.
    pub indent: usize,
    /// Its printed text, without space at either end; empty for an empty line.
    pub text: String,
    /// The same with its markup.
    pub pieces: Vec<Piece>,
    /// Whether the author ended the line here on purpose.
    pub hard: bool,
    /// What it is known to be.
    pub kind: Kind,
    /// The number that a program gives it; it is no part of its text.
    pub mark: Option<String>,
    /// Names by which references find it.
    pub ids: Vec<String>,
    /// Why it may be something else than its markup says.
    pub doubt: Option<&'static str>,
}

/// What a line is known to be before blocks are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A line of text.
    Text,
    /// A heading of this level.
    Heading(u8),
    /// An item with its mark; how deep it is, its indentation says.
    Item,
    /// A term that the indented text below it explains.
    Term,
    /// A whole table.
    Table(Table),
}

impl Line {
    /// A line of text without further knowledge.
    pub(super) fn new(number: usize, indent: usize, pieces: Vec<Piece>) -> Self {
        let pieces = inline::trimmed(pieces);
        Self {
            number,
            indent,
            text: inline::words(&pieces),
            pieces,
            hard: false,
            kind: Kind::Text,
            mark: None,
            ids: Vec::new(),
            doubt: None,
        }
    }

    /// An empty line, which separates the lines above and below.
    pub(super) fn empty(number: usize) -> Self {
        Self::new(number, 0, Vec::new())
    }

    /// A line that is a whole table.
    pub(super) fn table(number: usize, indent: usize, table: Table) -> Self {
        Self {
            kind: Kind::Table(table),
            ..Self::new(number, indent, Vec::new())
        }
    }

    /// Everything it prints; cells are separated by tabs.
    fn words(&self) -> String {
        let Kind::Table(table) = &self.kind else {
            let mark = self.mark.as_ref().map(|mark| format!("{mark} "));
            return mark.unwrap_or_default() + &self.text;
        };
        let row = |cells: &Vec<Vec<Piece>>| -> String {
            let cells: Vec<String> = cells.iter().map(|cell| inline::words(cell)).collect();
            cells.join("\t")
        };
        let rows: Vec<String> = std::iter::once(&table.head)
            .chain(&table.rows)
            .map(row)
            .collect();
        rows.join("\n")
    }
}

/// The lines as plain text.
pub(super) fn joined(lines: &[Line]) -> String {
    let line = |line: &Line| format!("{}{}\n", " ".repeat(line.indent), line.words());
    lines.iter().map(line).collect()
}

/// Splits plain text into lines.
pub(super) fn split(text: &str) -> Vec<Line> {
    let text = normal(text);
    let mut out: Vec<Line> = numbered(&text)
        .map(|(number, raw)| Line::new(number, indent(raw), inline::plain(raw)))
        .collect();
    join_underlines(&mut out);
    out
}

/// A text with uniform line ends.
pub(super) fn normal(text: &str) -> String {
    text.trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}', '\u{b}'], "\n")
}

/// The lines of a text with their numbers; a page break becomes an additional empty line.
pub(super) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.split('\n')).flat_map(|(number, line)| {
        let parts = line.split('\u{c}');
        let parts = parts.flat_map(move |part| [(number, ""), (number, part)]);
        parts.skip(1)
    })
}

/// Spaces before the text of a line.
pub(super) fn indent(line: &str) -> usize {
    line.chars()
        .take_while(|c| c.is_whitespace())
        .map(|c| if c == '\t' { 4 } else { 1 })
        .sum()
}

/// Removes lines that only draw; below a single line of text they make it a heading.
fn join_underlines(lines: &mut [Line]) {
    for at in 0..lines.len() {
        let Some(level) = lines.get(at).and_then(|line| rule(&line.text)) else {
            continue;
        };
        let is_apart = at < 2 || lines.get(at - 2).is_some_and(|line| line.text.is_empty());
        if let Some(line) = lines.get_mut(at) {
            *line = Line::empty(line.number);
        }
        if let Some(above) = at.checked_sub(1).and_then(|above| lines.get_mut(above)) {
            let long = above.text.chars().count() > 120 || above.text.contains('|');
            if is_apart && level > 0 && !long && !above.text.is_empty() {
                above.kind = Kind::Heading(level);
            }
        }
    }
}

/// A line of `===` (1) or `---` (2); 0 for `***`, which only separates.
fn rule(text: &str) -> Option<u8> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let all = |c: char| bare.len() >= 3 && bare.chars().all(|x| x == c);
    match bare.len() == text.len() {
        true if all('=') => Some(1),
        true if all('-') => Some(2),
        _ if all('*') || all('-') || all('=') => Some(0),
        _ => None,
    }
}
