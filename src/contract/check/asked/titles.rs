//! The words of headings, so that whether one has a term is looked up and not searched for.

use std::collections::HashSet;

/// Every run of words in the headings of a text, as long as a name is.
#[derive(Default)]
pub(super) struct Titles(HashSet<String>);

const LONGEST: usize = 5;

impl Titles {
    pub(super) fn add(&mut self, title: &str) {
        let words = words(title);
        for from in 0..words.len() {
            for to in from + 1..=(from + LONGEST).min(words.len()) {
                self.0.extend(words.get(from..to).map(|run| run.join(" ")));
            }
        }
    }

    /// Whether a heading has these words, of many the first ones.
    pub(super) fn have(&self, term: &str) -> bool {
        let words = words(term);
        let run = words.get(..words.len().min(LONGEST)).unwrap_or_default();
        !run.is_empty() && self.0.contains(&run.join(" "))
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
