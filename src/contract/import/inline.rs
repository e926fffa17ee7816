//! Text inside a block: Markdown's marks are read, everything else is text.

use super::marks::Marks;
use crate::contract::inline::{is_allowed, is_vague};

/// Text inside a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Characters as printed.
    Text(String),
    /// Important text.
    Strong(Vec<Piece>),
    /// Stressed text.
    Emphasis(Vec<Piece>),
    /// Link with an address the engine allows.
    Link(String, Vec<Piece>),
    /// End of a line that stays one.
    Break,
}

/// Hears of links that are kept as text only: their words and where they lead.
pub(super) type Lost<'l> = &'l mut dyn FnMut(&str, &str);

/// Deepest nesting of marks; what is deeper is text.
const DEEPEST: u8 = 3;

/// Reads the text of a block; a line end in it is a break.
pub(super) fn read(text: &str, markdown: bool, lost: Lost<'_>) -> Vec<Piece> {
    let mut out = Vec::new();
    if markdown {
        parse(text, 0, &mut out, lost);
        return out;
    }
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push(Piece::Break);
        }
        out.push(Piece::Text(line.to_owned()));
    }
    out
}

fn parse(text: &str, depth: u8, out: &mut Vec<Piece>, lost: Lost<'_>) {
    let marks = Marks::of(text);
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        let taken = match c {
            '\\' => escape(rest, out),
            '&' => character(rest).map(|(c, taken)| {
                push(out, c);
                taken
            }),
            '<' => tag(rest, marks.tag_end(at), out),
            '`' => code(rest, out),
            '[' if !marks.may_link(at) => None,
            '[' => link(rest, depth, out, lost),
            '!' if rest.starts_with("![") && marks.may_link(at) => {
                let inner = rest.get(1..).unwrap_or_default();
                link(inner, depth, out, lost).map(|taken| taken + 1)
            }
            '*' => stressed(rest, at, &marks, depth, out, lost),
            '_' if !before.is_alphanumeric() => stressed(rest, at, &marks, depth, out, lost),
            '\n' => {
                out.push(Piece::Break);
                Some(1)
            }
            _ => None,
        };
        let taken = taken.unwrap_or_else(|| {
            push(out, c);
            c.len_utf8()
        });
        before = rest
            .get(..taken)
            .and_then(|t| t.chars().next_back())
            .unwrap_or(' ');
        rest = rest.get(taken..).unwrap_or_default();
    }
}

fn push(out: &mut Vec<Piece>, c: char) {
    if let Some(Piece::Text(text)) = out.last_mut() {
        text.push(c);
    } else {
        out.push(Piece::Text(c.to_string()));
    }
}

fn escape(rest: &str, out: &mut Vec<Piece>) -> Option<usize> {
    let next = rest.chars().nth(1)?;
    if next == '\n' {
        out.push(Piece::Break);
        return Some(2);
    }
    if !next.is_ascii_punctuation() {
        return None;
    }
    push(out, next);
    Some(2)
}

/// The character of an entity at the start of a text, and its length.
pub(super) fn character(rest: &str) -> Option<(char, usize)> {
    const NAMED: &[(&str, char)] = &[
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("shy", '\u{ad}'),
        ("auml", 'ä'),
        ("ouml", 'ö'),
        ("uuml", 'ü'),
        ("Auml", 'Ä'),
        ("Ouml", 'Ö'),
        ("Uuml", 'Ü'),
        ("szlig", 'ß'),
        ("sect", '§'),
        ("euro", '€'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("hellip", '…'),
        ("bull", '•'),
        ("middot", '·'),
        ("bdquo", '„'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("sbquo", '‚'),
        ("laquo", '«'),
        ("raquo", '»'),
        ("copy", '©'),
        ("reg", '®'),
        ("trade", '™'),
        ("eacute", 'é'),
        ("egrave", 'è'),
        ("aacute", 'á'),
        ("ordf", 'ª'),
        ("ordm", 'º'),
    ];
    let end = rest.bytes().take(12).position(|b| b == b';')?;
    let name = rest.get(1..end)?;
    let c = match name.strip_prefix('#') {
        None => NAMED.iter().find(|(known, _)| *known == name)?.1,
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((c, end + 1))
}

/// Tags that stand in Markdown texts; anything else in angles is text.
const TAGS: &[&str] = &[
    "a", "abbr", "address", "b", "br", "center", "code", "div", "em", "font", "hr", "i", "img",
    "ins", "li", "mark", "ol", "p", "s", "small", "span", "strong", "sub", "sup", "table", "tbody",
    "td", "th", "thead", "tr", "u", "ul",
];

/// Whether something in angles is a tag of such texts.
pub(super) fn is_tag(name: &str) -> bool {
    TAGS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether words before and after a tag stand apart.
pub(super) fn is_break(name: &str) -> bool {
    const APART: &[&str] = &["br", "div", "hr", "li", "p", "table", "td", "th", "tr"];
    APART.contains(&name.to_ascii_lowercase().as_str())
}

/// Tags are dropped, except that `<br>` ends a line; an address in angles is its own text.
fn tag(rest: &str, end: Option<usize>, out: &mut Vec<Piece>) -> Option<usize> {
    let end = end?;
    let inner = rest.get(1..end)?;
    if !inner.contains(' ') && (inner.contains("://") || inner.contains('@')) {
        inner.chars().for_each(|c| push(out, c));
        return Some(end + 1);
    }
    let bare = inner.strip_prefix('/').unwrap_or(inner);
    let name: String = bare
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .flat_map(char::to_lowercase)
        .collect();
    if !is_tag(&name) {
        return None;
    }
    if is_break(&name) {
        out.push(Piece::Break);
    }
    Some(end + 1)
}

fn code(rest: &str, out: &mut Vec<Piece>) -> Option<usize> {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let fence = rest.get(..ticks)?;
    let inner = rest.get(ticks..)?;
    let Some(end) = inner.find(fence) else {
        // All of them are text, and none is tried again.
        fence.chars().for_each(|c| push(out, c));
        return Some(ticks);
    };
    inner.get(..end)?.chars().for_each(|c| push(out, c));
    Some(2 * ticks + end)
}

fn link(rest: &str, depth: u8, out: &mut Vec<Piece>, lost: Lost<'_>) -> Option<usize> {
    let middle = closing(rest, '[', ']')?;
    let text = rest.get(1..middle)?;
    let tail = rest.get(middle + 1..)?;
    if !tail.starts_with('(') || depth >= DEEPEST {
        return None;
    }
    let end = closing(tail, '(', ')')?;
    let target = tail.get(1..end)?.split_whitespace().next().unwrap_or("");
    let target = target.trim_matches(['<', '>']);
    let mut inner = Vec::new();
    parse(text, depth + 1, &mut inner, lost);
    let printed = words(&inner);
    let within = inner.iter().any(|piece| matches!(piece, Piece::Link(..)));
    if is_allowed(target) && !is_vague(&printed) && !printed.trim().is_empty() && !within {
        out.push(Piece::Link(target.to_owned(), inner));
    } else {
        lost(&printed, target);
        out.extend(inner);
    }
    Some(middle + 1 + end + 1)
}

/// How far the end of a link is looked for (characters): whoever opens brackets without end must not
/// keep the portal busy.
pub(super) const LONGEST: usize = 4_000;
/// The first bytes of a text, whole characters.
pub(super) fn near(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Where the bracket that opens a text is closed.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_u32;
    let mut escaped = false;
    for (at, c) in text.char_indices().take(LONGEST) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == open {
            depth += 1;
        } else if c == close {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// What is printed of some pieces, without marks.
pub(super) fn words(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Strong(inner) | Piece::Emphasis(inner) | Piece::Link(_, inner) => {
                out.push_str(&words(inner));
            }
            Piece::Break => out.push(' '),
        }
    }
    out
}

fn stressed(
    rest: &str,
    at: usize,
    marks: &Marks,
    depth: u8,
    out: &mut Vec<Piece>,
    lost: Lost<'_>,
) -> Option<usize> {
    let c = rest.chars().next()?;
    let length = rest.len() - rest.trim_start_matches(c).len();
    if length > 3 || depth >= DEEPEST {
        // Lines to write on: ____
        (0..length).for_each(|_| push(out, c));
        return Some(length);
    }
    let inner = rest.get(length..)?;
    if inner.starts_with(char::is_whitespace) {
        return None;
    }
    let end = marks.stress_end(c, length, at + length)? - at - length;
    let mut content = Vec::new();
    parse(inner.get(..end)?, depth + 1, &mut content, lost);
    out.push(match length {
        1 => Piece::Emphasis(content),
        2 => Piece::Strong(content),
        _ => Piece::Strong(vec![Piece::Emphasis(content)]),
    });
    Some(2 * length + end)
}
