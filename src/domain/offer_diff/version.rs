//! A newer contract version in words: which one, what is new in it, where to compare (rows 13, 35, 36).

use crate::domain::name::clean;

/// Another contract version than the one that was concluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionDiff {
    /// Number of the version that was concluded.
    pub old: String,
    /// Number of the version that is offered.
    pub new: String,
    /// What its authors say is new, oldest first; several if versions in between were never
    /// concluded.
    pub notes: Vec<ChangeNote>,
    /// Path of the page that holds the two versions against each other.
    pub comparison: String,
}

/// What is new in one version, in the words of its authors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeNote {
    /// Number of the version.
    pub version: String,
    /// The note itself, as the authors of the version wrote it for customers.
    pub text: String,
}

impl VersionDiff {
    /// The same with every number and note as one clean line (S-21).
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        (self.old, self.new) = (clean(&self.old), clean(&self.new));
        for note in &mut self.notes {
            (note.version, note.text) = (clean(&note.version), clean(&note.text));
        }
        self
    }
}

#[cfg(test)]
impl VersionDiff {
    /// Version 2.0 instead of 1.0, with these notes on 1.1, 1.2 …
    pub fn sample(notes: &[&str]) -> Self {
        let note = |(place, text): (usize, &&str)| ChangeNote {
            version: format!("1.{}", place + 1),
            text: (*text).to_owned(),
        };
        Self {
            old: "1.0".to_owned(),
            new: "2.0".to_owned(),
            notes: notes.iter().enumerate().map(note).collect(),
            comparison: "/vertrag/1.0/vergleich/2.0".to_owned(),
        }
    }
}
