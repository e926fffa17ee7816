//! References in plain words: "Anlage 17", "Ziffer 3.3.2". Those written as references have a target, which
//! reading the text has checked.

use std::collections::HashSet;

use super::phrase::Phrase;
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::Meta;
use crate::contract::check::units::{Passage, PassageKind};

/// The numbers that places of the text have.
pub(super) struct Targets {
    clauses: HashSet<String>,
    annexes: HashSet<String>,
    /// Whether clauses are counted with §.
    with_sign: bool,
}

const ANNEX: &[&str] = &[
    "anlage", "anlagen", "anhang", "anhänge", "annex", "annexes", "appendix", "schedule",
    "exhibit", "anhangs",
];
const CLAUSE: &[&str] = &[
    "ziffer",
    "ziffern",
    "ziff",
    "klausel",
    "abschnitt",
    "abschnitts",
    "clause",
    "clauses",
    "punkt",
];
const LAWS: &[&str] = &[
    "dsgvo",
    "gdpr",
    "bdsg",
    "tdddg",
    "ttdsg",
    "tkg",
    "bgb",
    "stgb",
    "hgb",
    "ao",
    "gewo",
    "uwg",
    "gvo",
    "verordnung",
    "regulation",
    "richtlinie",
    "directive",
    "code",
    "act",
    "beschluss",
    "decision",
    "gesetz",
    "gesetzes",
    "hauptvertrag",
    "hauptvertrags",
    "klauseln",
    "sgb",
    "zpo",
    "betrvg",
    "durchführungsbeschluss",
];

impl Targets {
    pub(super) fn of(passages: &[Passage], meta: &Meta) -> Self {
        let (mut clauses, mut annexes) = (HashSet::new(), HashSet::new());
        let mut with_sign = false;
        for passage in passages {
            let words: Vec<String> = split(&passage.clause);
            let is_annex = words
                .first()
                .is_some_and(|word| ANNEX.contains(&word.as_str()));
            with_sign |= !is_annex && passage.clause.contains('§');
            // "Anlage 2 Ziffer 2.7": the first is the annex, and all are places.
            let mut numbers = words.iter().filter(|word| is_number(word)).peekable();
            annexes.extend(
                numbers
                    .peek()
                    .filter(|_| is_annex)
                    .map(|number| (*number).clone()),
            );
            clauses.extend(numbers.cloned());
            if passage.kind == PassageKind::Section {
                let title = passage.headings.rsplit(" · ").next().unwrap_or_default();
                let named = split(title);
                let is_named = named
                    .first()
                    .is_some_and(|word| ANNEX.contains(&word.as_str()));
                annexes.extend(
                    named
                        .get(1)
                        .filter(|word| is_named && is_number(word))
                        .cloned(),
                );
            }
        }
        annexes.extend((1..=meta.annexes.len()).map(|number| number.to_string()));
        Self {
            clauses,
            annexes,
            with_sign,
        }
    }

    pub(super) fn ask(&self, at: &Spot<'_>, said: &Phrase<'_>, finder: &mut Finder) {
        let words = split(said.text);
        let is_lost = words.iter().enumerate().any(|(place, word)| {
            let next = words.get(place + 1);
            let names_law = words
                .iter()
                .skip(place + 1)
                .take(8)
                .any(|word| LAWS.contains(&word.as_str()));
            if ANNEX.contains(&word.as_str()) {
                let number = next.filter(|next| is_number(next));
                return number.is_some_and(|number| !self.annexes.contains(number)) && !names_law;
            }
            if CLAUSE.contains(&word.as_str()) || (self.with_sign && word == "§") {
                let number = next.filter(|next| next.starts_with(|c: char| c.is_ascii_digit()));
                return number.is_some_and(|number| !self.has(number)) && !names_law;
            }
            is_chain(word) && !self.has(word)
        });
        if is_lost {
            finder.ask(Q::PlainReference, at, said.text);
        }
    }

    /// Whether there is this number, or one that it begins: 3 (2) is in 3.
    fn has(&self, number: &str) -> bool {
        self.clauses.contains(number)
            || !number.contains('.')
                && self.clauses.iter().any(|known| {
                    known
                        .strip_prefix(number)
                        .is_some_and(|rest| rest.starts_with('.'))
                })
    }
}

/// Words with the full stops inside numbers kept.
fn split(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('§', " § ")
        .split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '§'))
        .map(|word| word.trim_matches('.').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// A figure, a roman number or a single letter.
fn is_number(word: &str) -> bool {
    let mut chars = word.chars();
    let is_roman = !word.is_empty() && word.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
    word.starts_with(|c: char| c.is_ascii_digit())
        || is_roman
        || (chars.next().is_some_and(|c| c.is_ascii_lowercase()) && chars.next().is_none())
}

/// `3.3.2`, and no date or address of a computer.
fn is_chain(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let are_short = parts
        .iter()
        .all(|part| (1..=2).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit()));
    parts.len() == 3
        && are_short
        && parts.first().is_some_and(|first| *first != "0")
        && parts.iter().all(|part| !part.starts_with('0'))
}
