//! What was done with a file of existing agreements, as the log keeps it.

use serde::{Deserialize, Serialize};

/// What was done with a file of existing agreements, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AgreementImportAuditEvent {
    /// An administrator wants it recorded.
    Proposed {
        /// How many agreements.
        agreements: u64,
        /// How many of them with a scan.
        scanned: u64,
    },
    /// The administrator who proposed it took it back.
    Withdrawn,
    /// A second administrator sent it back.
    Rejected {
        /// Why.
        reason: String,
    },
    /// A second administrator confirmed it.
    Confirmed {
        /// How many agreements.
        agreements: u64,
        /// Who had proposed it.
        proposed_by: String,
    },
    /// Recording was paused.
    Paused,
    /// It goes on.
    Resumed,
    /// All were looked at.
    Done {
        /// How many were recorded.
        recorded: u64,
    },
}
