//! Fields that nobody filled: a label with nothing behind its colon, and empty cells. A word that says that
//! something is still to come is nothing.

use super::{Finder, QuestionKind as Q};
use crate::contract::check::transfers;
use crate::contract::check::units::{Passage, PassageKind};

/// Words that fill a place without saying anything.
const BLANK: &[&str] = &[
    "",
    "-",
    "–",
    "—",
    "--",
    "…",
    "...",
    "?",
    "??",
    "???",
    "/",
    "./.",
    "x",
    "k. a",
    "k.a",
    "n. n",
    "n.n",
    "n/a",
    "na",
    "n. a",
    "n.a",
    "tbd",
    "t.b.d",
    "tbc",
    "t.b.c",
    "tba",
    "offen",
    "noch offen",
    "open",
    "pending",
    "leer",
    "blank",
    "folgt",
    "folgt noch",
    "wird nachgereicht",
    "wird ergänzt",
    "wird noch ergänzt",
    "wird nachgetragen",
    "wird noch nachgetragen",
    "noch zu ergänzen",
    "noch zu klären",
    "noch festzulegen",
    "noch zu benennen",
    "bitte ergänzen",
    "bitte ausfüllen",
    "bitte eintragen",
    "in arbeit",
    "in vorbereitung",
    "unbekannt",
    "to follow",
    "to be added",
    "to be advised",
    "to be confirmed",
    "to be completed",
    "to be defined",
    "to be determined",
    "to be agreed",
    "to be supplied",
    "to be filled in",
    "please complete",
    "please fill in",
    "not yet known",
    "not yet decided",
    "in preparation",
    "unknown",
];

/// Whether this is nothing, or words for it.
pub(in crate::contract::check) fn is_blank(value: &str) -> bool {
    let lower = value.trim().to_lowercase();
    let inner = lower.trim_matches(|c| "()[]<>*_.:;! \u{a0}".contains(c));
    BLANK.contains(&inner) || BLANK.contains(&lower.as_str())
}

pub(super) fn ask(all: &[Passage], at: usize, finder: &mut Finder) {
    let Some(passage) = all.get(at) else { return };
    match passage.kind {
        PassageKind::Cells(_) => cells(all, passage, finder),
        PassageKind::Section | PassageKind::Table => {}
        PassageKind::Paragraph | PassageKind::Item => {
            let behind = all.get(at + 1);
            let lines: Vec<&str> = own_lines(passage, behind).collect();
            for (place, line) in lines.iter().enumerate() {
                let is_last = place + 1 == lines.len();
                let next = lines.get(place + 1).copied();
                if is_empty_field(line, next, behind.filter(|_| is_last), passage) {
                    finder.add(Q::EmptyField, None, passage, line);
                }
            }
        }
        PassageKind::Other => {
            for line in passage.text.lines() {
                let label = line.trim().strip_suffix(':').is_some_and(is_label);
                if label || is_blank_value(line) {
                    finder.add(Q::EmptyField, None, passage, line);
                }
            }
        }
    }
}

/// The lines before what stands inside of it.
fn own_lines<'p>(passage: &'p Passage, next: Option<&Passage>) -> impl Iterator<Item = &'p str> {
    let inner = next.filter(|next| next.above.len() > passage.above.len() && !next.text.is_empty());
    let end = inner.and_then(|inner| passage.text.find(inner.text.as_str()));
    let text = passage.text.get(..end.unwrap_or(passage.text.len()));
    text.unwrap_or_default()
        .lines()
        .filter(|line| !line.trim().is_empty())
}

fn is_empty_field(line: &str, next: Option<&str>, behind: Option<&Passage>, own: &Passage) -> bool {
    if is_blank_value(line) {
        return true;
    }
    let Some(label) = line.trim().strip_suffix(':') else {
        return false;
    };
    if next.is_some() || !is_label(label) {
        return false;
    }
    let Some(behind) = behind else { return true };
    let is_inside = behind.above.len() > own.above.len();
    let is_filled = match behind.kind {
        PassageKind::Section | PassageKind::Cells(_) => false,
        PassageKind::Item => is_inside || own.kind == PassageKind::Paragraph,
        PassageKind::Table => true,
        // An address, or a block that the program writes.
        PassageKind::Other => own.kind == PassageKind::Paragraph,
        // What the label introduces, if it is no label itself.
        PassageKind::Paragraph => is_inside || (introduces(label) && !behind.text.contains(':')),
    };
    !is_filled
}

/// `Ansprechpartner: folgt`.
fn is_blank_value(line: &str) -> bool {
    line.split_once(':').is_some_and(|(label, value)| {
        !value.trim().is_empty() && is_label(label) && is_blank(value)
    })
}

/// A few words without the marks of a sentence; a place to sign is left empty on purpose.
fn is_label(label: &str) -> bool {
    const SIGNED: &[&str] = &["unterschrift", "signature", "signed", "gezeichnet"];
    let lower = label.to_lowercase();
    let words = label.split_whitespace().count();
    (1..=10).contains(&words)
        && !label.contains([';', '?', '!', '|'])
        && !label.contains(". ")
        && !SIGNED.iter().any(|word| lower.contains(word))
}

/// Whether words lead over to the paragraphs behind them.
fn introduces(label: &str) -> bool {
    const LEADS: &[&str] = &[
        "folgende",
        "folgt",
        "nachstehend",
        "following",
        "as follows",
        "below",
        "insbesondere",
        "namentlich",
        "in particular",
        "gilt",
        "applies",
        "zwischen",
        "between",
        "präambel",
        "preamble",
        " sind",
        " are",
        " ist",
        " is",
        "hinweis",
        "note",
    ];
    let lower = label.to_lowercase();
    LEADS.iter().any(|lead| lower.contains(lead))
}

/// Rows with an empty cell; the list of further processors has checks of its own.
fn cells(all: &[Passage], passage: &Passage, finder: &mut Finder) {
    let table = passage.above.last().and_then(|at| all.get(*at));
    let heads: Vec<&str> =
        table.map_or_else(Vec::new, |table| table.text.lines().take(14).collect());
    if !transfers::is_list(&heads.join(" ").to_lowercase()) && passage.text.split('|').any(is_blank)
    {
        finder.add(Q::EmptyCell, None, passage, &passage.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lc48_words_that_say_nothing_are_nothing() {
        for blank in [
            "",
            " – ",
            "tbd",
            "(bitte ergänzen)",
            "To be confirmed.",
            "[folgt]",
            "N/A",
            "???",
        ] {
            assert!(is_blank(blank), "{blank}");
        }
        for filled in ["keine", "jährlich", "none", "Herr Offenbach", "x86"] {
            assert!(!is_blank(filled), "{filled}");
        }
        for line in [
            "Telefon: –",
            "Aktenzeichen: wird nachgereicht",
            "Ansprechpartner: (bitte ergänzen)",
        ] {
            assert!(is_blank_value(line), "{line}");
        }
        for line in [
            "Telefon: 0561 1",
            "Unterschrift: –",
            "Es gilt: nichts ist offen",
        ] {
            assert!(!is_blank_value(line), "{line}");
        }
    }
}
