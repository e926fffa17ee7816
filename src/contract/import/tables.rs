//! Tables of a source: with bars, with tabs, with columns of spaces.

use super::lines::Line;
use crate::contract::tree::Alignment;

/// A table; every row has as many cells as the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// Column heads.
    pub head: Vec<String>,
    /// Of each column.
    pub alignments: Vec<Alignment>,
    /// Body.
    pub rows: Vec<Vec<String>>,
}

/// The table that begins with the first of some lines, and how many lines it takes.
pub(super) fn read(lines: &[Line], markdown: bool) -> Option<(Table, usize)> {
    bars(lines).or_else(|| {
        if markdown {
            return None;
        }
        separated(lines, &tabs).or_else(|| separated(lines, &columns))
    })
}

fn bars(lines: &[Line]) -> Option<(Table, usize)> {
    let first = lines.first()?;
    let separator = lines.get(1).and_then(|line| alignments(&line.text));
    let fenced = first.text.starts_with('|') && first.text.len() > 1;
    if !(fenced || first.text.contains('|') && separator.is_some()) {
        return None;
    }
    let count = lines
        .iter()
        .take_while(|line| {
            !line.text.is_empty()
                && line.text.contains('|')
                && (!fenced || line.text.starts_with('|'))
        })
        .count();
    let mut rows = Vec::new();
    let mut alignment = Vec::new();
    for line in lines.get(..count)? {
        match alignments(&line.text) {
            Some(found) if rows.len() == 1 && alignment.is_empty() => alignment = found,
            Some(_) => {}
            None => rows.push(cells(&line.text)),
        }
    }
    Some((table(rows, alignment)?, count))
}

fn table(mut rows: Vec<Vec<String>>, mut alignments: Vec<Alignment>) -> Option<Table> {
    let width = rows.iter().map(Vec::len).max()?;
    for row in &mut rows {
        row.resize(width, String::new());
    }
    alignments.resize(width, Alignment::Start);
    let head = rows.remove(0);
    Some(Table {
        head,
        alignments,
        rows,
    })
}

/// Cells between bars; `\|` is a character.
fn cells(line: &str) -> Vec<String> {
    let inner = line.strip_prefix('|').unwrap_or(line);
    let mut out = vec![String::new()];
    let mut escaped = false;
    for c in inner.chars() {
        if c == '|' && !escaped {
            out.push(String::new());
        } else if let Some(cell) = out.last_mut() {
            cell.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    if inner.ends_with('|') && out.len() > 1 {
        out.pop();
    }
    out.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// `|:---|---:|`, also `+----+----+` of drawn tables.
fn alignments(line: &str) -> Option<Vec<Alignment>> {
    let drawn = line.contains('-') || line.contains('=');
    if !drawn || !line.chars().all(|c| "|-:+= ".contains(c)) || !line.contains(['|', '+']) {
        return None;
    }
    let inner = line.trim_matches(['|', '+', ' ']);
    let parts = inner.split(['|', '+']);
    let alignment = |part: &str| match (part.trim().starts_with(':'), part.trim().ends_with(':')) {
        (true, true) => Alignment::Center,
        (false, true) => Alignment::End,
        _ => Alignment::Start,
    };
    Some(parts.map(alignment).collect())
}

/// At least two lines that fall into the same number of cells, and more than two for columns of
/// spaces, where an accident is likelier.
fn separated(lines: &[Line], split: &dyn Fn(&Line) -> Vec<String>) -> Option<(Table, usize)> {
    let first = split(lines.first()?);
    let width = first.len();
    // Most lines are no row: what follows them is not looked at for each of them.
    if width < 2 {
        return None;
    }
    let count = lines
        .iter()
        .take_while(|line| !line.text.is_empty() && split(line).len() == width)
        .count();
    let least = if lines.first()?.text.contains('\t') {
        2
    } else {
        3
    };
    if count < least {
        return None;
    }
    let rows = lines.get(..count)?.iter().map(split).collect();
    Some((table(rows, Vec::new())?, count))
}

fn tabs(line: &Line) -> Vec<String> {
    // A mark with a tab behind it is an item, not a row.
    if super::marker::read(&line.text, false).is_some() {
        return Vec::new();
    }
    line.text
        .split('\t')
        .map(|cell| cell.trim().to_owned())
        .collect()
}

fn columns(line: &Line) -> Vec<String> {
    if super::marker::read(&line.text, false).is_some() || line.text.contains("__") {
        return Vec::new();
    }
    let parts = line.text.split("   ").map(str::trim);
    parts
        .filter(|cell| !cell.is_empty())
        .map(str::to_owned)
        .collect()
}
