//! A file of a version as clauses: a heading with the text below it up to the next heading, and the text
//! before the first one. A lawyer reads and writes one clause at a time, in a form without markup ([`show`],
//! [`write()`]); clauses are moved, added and removed ([`order`]), and paired with those of the other language
//! ([`paired`]).
//!
//! What nobody touched keeps its bytes: the file is cut at places and put together from the pieces, and in a
//! changed clause each block that says the same as before keeps its source. What the form cannot express
//! stands there as a fixed line and is put back as it was.

mod blocks;
mod cut;
mod djot;
mod form;
mod inline;
pub mod order;
mod part;
pub mod placed;
mod source;
#[cfg(test)]
mod tests;
mod tree;
mod write;

use std::collections::{BTreeMap, HashMap};

pub use cut::{Clause, PREAMBLE_KEY, Pair, cut, paired, slug};
pub use part::{Column, PartText, free_id};
pub use source::{show, words_of};
pub use write::{WriteFaults, write};

use super::vocabulary::Placeholder;
use crate::wording::clause as words;
use strum::VariantArray;

/// Longest text of a clause that the form shows, in bytes.
pub const MOST: usize = 60_000;

/// What references are called, and what a name refers to.
#[derive(Debug, Clone, Default)]
pub struct Names {
    labels: BTreeMap<String, String>,
    ids: HashMap<String, String>,
}

/// How a reference is written that has no name of its own.
const REFERENCE: &str = "Verweis: ";
/// What separates name and id in a form's field.
const PARTING: char = '\t';

impl Names {
    /// From the words that each id has.
    pub fn new(words: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut names = Self::default();
        for (id, label) in words {
            let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_plain = !label.is_empty() && !label.contains(['[', ']', '\\']);
            let is_value = words::value_key(&label).is_some();
            if is_id(&id) && is_plain && !is_value && !names.ids.contains_key(&label) {
                names.ids.insert(label.clone(), id.clone());
                names.labels.insert(id, label);
            }
        }
        names
    }

    /// From a field of a form: what the names meant when it was shown.
    pub fn from_field(field: &str) -> Self {
        let lines = field.lines().filter_map(|line| line.split_once(PARTING));
        Self::new(lines.map(|(id, label)| (id.to_owned(), label.to_owned())))
    }

    /// As a field of a form.
    pub fn field(&self) -> String {
        let lines = self
            .labels
            .iter()
            .map(|(id, label)| format!("{id}{PARTING}{label}"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// All references: id and name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.labels.iter();
        all.map(|(id, label)| (id.as_str(), label.as_str()))
    }

    fn label(&self, id: &str) -> String {
        let own = self.labels.get(id).cloned();
        own.unwrap_or_else(|| format!("{REFERENCE}{id}"))
    }

    fn id(&self, label: &str) -> Option<String> {
        if let Some(id) = label.strip_prefix(REFERENCE) {
            return is_id(id.trim()).then(|| id.trim().to_owned());
        }
        self.ids.get(label).cloned()
    }
}

/// Every value, by the name that stands for it in the form.
pub fn values() -> Vec<&'static str> {
    let all = Placeholder::VARIANTS.iter();
    let mut names: Vec<&str> = all.map(|one| words::value(one.word())).collect();
    names.sort_unstable();
    names
}

/// Whether something can be an id, a mark or a part of one.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 80
        && text.starts_with(|c: char| c.is_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}

/// A clause as the form shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Its heading; empty for the text before the first one.
    pub heading: String,
    /// The text below it.
    pub text: String,
}

/// Why what was typed cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypingFault {
    /// A word in brackets that means nothing.
    Unknown(String),
    /// A word in brackets that belongs to the beginning of a paragraph.
    Misplaced(String),
    /// A fixed line is gone.
    FixedMissing(String),
    /// A fixed line is there twice, or was made up.
    FixedUnknown(String),
    /// A link that leads nowhere.
    BadLink(String),
    /// It has no heading.
    NoHeading,
    /// It would be read as something else.
    NotExpressible,
}

impl TypingFault {
    /// German: what is wrong, and what to do.
    pub fn sentence(&self) -> String {
        match self {
            Self::Unknown(token) => words::unknown_token(token),
            Self::Misplaced(token) => words::misplaced_token(token),
            Self::FixedMissing(label) => words::fixed_missing(label),
            Self::FixedUnknown(label) => words::fixed_unknown(label),
            Self::BadLink(target) => words::bad_link(target),
            Self::NoHeading => words::NO_HEADING.to_owned(),
            Self::NotExpressible => words::NOT_EXPRESSIBLE.to_owned(),
        }
    }
}
