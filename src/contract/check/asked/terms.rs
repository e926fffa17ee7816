//! Terms that are written like explained ones and explained nowhere (LC-41). Each is asked about once, where it
//! stands first.

use std::collections::{HashMap, HashSet};

use super::coined::{adjective_names, compounds};
use super::definitions::{Definitions, singular};
use super::names::{ENGLISH, FORMS, LAWS, SHOWN, SHOWN_BEHIND};
use super::quotes::marked;
use super::titles::Titles;
use super::tokens::{Token, tokens};
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::check::countries::countries;
use crate::contract::check::units::{Passage, PassageKind};
use crate::domain::Language;

/// What the text explains or names, and what was asked about.
pub(super) struct Terms<'d> {
    definitions: &'d Definitions,
    language: Language,
    headings: Titles,
    /// Words of addresses and of names of companies.
    names: HashSet<String>,
    /// Words that the text writes small, too.
    small: HashSet<String>,
    /// How often a word stands in the text, without its plural.
    times: HashMap<String, usize>,
    asked: HashSet<String>,
}

impl<'d> Terms<'d> {
    pub(super) fn of(
        passages: &[Passage],
        definitions: &'d Definitions,
        language: Language,
    ) -> Self {
        let (mut names, mut small, mut times) = (HashSet::new(), HashSet::new(), HashMap::new());
        let mut headings = Titles::default();
        for passage in passages {
            match passage.kind {
                PassageKind::Section => {
                    let own = passage.headings.rsplit(" · ").next().unwrap_or_default();
                    headings.add(own);
                    continue;
                }
                PassageKind::Table => continue,
                _ => {}
            }
            let is_row = matches!(passage.kind, PassageKind::Cells(_) | PassageKind::Other);
            for line in passage.text.lines() {
                let words = tokens(line);
                let is_address = is_row || is_address(line, &words);
                for word in &words {
                    let key = singular(&word.lower());
                    if !word.is_capital() {
                        small.insert(word.lower());
                    } else if is_address {
                        names.insert(key.clone());
                    }
                    *times.entry(key).or_default() += 1;
                }
            }
        }
        Self {
            definitions,
            language,
            headings,
            names,
            small,
            times,
            asked: HashSet::new(),
        }
    }

    pub(super) fn ask(&mut self, at: &Spot<'_>, sentence: &str, finder: &mut Finder) {
        if matches!(at.passage.kind, PassageKind::Cells(_) | PassageKind::Other) {
            return;
        }
        let words = tokens(sentence);
        let mut lost = self.quoted(sentence);
        if self.language.is_en() {
            if !is_address(sentence, &words) {
                lost.extend(self.capitals(&words));
            }
        } else {
            // Names of the parties stand above the first heading.
            if !at.passage.headings.is_empty() && !is_address(sentence, &words) {
                lost.extend(adjective_names(&words, &self.small));
            }
            lost.extend(compounds(&words));
        }
        let known = self.asked.len();
        for term in lost {
            if !self.knows(&term) {
                self.asked.insert(singular(&term.to_lowercase()));
            }
        }
        if self.asked.len() > known {
            finder.ask(Q::UndefinedTerm, at, sentence);
        }
    }

    fn knows(&self, term: &str) -> bool {
        self.definitions.knows(term) || self.headings.have(term)
    }

    /// Terms in quotation marks that are neither explained here nor anywhere, nor shown on a page, nor examples.
    fn quoted(&self, sentence: &str) -> Vec<String> {
        let all = marked(sentence, &[]);
        // Several of them are a list of values.
        if all.len() > 2 {
            return Vec::new();
        }
        all.iter()
            .filter(|one| one.term.split_whitespace().count() <= 4)
            .filter(|one| one.term.starts_with(char::is_uppercase))
            .filter(|one| {
                let before = one.before(sentence);
                let behind = one.behind(sentence);
                let next: Vec<&str> = behind.split_whitespace().take(2).collect();
                !SHOWN.iter().any(|word| before.contains(word))
                    && !next
                        .iter()
                        .any(|next| SHOWN_BEHIND.iter().any(|word| next.starts_with(word)))
            })
            .map(|one| one.term.to_owned())
            .collect()
    }

    /// Runs of words with capitals that an article or the like leads in, or that are many of a kind.
    fn capitals(&self, words: &[Token<'_>]) -> Vec<String> {
        const LEADS: &[&str] = &[
            "the", "a", "an", "any", "each", "every", "all", "such", "no", "its", "their", "our",
            "your", "his", "her", "these", "those", "this",
        ];
        let mut out = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let rest = words.get(at..).unwrap_or_default();
            let run = 1 + rest
                .iter()
                .skip(1)
                .take_while(|word| is_term(word) && word.gap.trim().is_empty())
                .count();
            let Some(first) = rest.first().filter(|first| is_term(first)) else {
                at += 1;
                continue;
            };
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            let lead = before
                .filter(|_| first.gap.trim().is_empty())
                .map(Token::lower);
            let is_led = lead.as_deref().is_some_and(|lead| {
                LEADS.contains(&lead) || lead.ends_with("'s") || lead.ends_with("’s")
            });
            let run_words = rest.get(..run).unwrap_or_default();
            let last = run_words.last().map_or("", |word| word.text);
            let is_many = run > 1 && last.ends_with('s') && !last.ends_with("ss") && lead.is_some();
            if (is_led || is_many) && !self.is_name(run_words) {
                out.push(
                    run_words
                        .iter()
                        .map(|word| word.text)
                        .collect::<Vec<_>>()
                        .join(" "),
                );
            }
            at += run;
        }
        out
    }

    /// Whether words are a name, or say nothing but what is explained.
    fn is_name(&self, run: &[Token<'_>]) -> bool {
        let knows = |word: &Token<'_>| {
            let lower = singular(&word.lower());
            ENGLISH.contains(&lower.as_str())
                || ENGLISH.contains(&word.lower().as_str())
                || self.definitions.knows_word(&lower)
                || self.names.contains(&lower)
        };
        let term = run
            .iter()
            .map(|word| word.text)
            .collect::<Vec<_>>()
            .join(" ");
        let last = run
            .last()
            .map(|word| singular(&word.lower()))
            .unwrap_or_default();
        run.iter().all(knows)
            || LAWS.contains(&last.as_str())
            || !countries(&term).is_empty()
            // A single word that is used once is more often a name than a term.
            || (run.len() == 1 && self.times.get(&singular(&term.to_lowercase())).is_none_or(|times| *times < 2))
    }
}

/// A word with a capital that is neither an abbreviation nor a number.
fn is_term(word: &Token<'_>) -> bool {
    let letters = word.text.chars().filter(|c| c.is_alphabetic()).count();
    let small = word.text.chars().filter(|c| c.is_lowercase()).count();
    word.is_capital() && letters > 2 && small * 2 >= letters && !word.text.contains('.')
}

/// Whether a line names a company, or where somebody is reached.
fn is_address(line: &str, words: &[Token<'_>]) -> bool {
    let has_form = words.iter().any(|word| {
        let is_apart = word.is_capital() || matches!(word.text, "mbH" | "eG" | "d.o.o");
        is_apart && FORMS.contains(&word.lower().as_str())
    });
    let has_post = words
        .iter()
        .any(|word| word.text.len() == 5 && word.text.chars().all(|c| c.is_ascii_digit()));
    line.contains('@') || has_form || has_post
}
