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
    /// The mark wherever the agreement appears.
    pub fn mark(&self) -> String {
        self.mark_in(Language::De)
    }

    /// The mark in the reader's language.
    pub fn mark_in(&self, language: Language) -> String {
        let Self {
            signed_on,
            recorded_by,
            confirmed_by,
            recorded_at: _,
            existing,
        } = self;
        let day = short_date(*signed_on, language);
        let kept = existing.as_ref().map(|one| match language {
            _ if one.kept_at.is_empty() => String::new(),
            Language::De => format!(" Ablage des Originals: {}.", one.kept_at),
            Language::En => format!(" The original is kept at: {}.", one.kept_at),
        });
        match (language, kept) {
            (Language::De, None) => format!(
                "Auf Papier geschlossen, unterschrieben am {day}, erfasst von {recorded_by} und {confirmed_by}."
            ),
            (Language::En, None) => format!(
                "Concluded on paper, signed on {day}, recorded by {recorded_by} and {confirmed_by}."
            ),
            (Language::De, Some(kept)) => format!(
                "Außerhalb des Portals geschlossen am {day}, erfasst von {recorded_by} und {confirmed_by}.{kept}"
            ),
            (Language::En, Some(kept)) => format!(
                "Concluded outside the portal on {day}, recorded by {recorded_by} and {confirmed_by}.{kept}"
            ),
        }
    }
}
