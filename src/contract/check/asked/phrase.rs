//! A sentence as the questions look at it: its words in lower case, found by their beginning.

use crate::contract::check::figures::number_word;

/// A sentence with its words.
pub(super) struct Phrase<'s> {
    /// The sentence as it stands in the text.
    pub text: &'s str,
    /// In lower case, with single spaces.
    pub lower: String,
    words: Vec<String>,
}

impl<'s> Phrase<'s> {
    pub(super) fn of(text: &'s str) -> Self {
        let lower = text
            .to_lowercase()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let words = lower
            .split(|c: char| !c.is_alphanumeric() && c != '§')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        Self { text, lower, words }
    }

    /// Its words.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether one of these stands in it, as it is written.
    pub(super) fn says(&self, any: &[&str]) -> bool {
        any.iter().any(|one| self.lower.contains(one))
    }

    /// Whether a word begins with one of these.
    pub(super) fn has(&self, stems: &[&str]) -> bool {
        self.place(stems).is_some()
    }

    /// Where the first word stands that begins so.
    pub(super) fn place(&self, stems: &[&str]) -> Option<usize> {
        self.words.iter().position(|word| begins(word, stems))
    }

    /// Whether words that begin so stand at most this far from each other, in any order.
    pub(super) fn near(&self, some: &[&str], others: &[&str], far: usize) -> bool {
        let places = |stems: &[&str]| -> Vec<usize> {
            let all = self.words.iter().enumerate();
            all.filter(|(_, word)| begins(word, stems))
                .map(|(at, _)| at)
                .collect()
        };
        let others = places(others);
        places(some).iter().any(|one| {
            others
                .iter()
                .any(|other| one != other && one.abs_diff(*other) <= far)
        })
    }

    /// Whether these stand one behind the other, the next at most `gap` words on.
    pub(super) fn in_order(&self, steps: &[&[&str]], gap: usize) -> bool {
        self.words.iter().enumerate().any(|(first, _)| {
            let mut at = first;
            steps.iter().enumerate().all(|(step, stems)| {
                let reach = if step == 0 { 1 } else { gap + 1 };
                let found = self
                    .words
                    .iter()
                    .skip(at)
                    .take(reach)
                    .position(|word| begins(word, stems));
                match found {
                    Some(further) => {
                        at += further + 1;
                        true
                    }
                    None => false,
                }
            })
        })
    }

    /// Numbers directly before a word that begins so: "24 Stunden", "vierzehn Tage".
    pub(super) fn figures(&self, units: &[&str]) -> Vec<u32> {
        let pairs = self.words.windows(2).filter_map(|pair| match pair {
            [number, unit] if begins(unit, units) => number_word(number),
            _ => None,
        });
        pairs.collect()
    }
}

/// A stem that ends with a full stop is a whole word.
fn begins(word: &str, stems: &[&str]) -> bool {
    stems.iter().any(|stem| match stem.strip_suffix('.') {
        Some(whole) => word == whole,
        None => word.starts_with(stem),
    })
}
