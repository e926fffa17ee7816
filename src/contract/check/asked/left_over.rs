//! What is left over from writing.

use super::cast::Cast;
use super::phrase::Phrase;
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::check::units::{Passage, PassageKind};

pub(super) fn ask(at: &Spot<'_>, said: &Phrase<'_>, finder: &mut Finder) {
    if is_left(said) {
        finder.ask(Q::LeftOver, at, said.text);
    }
}

/// The same for a heading.
pub(super) fn heading(passage: &Passage, finder: &mut Finder) {
    if passage.kind != PassageKind::Section {
        return;
    }
    let own = passage.headings.rsplit(" · ").next().unwrap_or_default();
    if is_left(&Phrase::of(own, &Cast::default())) {
        finder.add(Q::LeftOver, None, passage, own);
    }
}

fn is_left(said: &Phrase<'_>) -> bool {
    const MARKS: &[&str] = &[
        "xx.xx",
        "xx/xx",
        "20xx",
        "tt.mm.",
        "dd.mm.yyyy",
        "dd/mm/yyyy",
        "yyyy-mm-dd",
        "___",
        "....",
        "{{",
        "}}",
        "???",
        "lorem ipsum",
        "bitte ausfüllen",
        "bitte ergänzen",
        "bitte einfügen",
        "hier einfügen",
        "noch zu ergänzen",
        "noch einzufügen",
        "noch zu klären",
        "insert here",
        "please insert",
        "please complete",
        "to be completed",
        "to be inserted",
        "to be defined",
        "to be agreed",
        "to be determined",
        "mustermann",
        "musterfirma",
        "musterstraße",
        "example corp",
        "n. n.",
        "n.n.",
        "@@",
        "##",
        "……",
        "• •",
    ];
    const WORDS: &[&str] = &["todo", "tbd", "tbc", "fixme", "xxx", "xxxx", "xx", "xyz"];
    let words = said.words();
    let whole = said.text.trim();
    said.says(MARKS)
        || words.iter().any(|word| WORDS.contains(&word.as_str()))
        || matches!(whole, "…" | "..." | "–" | "-")
        || in_brackets(&said.lower)
}

/// `[Name des Kunden]`, `<Firma>`: words between brackets, no citation and no choice of letters.
fn in_brackets(text: &str) -> bool {
    [('[', ']'), ('<', '>')].iter().any(|(open, close)| {
        text.split(*open).skip(1).any(|rest| {
            let inner = rest.split(*close).next().unwrap_or_default();
            let is_closed = rest.len() > inner.len();
            let letters = inner.chars().filter(|c| c.is_alphabetic()).count();
            is_closed
                && (letters >= 2 || inner.trim().is_empty() || inner.contains(['…', '.', '●', '•']))
        })
    })
}
