//! What a second administrator confirms, and the mark of what came of it.

use super::dates::short_date;
use crate::domain::Language;
use crate::domain::proposal::{PaperRecord, ProposalKind};

impl ProposalKind {
    /// What is proposed, in the words of lists and of the log.
    pub fn word(self, language: Language) -> &'static str {
        match (self, language.is_en()) {
            (Self::ObjectionInError, false) => "Widerspruch irrtümlich erfasst",
            (Self::ObjectionInError, true) => "objection recorded in error",
            (Self::Paper, false) => "Vertrag auf Papier geschlossen",
            (Self::Paper, true) => "agreement concluded on paper",
        }
    }
}

impl PaperRecord {
    /// The mark in the reader's language.
    pub fn mark_in(&self, language: Language) -> String {
        match language {
            Language::De => self.mark(),
            Language::En => format!(
                "Concluded on paper, signed on {}, recorded by {} and {}.",
                short_date(self.signed_on, Language::En),
                self.recorded_by,
                self.confirmed_by
            ),
        }
    }

    /// The mark wherever the agreement appears.
    pub fn mark(&self) -> String {
        format!(
            "Auf Papier geschlossen, unterschrieben am {}, erfasst von {} und {}.",
            short_date(self.signed_on, Language::De),
            self.recorded_by,
            self.confirmed_by
        )
    }
}
