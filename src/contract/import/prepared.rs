//! Prepares a Markdown text for CommonMark, so that no text of a contract is read as markup by
//! accident; also answers questions of the two modules that read it.

use std::collections::HashMap;

use pulldown_cmark::{OffsetIter, Options, Parser};

use super::lines;
use crate::contract::fallback::{lowered, raised};

/// A prepared text: no line is indented, so that none is read as code, and text of a contract that
/// CommonMark would drop is escaped so that it stays.
pub(super) struct Prepared {
    text: String,
    lines: Vec<Place>,
}

/// The origin of a line of the prepared text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// Offset in the prepared text.
    pub start: usize,
    /// Line number in the file, from 1.
    pub number: usize,
    /// Number of spaces before its text.
    pub indent: usize,
}

impl Prepared {
    /// Prepares a text.
    pub(super) fn of(text: &str) -> Self {
        let text = shifted(&without_comments(&lines::normal(text)));
        let text = front_matter(&text).unwrap_or(text);
        let mut out = Self {
            text: String::with_capacity(text.len()),
            lines: Vec::new(),
        };
        let mut after_space = false;
        for (number, raw) in lines::numbered(&text) {
            let mut body = raw;
            while let Some(inner) = body.trim_start().strip_prefix('>') {
                body = inner;
            }
            let bare = body.trim_start();
            if bare.is_empty() {
                after_space = true;
                continue;
            }
            if after_space && !out.text.is_empty() {
                out.text.push('\n');
            }
            out.lines.push(Place {
                start: out.text.len(),
                number,
                indent: lines::indent(body),
            });
            guard(bare, &mut out.text);
            out.text.push('\n');
            after_space = false;
        }
        out
    }

    /// The events of CommonMark for this text.
    pub(super) fn events(&self) -> OffsetIter<'_> {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_OLD_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_DEFINITION_LIST;
        Parser::new_ext(&self.text, options).into_offset_iter()
    }

    /// The origin of an offset in it.
    pub(super) fn place(&self, at: usize) -> Place {
        let after = self.lines.partition_point(|line| line.start <= at);
        let before = after.checked_sub(1);
        let place = before.and_then(|index| self.lines.get(index));
        place.copied().unwrap_or_default()
    }

    /// Whether there is an empty line above.
    pub(super) fn is_apart(&self, place: Place) -> bool {
        self.part(0, place.start).ends_with("\n\n")
    }

    /// A range of the text.
    pub(super) fn part(&self, from: usize, to: usize) -> &str {
        self.text
            .get(from..to.min(self.text.len()))
            .unwrap_or_default()
    }
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        let Some((comment, tail)) = after.split_once("-->") else {
            break;
        };
        out.push_str(before);
        // The line numbers stay the same.
        out.extend(comment.chars().filter(|c| *c == '\n'));
        rest = tail;
    }
    out + rest
}

/// Replaces superscript and subscript figures by their characters.
fn shifted(text: &str) -> String {
    let mut out = text.to_owned();
    for (name, to) in [("sup", raised as fn(&str) -> String), ("sub", lowered)] {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let (first, rest) = out.split_once(&open).unwrap_or((&out, ""));
        let rest = rest.split(&open).map(|part| match part.split_once(&close) {
            Some((inner, behind)) => to(inner) + behind,
            None => part.to_owned(),
        });
        out = rest.fold(first.to_owned(), |all, part| all + &part);
    }
    out
}

/// Removes the `key: value` lines between two lines `---` at the start, which some programs write;
/// only the title is kept. The line numbers stay the same.
fn front_matter(text: &str) -> Option<String> {
    let (facts, rest) = text.strip_prefix("---\n")?.split_once("\n---\n")?;
    let is_fact = |line: &str| {
        let key = line.split_once(':').map_or(line, |(key, _)| key);
        line.starts_with([' ', '-', '#']) || line.contains(':') && !key.contains(' ')
    };
    if !facts.lines().all(|line| line.is_empty() || is_fact(line)) {
        return None;
    }
    let mut out = String::from("\n");
    for line in facts.lines() {
        if let Some(title) = line.strip_prefix("title:") {
            let title = title.trim().trim_matches(['"', '\'']);
            out.push_str(&format!("# {title}"));
        }
        out.push('\n');
    }
    Some(out + "\n" + rest)
}

/// Escapes a line so that text of a contract is text for CommonMark: `<Kunde>` is no tag, `[Kunde]:
/// …` no link definition, `[^ bis hier]` no footnote, `____` a line to write on, `~5` means about
/// five.
fn guard(line: &str, out: &mut String) {
    let is_rule = line.trim_end().bytes().all(|b| b == b'*');
    let note = note_name(line).map(|name| "[^]".len() + name.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let at = line.len() - rest.len();
        let run = || rest.len() - rest.trim_start_matches(c).len();
        let mut taken = c.len_utf8();
        match c {
            '<' if is_foreign(rest) => out.push_str("&lt;"),
            ':' if out.ends_with(']') && note != Some(at) => out.push_str("\\:"),
            '[' if rest.starts_with("[^") && note_name(rest).is_none() => out.push_str("\\["),
            '_' | '*' | '~' if !is_rule => {
                taken = run();
                let is_text = if c == '~' { taken == 1 } else { taken > 3 };
                let sign = format!("{}{c}", if is_text { "\\" } else { "" });
                out.push_str(&sign.repeat(taken));
            }
            _ => out.push(c),
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
}

/// Undoes [`guard`] where there is no markup, as in code.
pub(super) fn unguarded(code: &str) -> String {
    let mut out = code.replace("&lt;", "<");
    for sign in [':', '[', '_', '*', '~'] {
        out = out.replace(&format!("\\{sign}"), &sign.to_string());
    }
    out
}

/// The name of the footnote that a text begins with.
fn note_name(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("[^")?;
    let is_name = |c: char| c.is_alphanumeric() || "-_*†".contains(c);
    let name = inner.split(|c| !is_name(c)).next()?;
    let is_whole = inner.get(name.len()..)?.starts_with(']');
    (is_whole && !name.is_empty()).then_some(name)
}

/// Whether CommonMark would read a tag that is none of [`TAGS`].
fn is_foreign(rest: &str) -> bool {
    let inner = rest.get(1..).unwrap_or_default();
    let (name, after) = tag_name(inner);
    match after.chars().next() {
        _ if name.is_empty() => inner.starts_with(['!', '?']),
        Some(c) if !c.is_whitespace() && c != '>' && c != '/' => false,
        _ => !TAGS.contains(&name.to_ascii_lowercase().as_str()),
    }
}

/// The name of a tag without its bracket, and what follows.
fn tag_name(inner: &str) -> (&str, &str) {
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    inner.split_at(end.unwrap_or(inner.len()))
}

/// Tags that are used in Markdown texts; anything else in angle brackets is text.
const TAGS: &[&str] = &[
    "a", "abbr", "address", "b", "br", "center", "code", "div", "em", "font", "hr", "i", "img",
    "ins", "li", "mark", "ol", "p", "small", "span", "strong", "sub", "sup", "table", "tbody",
    "td", "th", "thead", "tr", "u", "ul",
];

/// Whether a tag separates the words before and after it.
pub(super) fn is_break(tag: &str) -> bool {
    const APART: &[&str] = &["br", "div", "hr", "li", "p", "table", "td", "th", "tr"];
    let (name, _) = tag_name(tag.strip_prefix('<').unwrap_or(tag));
    APART.contains(&name.to_ascii_lowercase().as_str())
}

/// The footnotes of a text, numbered in the order in which they are referred to.
#[derive(Default)]
pub(super) struct Notes(HashMap<String, usize>);

impl Notes {
    /// The superscript number of a footnote.
    pub(super) fn mark(&mut self, name: &str) -> String {
        let next = self.0.len() + 1;
        let number = *self.0.entry(name.to_owned()).or_insert(next);
        raised(&number.to_string())
    }
}
