//! Blocks of a clause as Djot.

use super::blocks::Unit;
use super::inline::{self, Run};
use crate::contract::import::djot::at_start;
use crate::contract::numbers::Pattern;

/// Longest line that is written, in characters, unless a word is longer.
const WIDTH: usize = 98;

/// Gives every item the number that it is printed with: only the first one of a list says its own.
pub(super) fn counted(units: &mut [Unit]) {
    let mut run: Option<(Pattern, u32)> = None;
    for unit in units {
        let next = |marks: &Pattern, own: u32, run: &Option<(Pattern, u32)>| match run {
            Some((before, last)) if before == marks => last + 1,
            _ => own,
        };
        match unit {
            Unit::Item(item) => {
                item.number = next(&item.marks, item.number, &run);
                run = Some((item.marks.clone(), item.number));
                counted(&mut item.inside);
            }
            Unit::Fixed(_, Some((marks, number))) => {
                *number = next(marks, *number, &run);
                run = Some((marks.clone(), *number));
            }
            Unit::Term(_, inside) => {
                counted(inside);
                run = None;
            }
            Unit::Paragraph(..) | Unit::Fixed(_, None) => run = None,
        }
    }
}

/// The mark of an item in the source.
pub(super) fn mark_in_source(marks: &Pattern, number: u32) -> String {
    match marks {
        Pattern::Dash => "+".to_owned(),
        Pattern::Bullet => "-".to_owned(),
        marks => marks.mark(None, number).unwrap_or_default(),
    }
}

/// A block as Djot; what is only named has no source of its own.
pub(super) fn written(unit: &Unit, indent: usize, out: &mut String) {
    let space = " ".repeat(indent);
    match unit {
        Unit::Paragraph(head, text) => {
            if !head.is_empty() {
                out.push_str(&format!("{}\n{space}", head.written()));
            }
            out.push_str(&wrapped(&inline::to_djot(text), indent));
        }
        Unit::Item(item) => {
            let mark = mark_in_source(&item.marks, item.number);
            let inner = indent + mark.chars().count() + 1;
            out.push_str(&format!("{mark} "));
            if !item.head.is_empty() {
                out.push_str(&format!("{}\n{}", item.head.written(), " ".repeat(inner)));
            }
            out.push_str(&wrapped(&inline::to_djot(&item.text), inner));
            all_written(&item.inside, inner, out);
        }
        Unit::Term(words, inside) => {
            let words = inline::to_djot(words).replace('\u{a0}', "\\ ");
            out.push_str(&format!(": {}", begun(&words)));
            all_written(inside, indent + 2, out);
        }
        Unit::Fixed(..) => {}
    }
}

fn all_written(units: &[Unit], indent: usize, out: &mut String) {
    for unit in units {
        out.push_str(&format!("\n\n{}", " ".repeat(indent)));
        written(unit, indent, out);
    }
}

/// The lines of a paragraph behind `indent` spaces, none of which would be read as markup.
fn wrapped(text: &str, indent: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut width = indent;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if !current.is_empty() && width + 1 + length > WIDTH {
            lines.push(begun(&std::mem::take(&mut current)));
            width = indent;
        }
        if !current.is_empty() {
            current.push(' ');
            width += 1;
        }
        current.push_str(word);
        width += length;
    }
    lines.push(begun(&current));
    let space = " ".repeat(indent);
    lines.join(&format!("\n{space}")).replace('\u{a0}', "\\ ")
}

/// A line whose beginning is not read as markup; a value may begin it.
fn begun(line: &str) -> String {
    let is_value = line
        .strip_prefix(':')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    if is_value {
        return line.to_owned();
    }
    at_start(line)
}

/// A heading in the source: one line.
pub(super) fn heading(level: u8, title: &[Run]) -> String {
    let text = inline::to_djot(title).replace('\u{a0}', "\\ ");
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    format!(
        "{} {}",
        "#".repeat(usize::from(level)),
        begun(&words.join(" "))
    )
}
