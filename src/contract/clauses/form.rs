//! The text of a clause as the form shows it, and what was typed as blocks again.
//!
//! ```text
//! Ein Absatz mit *fetten* Worten, [Name des Auftraggebers] und [Ziffer 8].
//!
//! (1) [Ziel: frist] [Thema: Löschung und Rückgabe] Ein nummerierter Absatz,
//!     a) und was darunter steht.
//!
//! : Begriff
//!     Was er bedeutet.
//!
//! ⟦Tabelle: Daten bei der Nutzung⟧
//! ```
//!
//! Items are found by their marks and nested by their indentation; numbers are counted anew. A `\` before
//! a sign takes its meaning away.

use super::blocks::{Head, Item, Unit};
use super::djot::counted;
use super::inline::{self, Run};
use super::{Names, TypingFault, is_id};
use crate::contract::numbers::{Numeral, Pattern};
use crate::contract::vocabulary::Condition;
use crate::wording::clause;

/// Spaces for each level.
const INDENT: usize = 4;

const TARGET: &str = "Ziel: ";
const SUBJECT: &str = "Thema: ";
const CONDITION: &str = "Nur wenn: ";
const NUMBER: &str = "Nummer: ";
/// The paragraph below a table that explains it.
const LEGEND: &str = "Legende";
const LEGEND_TAG: &str = "legend";

/// Whether a token belongs to the beginning of a paragraph.
pub(super) fn is_head_token(token: &str) -> bool {
    let keys = [TARGET, SUBJECT, CONDITION, NUMBER];
    token == LEGEND || keys.iter().any(|key| token.starts_with(key))
}

/// The blocks as the form shows them.
pub(super) fn shown(units: &[Unit], names: &Names) -> String {
    let mut out = String::new();
    let mut before: Option<&Unit> = None;
    for unit in units {
        if before.is_some() {
            out.push_str("\n\n");
        }
        show(unit, 0, names, &mut out);
        before = Some(unit);
    }
    out
}

fn show(unit: &Unit, level: usize, names: &Names, out: &mut String) {
    let space = " ".repeat(level * INDENT);
    match unit {
        Unit::Paragraph(head, text) => {
            let text = inline::to_form(text, names);
            let text = if head.is_empty() {
                guarded(&text)
            } else {
                text
            };
            out.push_str(&format!("{space}{}{text}", head_shown(head)));
        }
        Unit::Item(item) => {
            let mark = mark(&item.marks, item.number);
            let text = inline::to_form(&item.text, names);
            out.push_str(&format!("{space}{mark} {}{text}", head_shown(&item.head)));
            show_below(&item.inside, level + 1, names, out);
        }
        Unit::Term(words, inside) => {
            out.push_str(&format!("{space}: {}", inline::to_form(words, names)));
            show_below(inside, level + 1, names, out);
        }
        Unit::Fixed(label, _) => out.push_str(&format!("⟦{label}⟧")),
    }
}

/// Items and the first paragraph of a term follow on the next line, other paragraphs after an empty one.
fn show_below(units: &[Unit], level: usize, names: &Names, out: &mut String) {
    for (at, unit) in units.iter().enumerate() {
        let is_first_of_term = at == 0 && out.lines().last().is_some_and(is_term);
        let is_paragraph = matches!(unit, Unit::Paragraph(..)) && !is_first_of_term;
        out.push_str(if is_paragraph { "\n\n" } else { "\n" });
        show(unit, level, names, out);
    }
}

fn is_term(line: &str) -> bool {
    line.trim_start().starts_with(": ")
}

fn mark(marks: &Pattern, number: u32) -> String {
    match marks {
        Pattern::Dash => "–".to_owned(),
        Pattern::Bullet => "-".to_owned(),
        marks => marks.mark(None, number).unwrap_or_default(),
    }
}

fn head_shown(head: &Head) -> String {
    let mut out = String::new();
    let mut add = |key: &str, value: &str| out.push_str(&format!("[{key}{value}] "));
    if let Some(id) = &head.id {
        add(TARGET, id);
    }
    if let Some(number) = &head.mark {
        add(NUMBER, number);
    }
    if let Some(word) = &head.condition {
        add(CONDITION, clause::condition(word));
    }
    let is_legend = |tag: &&String| *tag == LEGEND_TAG;
    if head.tags.iter().any(|tag| is_legend(&tag)) {
        add(LEGEND, "");
    }
    let subjects: Vec<&str> = head
        .tags
        .iter()
        .filter(|tag| !is_legend(tag))
        .map(|tag| clause::subject(tag))
        .collect();
    if !subjects.is_empty() {
        add(SUBJECT, &subjects.join(", "));
    }
    out
}

/// A paragraph that begins like an item gets a backslash.
fn guarded(text: &str) -> String {
    if text.starts_with([':', '⟦']) {
        return format!("\\{text}");
    }
    let word = text.split(' ').next().unwrap_or_default();
    if possible_marks(word).is_empty() {
        return text.to_owned();
    }
    match word.find(|c: char| !c.is_alphanumeric()) {
        Some(at) => {
            let (before, behind) = text.split_at(at);
            format!("{before}\\{behind}")
        }
        None => text.to_owned(),
    }
}

/// Reads what was typed.
pub(super) fn typed(text: &str, names: &Names) -> Result<Vec<Unit>, TypingFault> {
    let mut root = Open::default();
    let mut is_apart = true;
    for line in text.lines() {
        let line = line.replace('\t', "    ");
        let content = line.trim_matches(' ');
        if content.is_empty() {
            is_apart = true;
            continue;
        }
        let indent = line.len() - line.trim_start_matches(' ').len();
        let level = indent.saturating_add(INDENT / 2) / INDENT;
        root.take(content, level, is_apart);
        is_apart = false;
    }
    let mut units = read_all(root.blocks, names)?;
    counted(&mut units);
    Ok(units)
}

/// A block while its lines are collected.
#[derive(Debug)]
struct Raw {
    kind: RawKind,
    text: String,
    inside: Open,
}

#[derive(Debug)]
enum RawKind {
    Paragraph,
    Item(Pattern, u32),
    Term,
    Fixed,
}

#[derive(Debug, Default)]
struct Open {
    blocks: Vec<Raw>,
}

impl Open {
    /// Adds a line at a level, or to the block that is open.
    fn take(&mut self, content: &str, level: usize, is_apart: bool) {
        let deeper = level > 0
            && matches!(
                self.blocks.last(),
                Some(Raw {
                    kind: RawKind::Item(..) | RawKind::Term,
                    ..
                })
            );
        let begins = self.begun(content);
        if deeper && let Some(last) = self.blocks.last_mut() {
            let is_term = matches!(last.kind, RawKind::Term);
            if is_apart || begins.is_some() || is_term || !last.inside.blocks.is_empty() {
                last.inside.take(content, level - 1, is_apart);
                return;
            }
        }
        if let Some((kind, text)) = begins {
            self.add(kind, text);
            return;
        }
        match self.deepest() {
            Some(last) if !is_apart => {
                if !last.text.is_empty() {
                    last.text.push(' ');
                }
                last.text.push_str(content);
            }
            _ => self.add(RawKind::Paragraph, content),
        }
    }

    fn add(&mut self, kind: RawKind, text: &str) {
        self.blocks.push(Raw {
            kind,
            text: text.to_owned(),
            inside: Self::default(),
        });
    }

    /// The block that a line without a mark goes on.
    fn deepest(&mut self) -> Option<&mut Raw> {
        let last = self.blocks.last_mut()?;
        match last.kind {
            RawKind::Fixed => None,
            _ if last.inside.blocks.is_empty() => Some(last),
            _ => last.inside.deepest(),
        }
    }

    /// What a line begins, and the rest of it.
    fn begun<'l>(&self, content: &'l str) -> Option<(RawKind, &'l str)> {
        if let Some(label) = content
            .strip_prefix('⟦')
            .and_then(|rest| rest.strip_suffix('⟧'))
        {
            return Some((RawKind::Fixed, label));
        }
        if let Some(term) = content.strip_prefix(": ") {
            return Some((RawKind::Term, term.trim()));
        }
        let (mark, rest) = content.split_once(' ')?;
        let above = self.blocks.last().and_then(|last| match &last.kind {
            RawKind::Item(marks, number) => Some((marks, *number)),
            _ => None,
        });
        let (marks, number) = read_mark(mark, above)?;
        Some((RawKind::Item(marks, number), rest.trim()))
    }
}

/// A mark, understood as one of the list above it if it can be.
fn read_mark(mark: &str, above: Option<(&Pattern, u32)>) -> Option<(Pattern, u32)> {
    let possible = possible_marks(mark);
    if let Some((marks, _)) = above
        && let Some(same) = possible.iter().find(|(one, _)| one == marks)
    {
        return Some(same.clone());
    }
    let is_letter = mark.chars().filter(|c| c.is_alphanumeric()).count() == 1;
    possible.into_iter().find(|(marks, number)| match marks {
        Pattern::Counted { numeral, .. } => match numeral {
            Numeral::Decimal => true,
            Numeral::RomanLower | Numeral::RomanUpper => *number < 50,
            Numeral::Lower | Numeral::Upper => is_letter,
        },
        _ => true,
    })
}

/// Everything that a mark can mean.
fn possible_marks(mark: &str) -> Vec<(Pattern, u32)> {
    match mark {
        "-" | "•" => return vec![(Pattern::Bullet, 1)],
        "–" => return vec![(Pattern::Dash, 1)],
        _ => {}
    }
    let enclosed = mark
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let (before, body, after) = match (enclosed, mark.strip_suffix(')'), mark.strip_suffix('.')) {
        (Some(body), ..) => ("(", body, ")"),
        (None, Some(body), _) => ("", body, ")"),
        (None, None, Some(body)) => ("", body, "."),
        _ => return Vec::new(),
    };
    let kinds = [
        Numeral::Decimal,
        Numeral::RomanLower,
        Numeral::RomanUpper,
        Numeral::Lower,
        Numeral::Upper,
    ];
    let of = |numeral: Numeral| {
        let number = numeral.read(body)?;
        Some((Pattern::counted(before, numeral, after), number))
    };
    kinds.into_iter().filter_map(of).collect()
}

fn read_all(blocks: Vec<Raw>, names: &Names) -> Result<Vec<Unit>, TypingFault> {
    blocks.into_iter().map(|raw| read_one(raw, names)).collect()
}

fn read_one(raw: Raw, names: &Names) -> Result<Unit, TypingFault> {
    let Raw { kind, text, inside } = raw;
    let below = read_all(inside.blocks, names)?;
    Ok(match kind {
        RawKind::Fixed => Unit::Fixed(text, None),
        RawKind::Term => Unit::Term(words(&text, names)?, below),
        RawKind::Paragraph => {
            let (head, rest) = head(&text)?;
            if head.id.is_some() || head.mark.is_some() {
                return Err(TypingFault::Misplaced(first_token(&text)));
            }
            Unit::Paragraph(head, words(rest, names)?)
        }
        RawKind::Item(marks, number) => {
            let (head, rest) = head(&text)?;
            Unit::Item(Item {
                marks,
                number,
                head,
                text: words(rest, names)?,
                inside: below,
            })
        }
    })
}

fn words(text: &str, names: &Names) -> Result<Vec<Run>, TypingFault> {
    inline::from_form(text, names)
}

fn first_token(text: &str) -> String {
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.split(']').next());
    inner.unwrap_or_default().to_owned()
}

/// The tokens at the beginning of a block, and the rest of it.
fn head(text: &str) -> Result<(Head, &str), TypingFault> {
    let mut head = Head::default();
    let mut rest = text.trim_start();
    while let Some((token, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        if !is_head_token(token) {
            break;
        }
        let bad = || TypingFault::Unknown(token.to_owned());
        if let Some(id) = token.strip_prefix(TARGET) {
            head.id = Some(id.trim().to_owned()).filter(|id| is_id(id));
            head.id.as_ref().ok_or_else(bad)?;
        } else if let Some(number) = token.strip_prefix(NUMBER) {
            let is_plain = |c: char| c.is_alphanumeric() || ".()§- ".contains(c);
            let number = number.trim();
            head.mark = Some(number.to_owned())
                .filter(|number| !number.is_empty() && number.chars().all(is_plain));
            head.mark.as_ref().ok_or_else(bad)?;
        } else if let Some(name) = token.strip_prefix(CONDITION) {
            let word = clause::condition_key(name.trim());
            Condition::parse(word).ok_or_else(bad)?;
            head.condition = Some(word.to_owned());
        } else if let Some(subjects) = token.strip_prefix(SUBJECT) {
            for name in subjects.split(',') {
                let tag = clause::subject_key(name.trim());
                if !is_id(tag) {
                    return Err(bad());
                }
                head.tags.push(tag.to_owned());
            }
        } else {
            head.tags.push(LEGEND_TAG.to_owned());
        }
        rest = behind.trim_start();
    }
    Ok((head, rest))
}
