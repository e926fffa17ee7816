//! What one administrator proposes and a second one confirms (row 33, 5.8-18).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Longest reason in characters.
pub const MAX_REASON: usize = 500;

/// What is proposed, with what it needs to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proposal {
    /// An objection had been recorded in error (row 33).
    ObjectionInError {
        /// Number of the void agreement.
        number: String,
        /// The reason that was given.
        reason: String,
    },
    /// A contract was signed on paper (5.8-18).
    Paper {
        /// Who signed, cleaned.
        person: String,
        /// In which function, cleaned.
        function: String,
        /// The day on the paper.
        signed_on: NaiveDate,
        /// SHA-256 of the text the portal would have offered when it was proposed: what is confirmed
        /// must still be that text.
        document_hash: String,
    },
}

impl Proposal {
    /// Key of its kind in the database.
    pub fn kind(&self) -> ProposalKind {
        match self {
            Self::ObjectionInError { .. } => ProposalKind::ObjectionInError,
            Self::Paper { .. } => ProposalKind::Paper,
        }
    }
}

/// Of which kind a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalKind {
    /// [`Proposal::ObjectionInError`].
    ObjectionInError,
    /// [`Proposal::Paper`].
    Paper,
}

/// How a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// It waits for an answer.
    Open,
    /// A second administrator confirmed it, and it was done.
    Confirmed,
    /// A second administrator rejected it.
    Rejected,
    /// The proposer took it back.
    Withdrawn,
}

/// That an agreement was signed on paper: kept with its document, under `paper`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperRecord {
    /// The day on the paper.
    pub signed_on: NaiveDate,
    /// Who proposed to record it, by name then.
    pub recorded_by: String,
    /// Who confirmed, by name then.
    pub confirmed_by: String,
    /// When it was confirmed.
    pub recorded_at: DateTime<Utc>,
    /// Of one that came with a file of existing agreements, whatever it was signed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingRecord>,
}

/// What is known of an agreement from before the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExistingRecord {
    /// Where the original is kept; may be empty.
    pub kept_at: String,
    /// Whether the stored file is a scan of it. Without one it is a sheet that says what was recorded.
    pub is_scanned: bool,
}

impl PaperRecord {
    /// Where it lies among the copied values of a document.
    pub const KEY: &str = "paper";

    /// Reads it from the copied values of a document; `None` for one that was concluded by a link.
    pub fn of(contents: &serde_json::Value) -> Option<Self> {
        serde_json::from_value(contents.get(Self::KEY)?.clone()).ok()
    }
}
