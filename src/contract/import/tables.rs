//! Tables of plain text: with bars, tabs, or columns of spaces.

use super::inline::{self, Piece};
use super::lines::Line;
use crate::contract::tree::Alignment;

/// A table; every row has as many cells as the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// Cells of the head.
    pub head: Vec<Vec<Piece>>,
    /// Alignment of each column.
    pub alignments: Vec<Alignment>,
    /// Cells of the body by row.
    pub rows: Vec<Vec<Vec<Piece>>>,
}

impl Table {
    /// A table of these rows, of which the first one is the head.
    pub(super) fn of(
        mut rows: Vec<Vec<Vec<Piece>>>,
        mut alignments: Vec<Alignment>,
    ) -> Option<Self> {
        let width = rows.iter().map(Vec::len).max()?;
        for row in &mut rows {
            row.resize(width, Vec::new());
        }
        alignments.resize(width, Alignment::Start);
        let head = rows.remove(0);
        Some(Self {
            head,
            alignments,
            rows,
        })
    }
}

/// The table that these lines begin with, and the number of its lines.
pub(super) fn read(lines: &[Line]) -> Option<(Table, usize)> {
    separated(lines, &bars)
        .or_else(|| separated(lines, &tabs))
        .or_else(|| separated(lines, &columns))
}

/// At least two lines with the same number of cells, or more than two for columns of spaces, which
/// are more likely to be accidental.
fn separated(lines: &[Line], split: &dyn Fn(&str) -> Vec<String>) -> Option<(Table, usize)> {
    let first = lines.first()?;
    let width = split(&first.text).len();
    // Most lines are no row; then the following lines are not examined.
    if width < 2 {
        return None;
    }
    let rows = lines.iter().map(|line| split(&line.text));
    let mut rows: Vec<Vec<String>> = rows.take_while(|row| row.len() == width).collect();
    let taken = rows.len();
    let least = if first.text.contains(['\t', '|']) {
        2
    } else {
        3
    };
    if taken < least {
        return None;
    }
    let is_drawn = |row: &Vec<String>| row.iter().all(|cell| !cell.is_empty() && is_rule(cell));
    if !rows.iter().all(is_drawn) {
        rows.retain(|row| !is_drawn(row));
    }
    let row = |row: &Vec<String>| row.iter().map(|cell| inline::plain(cell)).collect();
    let table = Table::of(rows.iter().map(row).collect(), Vec::new())?;
    Some((table, taken))
}

/// The cells of a line with bars: `| a | b |`, also with drawn lines.
fn bars(line: &str) -> Vec<String> {
    let sign = match line.chars().next() {
        Some('|') => '|',
        Some('+') if is_rule(&line.replace('+', "")) => '+',
        _ => return Vec::new(),
    };
    let inner = line.get(1..).unwrap_or_default();
    let inner = inner.strip_suffix(sign).unwrap_or(inner);
    let cells = inner.split(sign);
    cells.map(|cell| cell.trim().to_owned()).collect()
}

fn is_rule(cell: &str) -> bool {
    cell.chars().all(|c| "-=: ".contains(c))
}

fn tabs(line: &str) -> Vec<String> {
    // A mark followed by a tab is an item, not a row.
    if super::marker::read(line).is_some() {
        return Vec::new();
    }
    let cells = line.split('\t');
    cells.map(|cell| cell.trim().to_owned()).collect()
}

fn columns(line: &str) -> Vec<String> {
    if super::marker::read(line).is_some() || line.contains("__") {
        return Vec::new();
    }
    let parts = line.split("   ").map(str::trim);
    parts
        .filter(|cell| !cell.is_empty())
        .map(str::to_owned)
        .collect()
}
