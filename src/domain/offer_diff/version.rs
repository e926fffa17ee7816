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
    /// The words.
    pub text: String,
}

/// Notes as one paragraph; each names its version where there are several.
pub fn notes_text(notes: &[ChangeNote]) -> String {
    match notes {
        [one] => one.text.clone(),
        many => {
            let lines: Vec<String> = many
                .iter()
                .map(|note| format!("{}: {}", note.version, note.text))
                .collect();
            lines.join(" ")
        }
    }
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

    /// The German sentences.
    pub(super) fn german(&self) -> String {
        let Self { old, new, .. } = self;
        let told = format!(
            "Der Vertragstext liegt in der neuen Fassung {new} vor; abgeschlossen haben Sie die Fassung {old}."
        );
        match self.notes.as_slice() {
            [] => told,
            notes => format!("{told} Das ist neu: {}", notes_text(notes)),
        }
    }

    /// The English sentences.
    pub(super) fn english(&self) -> String {
        let Self { old, new, .. } = self;
        let told =
            format!("There is a new version of the agreement, {new}; you concluded version {old}.");
        match self.notes.as_slice() {
            [] => told,
            notes => format!("{told} This is new: {}", notes_text(notes)),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_name_their_version_where_there_are_several() {
        let none = VersionDiff::sample(&[]);
        assert!(none.german().ends_with("die Fassung 1.0."));
        assert!(none.english().ends_with("version 1.0."));
        let two = VersionDiff::sample(&["A.", "B."]);
        assert!(two.german().ends_with("Das ist neu: 1.1: A. 1.2: B."));
        assert!(two.english().ends_with("This is new: 1.1: A. 1.2: B."));
    }
}
