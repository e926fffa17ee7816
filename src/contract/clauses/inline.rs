//! Text inside a block of the clause form: bold and stressed words, values, references, links. Read from
//! Djot and from what was typed, and written as both.

use jotdown::{Container, Event};

use super::tree::Knot;
use super::{Names, TypingFault};
use crate::contract::import::djot::escaped;
use crate::contract::inline::is_allowed;
use crate::contract::vocabulary::Placeholder;
use crate::wording::clause;

/// A run of text with one meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Run {
    /// Characters as printed; a space that does not break is itself.
    Text(String),
    /// A straight quotation mark, which prints as an opening or a closing one.
    Quote(char),
    /// A value that is filled in.
    Value(Placeholder),
    /// A line break.
    Break,
    /// A reference whose words the program writes.
    Reference(String),
    /// A link, or a reference with words of its own (`#id`).
    Link(String, Vec<Run>),
    /// Bold words.
    Strong(Vec<Run>),
    /// Stressed words.
    Stressed(Vec<Run>),
}

/// The text of a block; `None` if there is something in it that the form does not have.
pub(super) fn from_djot(knots: &[Knot<'_>]) -> Option<Vec<Run>> {
    Some(tidy(spans(knots)?))
}

fn spans(knots: &[Knot<'_>]) -> Option<Vec<Run>> {
    let mut out = Vec::new();
    for knot in knots {
        let run = match knot {
            Knot::Leaf(event, _) => match event {
                Event::Str(text) => Run::Text(text.to_string()),
                Event::Softbreak => Run::Text(" ".to_owned()),
                Event::NonBreakingSpace => Run::Text("\u{a0}".to_owned()),
                Event::LeftDoubleQuote | Event::RightDoubleQuote => Run::Quote('"'),
                Event::LeftSingleQuote | Event::RightSingleQuote => Run::Quote('\''),
                Event::Ellipsis => Run::Text("…".to_owned()),
                Event::EnDash => Run::Text("–".to_owned()),
                Event::EmDash => Run::Text("—".to_owned()),
                Event::Hardbreak => Run::Break,
                Event::Symbol(name) if name == "br" => Run::Break,
                Event::Symbol(name) => Run::Value(name.parse().ok()?),
                Event::Escape => continue,
                _ => return None,
            },
            Knot::Holder {
                container,
                attributes,
                inside,
                ..
            } if attributes.is_empty() => {
                let inside = spans(inside)?;
                match container {
                    Container::Strong => Run::Strong(inside),
                    Container::Emphasis => Run::Stressed(inside),
                    Container::Link(target, _) => match target.strip_prefix('#') {
                        Some(id) if inside.is_empty() => Run::Reference(id.to_owned()),
                        _ => Run::Link(target.to_string(), inside),
                    },
                    _ => return None,
                }
            }
            Knot::Holder { .. } => return None,
        };
        out.push(run);
    }
    Some(out)
}

/// One way to say the same text: pieces joined, single spaces, none at the ends or beside a line break.
pub(super) fn tidy(runs: Vec<Run>) -> Vec<Run> {
    let mut out = joined(runs);
    let is_break = |run: Option<&Run>| matches!(run, None | Some(Run::Break));
    for at in 0..out.len() {
        let before = at.checked_sub(1).and_then(|at| out.get(at));
        let (trims_start, trims_end) = (is_break(before), is_break(out.get(at + 1)));
        if let Some(Run::Text(text)) = out.get_mut(at) {
            if trims_start {
                *text = text.trim_start_matches(' ').to_owned();
            }
            if trims_end {
                *text = text.trim_end_matches(' ').to_owned();
            }
        }
    }
    out.retain(|run| *run != Run::Text(String::new()));
    out
}

fn joined(runs: Vec<Run>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    for run in runs {
        match run {
            Run::Text(text) => add_text(&mut out, &text),
            Run::Strong(inside) => add_marked(&mut out, inside, Run::Strong),
            Run::Stressed(inside) => add_marked(&mut out, inside, Run::Stressed),
            Run::Link(target, inside) => {
                add_marked(&mut out, inside, |inside| Run::Link(target, inside));
            }
            other => out.push(other),
        }
    }
    out
}

/// Spaces at the ends of marked words belong outside.
fn add_marked(out: &mut Vec<Run>, inside: Vec<Run>, mark: impl FnOnce(Vec<Run>) -> Run) {
    let inside = joined(inside);
    let starts = matches!(inside.first(), Some(Run::Text(text)) if text.starts_with(' '));
    let ends = matches!(inside.last(), Some(Run::Text(text)) if text.ends_with(' '));
    let inside = tidy(inside);
    if starts || (ends && inside.is_empty()) {
        add_text(out, " ");
    }
    if !inside.is_empty() {
        out.push(mark(inside));
        if ends {
            add_text(out, " ");
        }
    }
}

fn add_text(out: &mut Vec<Run>, text: &str) {
    if !matches!(out.last(), Some(Run::Text(_))) {
        out.push(Run::Text(String::new()));
    }
    if let Some(Run::Text(last)) = out.last_mut() {
        for c in text.chars() {
            let c = if matches!(c, '\t' | '\n' | '\r') {
                ' '
            } else {
                c
            };
            if c != ' ' || !last.ends_with(' ') {
                last.push(c);
            }
        }
    }
}

/// As the form shows it.
pub(super) fn to_form(runs: &[Run], names: &Names) -> String {
    let mut out = String::new();
    show(runs, names, &mut out);
    out
}

fn show(runs: &[Run], names: &Names, out: &mut String) {
    for run in runs {
        match run {
            Run::Text(text) => {
                for c in text.chars() {
                    // What follows a bracket in parentheses is the target of a link.
                    let is_target = c == '(' && out.ends_with(']') && !out.ends_with("\\]");
                    if matches!(c, '\\' | '[' | ']' | '*' | '_' | '"' | '\'') || is_target {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
            Run::Quote(c) => out.push(*c),
            Run::Value(value) => {
                out.push_str(&format!("[{}]", clause::value(value.word())));
            }
            Run::Break => out.push_str(" [Zeilenumbruch] "),
            Run::Reference(id) => out.push_str(&format!("[{}]", names.label(id))),
            Run::Link(target, inside) => {
                out.push('[');
                show(inside, names, out);
                out.push_str(&format!("]({target})"));
            }
            Run::Strong(inside) => {
                out.push('*');
                show(inside, names, out);
                out.push('*');
            }
            Run::Stressed(inside) => {
                out.push('_');
                show(inside, names, out);
                out.push('_');
            }
        }
    }
}

/// Reads what was typed in one block.
pub(super) fn from_form(text: &str, names: &Names) -> Result<Vec<Run>, TypingFault> {
    let chars: Vec<char> = text.chars().collect();
    Ok(tidy(typed(&chars, names)?))
}

fn typed(chars: &[char], names: &Names) -> Result<Vec<Run>, TypingFault> {
    let mut out: Vec<Run> = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let rest = chars.get(at + 1..).unwrap_or_default();
        let next = rest.first().copied();
        match c {
            '\\' if next.is_some_and(|c| !c.is_alphanumeric() && !c.is_whitespace()) => {
                out.push(Run::Text(next.map(String::from).unwrap_or_default()));
                at += 2;
                continue;
            }
            '[' => {
                if let Some(length) = closing(rest, ']') {
                    let inside = rest.get(..length).unwrap_or_default();
                    let behind = rest.get(length + 1..).unwrap_or_default();
                    let (run, more) = bracket(inside, behind, names)?;
                    out.push(run);
                    at += length + 2 + more;
                    continue;
                }
            }
            '*' | '_' if next.is_some_and(|c| !c.is_whitespace()) => {
                if let Some(length) = closing_mark(rest, c) {
                    let inside = typed(rest.get(..length).unwrap_or_default(), names)?;
                    out.push(match c {
                        '*' => Run::Strong(inside),
                        _ => Run::Stressed(inside),
                    });
                    at += length + 2;
                    continue;
                }
            }
            '"' | '\'' => {
                out.push(Run::Quote(c));
                at += 1;
                continue;
            }
            _ => {}
        }
        out.push(Run::Text(c.to_string()));
        at += 1;
    }
    Ok(out)
}

/// Where the first `end` stands that has no backslash.
fn closing(chars: &[char], end: char) -> Option<usize> {
    let mut at = 0;
    loop {
        match chars.get(at)? {
            '\\' => at += 2,
            c if *c == end => return Some(at),
            _ => at += 1,
        }
    }
}

/// Where marked words end: behind a word, and not in brackets.
fn closing_mark(chars: &[char], mark: char) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let c = *chars.get(at)?;
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        match c {
            '\\' => {
                at += 2;
                continue;
            }
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if c == mark && depth == 0 && before.is_some_and(|c| !c.is_whitespace()) => {
                return Some(at);
            }
            _ => {}
        }
        at += 1;
    }
}

/// What stands in brackets, and the number of characters of the target behind it.
fn bracket(inside: &[char], behind: &[char], names: &Names) -> Result<(Run, usize), TypingFault> {
    if behind.first() == Some(&'(') {
        let target = behind.get(1..).unwrap_or_default();
        if let Some(length) = target.iter().position(|c| *c == ')') {
            let address: String = target.get(..length).unwrap_or_default().iter().collect();
            let is_id = address.strip_prefix('#').is_some_and(super::is_id);
            if !is_id && !is_target(&address) {
                return Err(TypingFault::BadLink(address));
            }
            let words = typed(inside, names)?;
            return Ok((Run::Link(address, words), length + 2));
        }
    }
    let token: String = inside.iter().collect();
    let words: Vec<&str> = token.split_whitespace().collect();
    let token = words.join(" ");
    let found = match token.as_str() {
        "Zeilenumbruch" => Some(Run::Break),
        name => clause::value_key(name)
            .and_then(|key| key.parse().ok())
            .map(Run::Value)
            .or_else(|| names.id(name).map(Run::Reference)),
    };
    match found {
        Some(run) => Ok((run, 0)),
        None if super::form::is_head_token(&token) => Err(TypingFault::Misplaced(token)),
        None => Err(TypingFault::Unknown(token)),
    }
}

fn is_target(address: &str) -> bool {
    is_allowed(address)
        && address
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._~:/?#@!$&+,;=%".contains(c))
}

/// As Djot, on one line; a space that does not break is still itself.
pub(super) fn to_djot(runs: &[Run]) -> String {
    let mut out = String::new();
    write(runs, &mut out);
    out
}

fn write(runs: &[Run], out: &mut String) {
    for run in runs {
        match run {
            Run::Text(text) => escaped(text, out),
            Run::Quote(c) => out.push(*c),
            Run::Value(value) => out.push_str(&format!(":{}:", value.word())),
            Run::Break => out.push_str(" :br: "),
            Run::Reference(id) => out.push_str(&format!("[](#{id})")),
            Run::Link(target, inside) => {
                out.push('[');
                write(inside, out);
                out.push_str(&format!("]({target})"));
            }
            Run::Strong(inside) => marked(inside, '*', out),
            Run::Stressed(inside) => marked(inside, '_', out),
        }
    }
}

/// Inside a word, or beside another mark, braces say what is meant.
fn marked(inside: &[Run], mark: char, out: &mut String) {
    let is_clear = out
        .chars()
        .next_back()
        .is_none_or(|c| " („\u{a0}".contains(c));
    let mut content = String::new();
    write(inside, &mut content);
    let is_plain = content.starts_with(char::is_alphanumeric)
        && content.ends_with(|c: char| c.is_alphanumeric() || ".:,;".contains(c));
    if is_clear && is_plain {
        out.push_str(&format!("{mark}{content}{mark}"));
    } else {
        out.push_str(&format!("{{{mark}{content}{mark}}}"));
    }
}

/// The words alone, for lists of clauses.
pub(super) fn plain(runs: &[Run], names: &Names) -> String {
    let mut out = String::new();
    for run in runs {
        match run {
            Run::Text(text) => out.push_str(text),
            Run::Quote(c) => out.push(*c),
            Run::Value(value) => out.push_str(&format!("[{}]", clause::value(value.word()))),
            Run::Break => out.push(' '),
            Run::Reference(id) => out.push_str(&names.label(id)),
            Run::Link(_, inside) | Run::Strong(inside) | Run::Stressed(inside) => {
                out.push_str(&plain(inside, names));
            }
        }
    }
    out
}
