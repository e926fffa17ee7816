//! What is kept of the import of a draft until it is published: what it was made from, what was
//! guessed, and what its author decided (T-15).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A file that a draft is imported from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSource {
    /// Its name on the author's machine.
    pub name: String,
    /// Key of the encoding that was confirmed.
    pub encoding: Option<String>,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// How an import stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportState {
    /// Number of words, none of which was lost.
    pub words: usize,
    /// What to look at, with its place.
    pub notes: Vec<String>,
    /// Lines whose role was guessed or decided.
    pub lines: Vec<ImportLine>,
    /// Files whose encoding was guessed: their place, how they were read, a word of them.
    pub encodings: Vec<(usize, String, String)>,
    /// Line → key of the role that was decided.
    pub decisions: BTreeMap<usize, String>,
}

/// A line whose role was guessed or decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportLine {
    /// Names it among all lines of the sources.
    pub key: usize,
    /// Its file, and the line or paragraph in it.
    pub place: String,
    /// Its text, shortened.
    pub text: String,
    /// Key of its role.
    pub role: String,
    /// Keys of the roles it may have.
    pub choices: Vec<String>,
    /// Why that is not certain.
    pub why: String,
    /// Whether its author has decided.
    pub is_decided: bool,
}

impl ImportState {
    /// How many questions are open.
    pub fn open(&self) -> usize {
        let lines = self.lines.iter().filter(|line| !line.is_decided).count();
        lines + self.encodings.len()
    }
}
