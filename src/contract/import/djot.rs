//! Writing Djot: characters escaped, lines wrapped, so that the result is parsed as intended.

use super::inline::{Piece, words};

/// Where a text will be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a paragraph: lines may be wrapped.
    Paragraph,
    /// In a heading or a cell: one line, with line breaks as `:br:`.
    Line,
}

/// Longest line that is written, in characters, unless a word is longer.
const WIDTH: usize = 98;

/// The text of a block as Djot, without indentation; lines are separated by `\n`.
pub(super) fn text(pieces: &[Piece], place: Place) -> String {
    let mut out = String::new();
    spans(pieces, place, &mut out);
    let lines: Vec<String> = out
        .split("\\\n")
        .map(|line| {
            let words = line.split([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
            words
                .filter(|w| !w.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .filter(|line| !line.is_empty())
        .collect();
    match place {
        Place::Line => at_start(&lines.join(" ")),
        Place::Paragraph => {
            let lines: Vec<String> = lines.iter().map(|line| wrapped(line)).collect();
            lines.join("\\\n")
        }
    }
}

fn spans(pieces: &[Piece], place: Place, out: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => escaped(text, out),
            // Markup around nothing, or around a line end, has no effect.
            Piece::Strong(inner) | Piece::Emphasis(inner)
                if words(inner).trim().is_empty() || ends_in_break(inner) =>
            {
                spans(inner, place, out);
            }
            Piece::Strong(inner) => marked(inner, '*', place, out),
            Piece::Emphasis(inner) => marked(inner, '_', place, out),
            Piece::Link(target, inner) => {
                out.push('[');
                spans(inner, place, out);
                let target: String = target.chars().map(address).collect();
                out.push_str(&format!("]({target})"));
            }
            Piece::Reference(id, inner) => {
                out.push('[');
                spans(inner, place, out);
                out.push_str(&format!("](#{id})"));
            }
            Piece::Break if place == Place::Line => out.push_str(" :br: "),
            Piece::Break => out.push_str("\\\n"),
        }
    }
}

fn ends_in_break(pieces: &[Piece]) -> bool {
    matches!(pieces.last(), Some(Piece::Break)) || matches!(pieces.first(), Some(Piece::Break))
}

fn marked(inner: &[Piece], mark: char, place: Place, out: &mut String) {
    let mut content = String::new();
    spans(inner, place, &mut content);
    let kept = content.trim_matches(|c: char| c.is_ascii_whitespace());
    let (before, after) = content.split_once(kept).unwrap_or_default();
    out.push_str(&format!("{before}{{{mark}{kept}{mark}}}{after}"));
}

/// Characters that would end a link target are percent-encoded.
fn address(c: char) -> String {
    if c.is_ascii_alphanumeric() || "-._~:/?#@!$&+,;=%*".contains(c) {
        c.to_string()
    } else {
        let mut bytes = [0; 4];
        let bytes = c.encode_utf8(&mut bytes).bytes();
        bytes.map(|byte| format!("%{byte:02X}")).collect()
    }
}

/// Adds a text; characters with a meaning in Djot get a backslash.
pub(in crate::contract) fn escaped(text: &str, out: &mut String) {
    let chars: Vec<char> = text.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let special = match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '~' | '^' | '"' | '\''
            | '|' | '$' => true,
            '-' | '.' => next == c || before == Some(c),
            ':' => is_symbol(chars.get(at + 1..).unwrap_or_default()),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
}

/// Whether a colon begins something that looks like a placeholder.
fn is_symbol(rest: &[char]) -> bool {
    let length = rest
        .iter()
        .take_while(|c| c.is_alphanumeric() || "_+-".contains(**c))
        .count();
    rest.get(length) == Some(&':')
}

/// A line whose beginning would be read as markup gets a backslash.
pub(in crate::contract) fn at_start(line: &str) -> String {
    let first = line.chars().next().unwrap_or(' ');
    if "#>-+:=!%(".contains(first) && !line.starts_with(":br:") {
        return format!("\\{line}");
    }
    let body = line
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(line.len());
    let (head, tail) = line.split_at(body);
    if body > 0 && tail.starts_with(['.', ')']) {
        return format!("{head}\\{tail}");
    }
    line.to_owned()
}

fn wrapped(line: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut width = 0;
    for word in line.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            lines.push(at_start(&std::mem::take(&mut current)));
            width = 0;
        }
        if width > 0 {
            current.push(' ');
            width += 1;
        }
        current.push_str(word);
        width += length;
    }
    lines.push(at_start(&current));
    lines.join("\n")
}
