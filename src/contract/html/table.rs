//! Tables of a contract as HTML: they scroll sideways if necessary, and on a phone those with three
//! columns or more become a stack of named values (T-03).

use std::fmt::Write as _;

use super::{anchor, escape, inlines};
use crate::contract::tree::{Alignment, Inline, Table, plain};
use crate::domain::Language;

/// From this number of columns on, a phone has no room for them side by side.
const STACKED: usize = 3;

/// Writes the n-th table of a document.
pub(super) fn write(table: &Table, nth: usize, language: Language, out: &mut String) {
    let id = anchor(&table.id);
    let caption = inlines(&table.caption);
    // The roles keep it a table for screen readers although its rows are not laid out as one.
    let stacked = if is_stacked(table) {
        " class=\"stacked\" role=\"table\""
    } else {
        ""
    };
    let _ = if caption.is_empty() {
        let word = match language {
            Language::De => "Tabelle",
            Language::En => "Table",
        };
        write!(
            out,
            "<div class=\"scroll\" role=\"region\" aria-label=\"{word} {nth}\" tabindex=\"0\"><table id=\"{id}\"{stacked}>"
        )
    } else {
        write!(
            out,
            "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\"><table{stacked}><caption id=\"{id}\">{caption}</caption>"
        )
    };
    if has_head(table) {
        out.push_str("<thead><tr>");
        for (cell, alignment) in table.head.iter().zip(&table.alignments) {
            let (class, text) = (class(*alignment), inlines(cell));
            let _ = write!(out, "<th scope=\"col\"{class}>{text}</th>");
        }
        out.push_str("</tr></thead>");
    }
    out.push_str("<tbody>");
    for cells in &table.rows {
        row(cells, table, out);
    }
    out.push_str("</tbody></table></div>");
    if let Some(legend) = &table.legend {
        let _ = write!(out, "<p class=\"legend\">{}</p>", inlines(legend));
    }
}

fn row(cells: &[Vec<Inline>], table: &Table, out: &mut String) {
    let stacked = is_stacked(table);
    out.push_str(if stacked { "<tr role=\"row\">" } else { "<tr>" });
    for (column, (cell, alignment)) in cells.iter().zip(&table.alignments).enumerate() {
        let class = class(*alignment);
        if column == 0 {
            let role = if stacked { " role=\"rowheader\"" } else { "" };
            let _ = write!(out, "<th scope=\"row\"{role}{class}>");
            name(cell, out);
            out.push_str("</th>");
            continue;
        }
        let text = inlines(cell);
        let head = table.head.get(column).filter(|_| stacked);
        let _ = match head {
            Some(head) => write!(
                out,
                "<td role=\"cell\" data-label=\"{}\"{class}><span>{text}</span></td>",
                escape(&plain(head))
            ),
            None => write!(out, "<td{class}>{text}</td>"),
        };
    }
    out.push_str("</tr>");
}

/// The first cell names the row; its further lines are smaller.
fn name(cell: &[Inline], out: &mut String) {
    let Some(at) = cell.iter().position(|inline| *inline == Inline::Break) else {
        out.push_str(&inlines(cell));
        return;
    };
    let (first, rest) = cell.split_at(at);
    let rest = rest.get(1..).unwrap_or_default();
    let _ = write!(out, "{} <small>{}</small>", inlines(first), inlines(rest));
}

fn is_stacked(table: &Table) -> bool {
    table.head.len() >= STACKED && has_head(table)
}

/// Whether the table has a head; a form of names and values has none.
fn has_head(table: &Table) -> bool {
    table.head.iter().any(|cell| !cell.is_empty())
}

fn class(alignment: Alignment) -> &'static str {
    match alignment {
        Alignment::Start => "",
        Alignment::Center => " class=\"center\"",
        Alignment::End => " class=\"end\"",
    }
}
