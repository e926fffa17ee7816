//! Terms that are written like defined ones and defined nowhere.

use std::collections::{HashMap, HashSet};

use super::phrase::Phrase;
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::check::units::{Passage, PassageKind};
use crate::domain::Language;

/// What the text defines, and what it writes like a defined term.
pub(super) struct Terms {
    /// In lower case.
    defined: HashSet<String>,
    /// The single words of these.
    words: HashSet<String>,
    /// How often an English text has a word with a capital inside a sentence.
    capitals: HashMap<String, usize>,
    /// What was asked about: a term once, where it stands first.
    asked: HashSet<String>,
}

/// Names that have a capital without being terms.
const NAMES: &[&str] = &[
    "Agreement",
    "Contract",
    "Addendum",
    "Article",
    "Articles",
    "Art",
    "Annex",
    "Annexes",
    "Clause",
    "Clauses",
    "Section",
    "Appendix",
    "Schedule",
    "Chapter",
    "Union",
    "Member",
    "State",
    "States",
    "European",
    "Economic",
    "Area",
    "Regulation",
    "Directive",
    "Commission",
    "Parliament",
    "Council",
    "Decision",
    "Data",
    "Protection",
    "General",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "Monday",
    "Friday",
    "Germany",
    "German",
    "English",
    "Code",
    "Act",
    "Criminal",
    "Civil",
    "Federal",
    "Standard",
    "Contractual",
    "Privacy",
    "Framework",
    "Court",
    "Berlin",
    "United",
    "Kingdom",
    "Switzerland",
    "Internet",
    "Web",
    "Part",
    "Table",
    "Module",
    "Ireland",
    "America",
    "The",
    "This",
    "These",
    "If",
    "In",
    "It",
    "All",
    "Any",
    "Each",
    "Where",
    "Text",
    "Germany’s",
    "Mr",
    "Ms",
    "No",
];

impl Terms {
    pub(super) fn of(passages: &[Passage]) -> Self {
        let (mut defined, mut capitals) = (HashSet::new(), HashMap::new());
        for passage in passages {
            match passage.kind {
                PassageKind::Other => {
                    // The terms of a list of definitions stand on lines of their own.
                    let lines = passage.text.lines().filter(|line| line.len() < 80);
                    defined.extend(lines.map(|line| line.trim().to_lowercase()));
                }
                PassageKind::Section => {
                    defined.extend(passage.headings.split(" · ").map(str::to_lowercase));
                    continue;
                }
                _ => {}
            }
            for (term, is_definition) in quoted(&passage.text) {
                if is_definition {
                    defined.insert(term.to_lowercase());
                }
            }
            for word in capitalised(&passage.text) {
                *capitals.entry(word.to_owned()).or_default() += 1;
            }
        }
        let split = |term: &String| -> Vec<String> {
            let words = term.split(|c: char| !c.is_alphanumeric());
            words
                .filter(|word| word.len() > 2)
                .map(str::to_owned)
                .collect()
        };
        let words = defined.iter().flat_map(split).collect();
        Self {
            defined,
            words,
            capitals,
            asked: HashSet::new(),
        }
    }

    pub(super) fn ask(
        &mut self,
        at: &Spot<'_>,
        said: &Phrase<'_>,
        language: Language,
        finder: &mut Finder,
    ) {
        let lost = quoted(said.text)
            .into_iter()
            .filter(|(_, is_definition)| !is_definition)
            .map(|(term, _)| term);
        let capital = capitalised(said.text).filter(|word| {
            language.is_en() && self.capitals.get(*word).copied().unwrap_or_default() >= 2
        });
        let unknown: Vec<String> = lost
            .chain(capital.map(str::to_owned))
            .filter(|term| !self.knows(term))
            .map(|term| term.to_lowercase())
            .collect();
        let known = self.asked.len();
        self.asked.extend(unknown);
        if self.asked.len() > known {
            finder.ask(Q::UndefinedTerm, at, said.text);
        }
    }

    fn knows(&self, term: &str) -> bool {
        let term = term.to_lowercase();
        let single = term.strip_suffix('s').unwrap_or(&term);
        self.defined.contains(&term)
            || self.defined.contains(single)
            || self.words.contains(&term)
            || self.words.contains(single)
    }
}

/// Terms in quotation marks, each with whether this is where it is defined.
fn quoted(text: &str) -> Vec<(String, bool)> {
    const PAIRS: &[(char, char)] = &[('„', '“'), ('“', '”'), ('«', '»'), ('»', '«'), ('"', '"')];
    let mut out = Vec::new();
    for (open, close) in PAIRS {
        let mut rest = text;
        while let Some(begin) = rest.find(*open) {
            let inner_from = begin + open.len_utf8();
            let Some(inner) = rest.get(inner_from..) else {
                break;
            };
            let Some(end) = inner.find(*close) else { break };
            let term = inner.get(..end).unwrap_or_default().trim();
            let before = rest.get(..begin).unwrap_or_default().to_lowercase();
            let behind = inner.get(end + close.len_utf8()..).unwrap_or_default();
            if !term.is_empty() && term.chars().count() <= 50 {
                out.push((term.to_owned(), defines(&before, &behind.to_lowercase())));
            }
            rest = behind;
        }
    }
    out
}

fn defines(before: &str, behind: &str) -> bool {
    let before: String = before
        .chars()
        .rev()
        .take(45)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let behind: String = behind.chars().take(30).collect();
    before.trim_end().ends_with(['(', ',', ':'])
        || [
            "folgenden",
            "nachfolgend",
            "nachstehend",
            "genannt",
            "bezeichnet",
            "kurz",
            "hereinafter",
            "the term",
            "der begriff",
            "der ausdruck",
            "referred to as",
            "(the ",
            "als ",
        ]
        .iter()
        .any(|word| before.contains(word))
        || [
            "bedeutet",
            "bezeichnet",
            "genannt",
            "ist ",
            "sind ",
            "means",
            "shall mean",
            "refers",
            ")",
            "meint",
        ]
        .iter()
        .any(|word| {
            behind.trim_start().starts_with(word)
                || behind
                    .trim_start()
                    .trim_start_matches(['”', '"'])
                    .starts_with(word)
        })
}

/// Words with a capital inside a sentence, without names and abbreviations.
fn capitalised(text: &str) -> impl Iterator<Item = &str> {
    let mut at_begin = true;
    text.split_whitespace().filter_map(move |piece| {
        let word = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let was_begin = std::mem::replace(
            &mut at_begin,
            piece.ends_with(['.', ':', '?', '!', '|', '•', ';', '”', '“']),
        );
        let begins = word.starts_with(|c: char| c.is_uppercase());
        let has_lower = word.chars().skip(1).all(|c| c.is_lowercase()) && word.chars().count() > 3;
        (!was_begin && begins && has_lower && !NAMES.contains(&word)).then_some(word)
    })
}
