//! Where terms are explained: in quotation marks or bold, in brackets behind what they stand for, in lists and
//! tables of terms, and in plain words. A term that is explained at two places is asked about at both (LC-41).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::quotes::{Marked, marked};
use super::tokens::tokens;
use super::{Finder, QuestionKind as Q, own_sentences};
use crate::contract::Contract;
use crate::contract::check::passages::Passages;
use crate::contract::check::units::{Passage, PassageKind};
use crate::contract::source::{Kind, Node, Span, each_span, own_text, walk};
use crate::domain::Language;

/// The terms of one language with every place that explains them.
pub(super) struct Definitions {
    /// By term in lower case: the index of the passage, and the sentence.
    places: BTreeMap<String, Vec<(usize, String)>>,
    /// Single words of these.
    words: HashSet<String>,
}

/// What stands directly before a term that is explained here.
const BEFORE: &[&str] = &[
    "nachfolgend",
    "nachfolgend:",
    "im folgenden",
    "im folgenden:",
    "im weiteren",
    "nachstehend",
    "kurz",
    "kurz:",
    "nennen wir",
    "nennen die parteien",
    "nennt die vereinbarung",
    "nennt der vertrag",
    "heißt hier",
    "heißen hier",
    "heißt",
    "heißen",
    "wir sagen dazu",
    "sagen wir",
    "steht",
    "der begriff",
    "der ausdruck",
    "die bezeichnung",
    "das wort",
    "begriff",
    "hereinafter",
    "hereafter",
    "hereinafter the",
    "hereinafter:",
    "the term",
    "the terms",
    "the expression",
    "the word",
    "referred to as",
    "referred to as the",
    "referred to here as",
    "known as",
    "known as the",
    "defined as",
    "we call it",
    "we call them",
    "we call this",
    "we call these",
    "calls it",
    "nennt ihn auch",
    "nennt es auch",
    "nennt sie auch",
    "are called",
    "is called",
    "(the",
    "(each a",
    "(each, a",
    "(each an",
    "(collectively the",
    "(collectively, the",
    "(together the",
    "(together, the",
    "together the",
    "zusammen die",
    "gemeinsam die",
    "beide zusammen die",
];

/// What stands directly behind one, wherever it stands.
const BEHIND: &[&str] = &[
    "means",
    "mean ",
    "shall mean",
    "also means",
    "refers to",
    "refer to",
    "shall refer",
    "has the meaning",
    "have the meaning",
    "shall have the meaning",
    "stands for",
    "denotes",
    "designates",
    "is defined as",
    "are defined as",
    "shall include",
    "bedeutet",
    "bedeuten",
    "bezeichnet",
    "bezeichnen",
    "meint",
    "meinen",
    "steht für",
    "stehen für",
    "im sinne dies",
    "im sinne der vereinbarung",
    "im sinne des vertrag",
    "genannt",
    "wird hier definiert",
    "werden definiert",
    "die rede",
    "gesprochen wird",
];

/// What makes an explanation of a term that begins the sentence.
const IS: &[&str] = &[
    "ist ",
    "sind ",
    "umfasst ",
    "umfassen ",
    "heißt ",
    "is ",
    "are ",
    "includes ",
    "include ",
    "also ",
    "comprises ",
    "comprise ",
];

/// A word before the term, and what then has to follow behind it.
const AROUND: &[(&str, &[&str])] = &[
    (
        "unter",
        &[
            "verst", "ist ", "sind ", "wird ", "werden ", "fallen ", "fällt ",
        ],
    ),
    (
        "mit",
        &["mein", "gemeint", "ist ", "sind ", "bezeichn", "werden "],
    ),
    (
        "als",
        &[
            "gilt", "gelten", "bezeichn", "wird ", "werden ", "genannt", "verst", ")",
        ],
    ),
    (
        "by",
        &["we mean", "is meant", "are meant", "the parties mean"],
    ),
    ("(", &[")", "or the", "or “", "or \"", "oder „"]),
    ("(nachfolgend auch", &[")"]),
    ("auch", &["genannt"]),
];

impl Definitions {
    pub(super) fn of(contract: &Contract, passages: &[Passage], language: Language) -> Self {
        let written = Written::of(contract, language);
        let mut places: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
        let mut add = |term: &str, at: usize, sentence: &str| {
            let found = places.entry(key(term)).or_default();
            if found.last().is_none_or(|(place, _)| *place != at) {
                found.push((at, sentence.to_owned()));
            }
        };
        for (at, passage) in passages.iter().enumerate() {
            let line = (passage.file.clone(), passage.line);
            match passage.kind {
                PassageKind::Section | PassageKind::Table => continue,
                PassageKind::Other => {
                    for term in written.listed.get(&line).into_iter().flatten() {
                        add(term, at, term);
                    }
                    continue;
                }
                PassageKind::Cells(_) => {
                    let term = passage.text.split(" | ").next().unwrap_or_default();
                    if is_glossary(passages, passage) && !term.trim().is_empty() {
                        add(term, at, &passage.text);
                    }
                    continue;
                }
                _ => {}
            }
            let bold = written.bold.get(&line).map_or(&[][..], Vec::as_slice);
            let is_about_terms = is_about_terms(&passage.headings);
            for sentence in own_sentences(passage, passages.get(at + 1)) {
                for term in terms_of(sentence, bold, is_about_terms) {
                    add(&term, at, sentence);
                }
            }
        }
        let words = places.keys().flat_map(|term| words_of(term)).collect();
        Self { places, words }
    }

    pub(super) fn knows(&self, term: &str) -> bool {
        self.places.contains_key(&key(term))
    }

    pub(super) fn knows_word(&self, word: &str) -> bool {
        self.words.contains(&singular(&word.to_lowercase()))
    }

    /// Asks at each place that explains a term which another place explains, too.
    pub(super) fn ask(&self, passages: &[Passage], finder: &mut Finder) {
        for places in self.places.values().filter(|places| places.len() > 1) {
            for (at, sentence) in places {
                if let Some(passage) = passages.get(*at) {
                    finder.add(Q::TermTwice, None, passage, sentence);
                }
            }
        }
    }
}

/// What only the source shows: the terms of lists, and what is bold, by file and line.
#[derive(Default)]
struct Written {
    listed: HashMap<(String, usize), Vec<String>>,
    bold: HashMap<(String, usize), Vec<String>>,
}

impl Written {
    fn of(contract: &Contract, language: Language) -> Self {
        let mut out = Self::default();
        for text in contract.texts(language).all() {
            walk(&text.blocks, &[], &mut |node, _| match &node.kind {
                Kind::Definitions(entries) => {
                    let terms = entries.iter().map(|(term, _)| Passages::words(term));
                    let line = (text.file.clone(), node.line);
                    out.listed.insert(line, terms.collect());
                }
                Kind::Paragraph(_) => out.add(&text.file, node.line, node),
                Kind::List { items, .. } => {
                    for item in items {
                        for block in &item.blocks {
                            out.add(&text.file, item.line, block);
                        }
                    }
                }
                _ => {}
            });
        }
        out
    }

    fn add(&mut self, file: &str, line: usize, node: &Node) {
        if !matches!(node.kind, Kind::Paragraph(_)) {
            return;
        }
        own_text(node, &mut |spans| {
            each_span(spans, &mut |span| {
                if let Span::Strong(content) = span {
                    let words = Passages::words(content);
                    let term = words.trim().trim_end_matches([':', '.', ',']).trim();
                    let place = (file.to_owned(), line);
                    self.bold.entry(place).or_default().push(term.to_owned());
                }
            });
        });
    }
}

/// Terms that this sentence explains.
fn terms_of(sentence: &str, bold: &[String], is_about_terms: bool) -> Vec<String> {
    let mut found: Vec<String> = marked(sentence, bold)
        .iter()
        .filter(|one| explains(one, sentence, is_about_terms))
        .map(|one| one.term.to_owned())
        .collect();
    if found.is_empty() {
        found.extend(plain(sentence, is_about_terms));
    }
    found
}

fn explains(one: &Marked<'_>, sentence: &str, is_about_terms: bool) -> bool {
    let before = one.before(sentence);
    let behind = one.behind(sentence);
    let ends = |word: &str| {
        before.strip_suffix(word).is_some_and(|rest| {
            rest.is_empty() || rest.ends_with([' ', '(', ',', ';']) || word.starts_with('(')
        })
    };
    let begins = before.is_empty() || matches!(before.as_str(), "der" | "die" | "das" | "the");
    BEFORE.iter().any(|word| ends(word))
        || BEHIND.iter().any(|word| behind.starts_with(word))
        || (begins && IS.iter().any(|word| behind.starts_with(word)))
        || (begins && is_about_terms && behind.starts_with([':', '–', '—', '-', '(', '=']))
        || AROUND
            .iter()
            .any(|(word, next)| ends(word) && next.iter().any(|next| behind.starts_with(next)))
}

/// "Customer Content means …", "Kundendaten sind …", "Unter Vorfällen verstehen die Parteien …".
fn plain(sentence: &str, is_about_terms: bool) -> Option<String> {
    const MEANS: &[&str] = &[
        "means",
        "bezeichnet",
        "bezeichnen",
        "bedeutet",
        "meint",
        "denotes",
    ];
    const WEAK: &[&str] = &["ist", "sind", "is", "are", "umfasst", "umfassen"];
    let words = tokens(sentence);
    let lower: Vec<String> = words.iter().take(10).map(|word| word.lower()).collect();
    let term = |from: usize, to: usize| -> Option<String> {
        let (first, last) = (words.get(from)?, words.get(to.checked_sub(1)?)?);
        let is_run = words
            .get(from + 1..to)?
            .iter()
            .all(|word| word.gap.trim().is_empty());
        let names = first.is_capital() && last.is_capital() && is_run && to - from <= 5;
        let term: Vec<&str> = words.get(from..to)?.iter().map(|word| word.text).collect();
        names.then(|| term.join(" "))
    };
    let place = |some: &[&str]| lower.iter().position(|word| some.contains(&word.as_str()));
    let skip = usize::from(lower.first().is_some_and(|word| {
        matches!(
            word.as_str(),
            "der" | "die" | "das" | "the" | "unter" | "als" | "a" | "an"
        )
    }));
    let first = lower.first().map(String::as_str);
    if first == Some("unter") {
        let verb = place(&["verstehen", "versteht"]).or_else(|| {
            place(&["ist", "sind", "werden", "wird"])
                .filter(|_| sentence.contains("zu verstehen") || sentence.contains("verstanden"))
        })?;
        return term(1, verb);
    }
    if first == Some("als") {
        return term(1, place(&["gilt", "gelten"])?).filter(|_| is_about_terms);
    }
    if let Some(verb) = place(MEANS) {
        let has_shall = verb > 0 && lower.get(verb - 1).is_some_and(|word| word == "also");
        return term(skip, verb - usize::from(has_shall));
    }
    if let Some(verb) = lower.windows(2).position(|pair| pair == ["shall", "mean"]) {
        return term(skip, verb);
    }
    if let Some(verb) = lower.windows(2).position(|pair| pair == ["im", "sinne"]) {
        let is_own = sentence.contains("inne dies")
            && (sentence.contains(" ist ") || sentence.contains(" sind "));
        return term(skip, verb).filter(|_| is_own);
    }
    if !is_about_terms {
        return None;
    }
    let colon = words
        .iter()
        .skip(1)
        .position(|word| word.gap.trim_start().starts_with([':', '–', '—']));
    match colon {
        Some(at) if at < 5 => term(skip, at + 1),
        _ => term(skip, place(WEAK)?),
    }
}

/// Whether a heading says that terms are explained below it.
fn is_about_terms(headings: &str) -> bool {
    let own = headings
        .rsplit(" · ")
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let stems = [
        "begriff",
        "definition",
        "glossar",
        "interpretation",
        "terminolog",
        "defined terms",
        "words we use",
        "wörter",
        "bedeutung",
        "meaning",
    ];
    stems.iter().any(|stem| own.contains(stem))
}

/// Whether a row is one of a table of terms.
fn is_glossary(all: &[Passage], row: &Passage) -> bool {
    let table = row.above.last().and_then(|at| all.get(*at));
    let head = table.and_then(|table| table.text.lines().next());
    let head = head.unwrap_or_default().trim().to_lowercase();
    matches!(
        head.as_str(),
        "begriff" | "begriffe" | "term" | "terms" | "ausdruck" | "defined term"
    )
}

/// A term in the form in which it is compared.
fn key(term: &str) -> String {
    let lower = term.trim().to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let articles = ["the", "der", "die", "das", "den", "dem", "a", "an"];
    let from =
        usize::from(words.len() > 1 && words.first().is_some_and(|word| articles.contains(word)));
    singular(&words.get(from..).unwrap_or_default().join(" "))
}

/// Without the ending that the English plural has.
pub(super) fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) if stem.len() > 2 => format!("{stem}y"),
        _ if word.ends_with("ss") || word.len() < 4 => word.to_owned(),
        _ => {
            let word = word
                .strip_suffix("'s")
                .or(word.strip_suffix("’s"))
                .unwrap_or(word);
            word.strip_suffix('s').unwrap_or(word).to_owned()
        }
    }
}

fn words_of(term: &str) -> Vec<String> {
    let words = term.split(|c: char| !(c.is_alphanumeric() || c == '-'));
    words.filter(|word| word.len() > 2).map(singular).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lc41_a_sentence_that_explains_a_term_is_known() {
        let bold = ["Messwerte".to_owned()];
        for (sentence, term) in [
            ("„Messwerte“ sind alle Zahlen aus den Zählern.", "Messwerte"),
            (
                "Unter „Messwerten“ verstehen die Parteien Zahlen.",
                "Messwerten",
            ),
            (
                "Was der Zähler meldet, heißt im Folgenden „Messwerte“.",
                "Messwerte",
            ),
            (
                "Ist von „Messwerten“ die Rede, sind Zahlen gemeint.",
                "Messwerten",
            ),
            ("Ableser GmbH (nachfolgend „Ableser“)", "Ableser"),
            ("Messwerte sind Zahlen.", "Messwerte"),
            (
                "Unter Messwerten versteht dieser Vertrag Zahlen.",
                "Messwerten",
            ),
            ("Als „Messwerte“ gelten auch Schätzungen.", "Messwerte"),
            ("By \"readings\" we mean figures.", "readings"),
            ("Gauge Ltd (the \"Reader\")", "Reader"),
            ("\"Meter Data\" shall mean figures.", "Meter Data"),
            ("Meter Data means figures.", "Meter Data"),
            ("These figures are hereinafter ‘Readings’.", "Readings"),
        ] {
            let is_list = sentence.starts_with("Messwerte sind");
            let bold = if is_list { &bold[..] } else { &[] };
            assert_eq!(terms_of(sentence, bold, false), [term], "{sentence}");
        }
        for sentence in [
            "Die Liste hat ein Feld „Notiz“, in dem nichts Privates stehen soll.",
            "Messwerte sind zu löschen.",
            "Data are stored in Ulm.",
            "The box \"Notes\" may stay empty.",
        ] {
            assert!(terms_of(sentence, &[], false).is_empty(), "{sentence}");
        }
    }
}
