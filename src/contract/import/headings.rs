//! Headings of a source: marked ones, or else numbered short lines, lines in capitals, annexes.

use super::inline::{self, Piece};
use super::lines::Line;
use super::marker::{self, Kind};

/// A heading of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// Its level in the source; only the order of levels matters.
    pub level: u8,
    /// Its number: `1.`, `§ 3`, `Anhang II:`; empty without one.
    pub label: String,
    /// The text after the number.
    pub title: Vec<Piece>,
    /// Whether an annex begins here.
    pub annex: bool,
    /// Its level in the draft, if the author has chosen it.
    pub chosen: Option<u8>,
    /// The name by which references find it.
    pub id: Option<String>,
    /// Where it stands in the source.
    pub at: usize,
}

/// Longest line that can be a heading without being marked as one.
const LONGEST: usize = 100;

/// The heading in a line that is marked as one.
pub(super) fn marked(line: &Line, level: u8) -> Heading {
    let pieces = bold(line).unwrap_or(&line.pieces);
    let id = line.ids.first().cloned();
    match &line.mark {
        Some(mark) => {
            let (.., annex) = split(&format!("{mark} {}", line.text));
            Heading {
                level,
                label: mark.clone(),
                title: pieces.to_vec(),
                annex,
                chosen: None,
                id,
                at: 0,
            }
        }
        None => Heading {
            id,
            ..heading(level, pieces)
        },
    }
}

/// Whether a line begins as clauses and annexes do: `§ 3`, `Anlage 1`.
pub(super) fn is_named(text: &str) -> bool {
    let first = text
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let bare = first.trim_end_matches([':', '.']);
    first.starts_with('§') || ANNEX.contains(&bare) || CLAUSE.contains(&first.as_str())
}

/// Whether a line is bold as a whole.
pub(super) fn is_bold(line: &Line) -> bool {
    bold(line).is_some()
}

/// The heading that these lines begin with. `markup`: the text has markup; `sharp`: it marks its
/// headings; `each`: every line is a paragraph.
pub(super) fn read(lines: &[Line], markup: bool, sharp: bool, each: bool) -> Option<Heading> {
    let line = lines.first()?;
    if sharp || line.text.chars().count() > LONGEST || line.text.ends_with([',', ';']) {
        return None;
    }
    let bold = bold(line);
    let found = heading(9, bold.unwrap_or(&line.pieces));
    let alone = lines
        .get(1)
        .is_none_or(|next| next.text.is_empty() || bold.is_some() || each);
    let below = lines.iter().skip(1).find(|next| !next.text.is_empty());
    if found.annex {
        return (alone && !line.text.ends_with('.') && below.is_some())
            .then_some(Heading { level: 1, ..found });
    }
    if !alone || below.is_none() || (markup && bold.is_none()) || line.indent > 3 {
        return None;
    }
    let level = numbered(&found, below)?;
    let level = if level == 0 {
        capitals(&line.text)?
    } else {
        level
    };
    Some(Heading { level, ..found })
}

/// The text of a line that is entirely bold.
fn bold(line: &Line) -> Option<&[Piece]> {
    match line.pieces.as_slice() {
        [Piece::Strong(inner)] => Some(inner),
        _ => None,
    }
}

fn heading(level: u8, pieces: &[Piece]) -> Heading {
    let text = inline::words(pieces);
    let (label, title, annex) = split(&text);
    let cut = inline::cut(pieces, text.len() - title.len());
    Heading {
        level,
        label: cut.as_ref().map_or("", |_| label).to_owned(),
        title: cut.unwrap_or_else(|| pieces.to_vec()),
        annex,
        chosen: None,
        id: None,
        at: 0,
    }
}

const ANNEX: &[&str] = &[
    "anlage",
    "anhang",
    "annex",
    "appendix",
    "exhibit",
    "schedule",
    "attachment",
    "beilage",
];
const CLAUSE: &[&str] = &[
    "§",
    "artikel",
    "article",
    "art.",
    "ziffer",
    "section",
    "clause",
    "abschnitt",
    "teil",
    "part",
];

/// Number and title of a heading, and whether it is an annex.
fn split(text: &str) -> (&str, &str, bool) {
    let (first, rest) = text.split_once([' ', '\u{a0}']).unwrap_or((text, ""));
    let word = first.to_lowercase();
    let bare = word.trim_end_matches([':', '.']);
    let annex = ANNEX.contains(&bare);
    if annex || CLAUSE.contains(&word.as_str()) {
        let number_end = rest.find([' ', '\u{a0}']).unwrap_or(rest.len());
        let (number, title) = rest.split_at(number_end);
        if is_number(number) {
            // A dash between number and title belongs to the number.
            let title = title.trim_start();
            let dash = title
                .find(|c: char| !"–—-:|".contains(c))
                .unwrap_or(title.len());
            let end = text.len() - title.len() + dash;
            let label = text.get(..end).unwrap_or(text).trim_end();
            let rest = title.get(dash..).unwrap_or_default().trim_start();
            return match rest {
                // Without further text, the number is the title.
                "" => ("", text, annex),
                rest => (label, rest, annex),
            };
        }
        let alone = annex && (rest.is_empty() || word.ends_with(':'));
        return ("", text, alone);
    }
    if word.starts_with('§') && is_number(word.trim_start_matches('§')) && !rest.is_empty() {
        return (first, rest.trim_start(), false);
    }
    match marker::read(text) {
        Some((mark, rest))
            if !rest.is_empty() && !matches!(mark.kind, Kind::Bullet | Kind::Dash) =>
        {
            let label = text.get(..text.len() - rest.len()).unwrap_or_default();
            (label.trim_end(), rest, false)
        }
        _ if is_number(first) && first.bytes().all(|b| b.is_ascii_digit()) && !rest.is_empty() => {
            (first, rest.trim_start(), false)
        }
        _ => ("", text, false),
    }
}

/// Whether a text is a number: `2`, `II`, `B`, `1.2`, with or without a sign after it.
fn is_number(text: &str) -> bool {
    let bare = text.trim_end_matches([':', '.', ')', '–', '-']);
    let letter = bare.len() == 1 && bare.bytes().all(|b| b.is_ascii_alphabetic());
    let roman = !bare.is_empty() && bare.len() <= 5 && bare.bytes().all(|b| b"IVX".contains(&b));
    let digits = bare.len() <= 5
        && bare.starts_with(|c: char| c.is_ascii_digit())
        && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
        && !bare.contains("..");
    letter || roman || digits
}

/// The level of a numbered line that is a heading; 0 if it has no number.
fn numbered(found: &Heading, below: Option<&Line>) -> Option<u8> {
    if found.label.is_empty() {
        return Some(0);
    }
    let title = inline::words(&found.title);
    let starts = title.starts_with(|c: char| c.is_uppercase() || "„\"“‚".contains(c));
    if !starts || title.ends_with(['.', ':']) || title.chars().count() > 90 {
        return None;
    }
    let Some((own, _)) = marker::read(&format!("{} x", found.label)) else {
        return Some(1); // § 3, Artikel 5
    };
    // A list of short items is not a sequence of headings.
    let next = below.and_then(|line| marker::read(&line.text));
    match (&own.kind, next.map(|(mark, _)| mark.kind)) {
        (Kind::Joined(above, _), next) => {
            let sibling = matches!(&next, Some(Kind::Joined(other, _)) if other == above);
            let depth = u8::try_from(above.split('.').count()).unwrap_or(3) + 1;
            (!sibling).then_some(depth.min(6))
        }
        (
            Kind::Counted {
                body, after: ".", ..
            },
            next,
        ) => {
            let digits = body.bytes().all(|b| b.is_ascii_digit());
            let upper = body.bytes().all(|b| b.is_ascii_uppercase());
            let sibling = matches!(&next, Some(Kind::Counted { before: "", after: ".", body: b })
                if b.bytes().all(|c| c.is_ascii_digit()) == digits && b != "1" && b != "a");
            ((digits || upper) && !sibling).then_some(1)
        }
        _ => None,
    }
}

/// The level of a line in capitals, which is 1 if it is a heading.
fn capitals(text: &str) -> Option<u8> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let lower = text.chars().any(char::is_lowercase);
    (letters >= 4 && !lower && !text.contains(['@', '|', '_'])).then_some(1)
}
