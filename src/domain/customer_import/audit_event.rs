//! What was done with a file of customers, as the log keeps it.

use serde::{Deserialize, Serialize};

/// What was done with a file of customers, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ImportAuditEvent {
    /// Its customers are being added.
    Started {
        /// How many.
        customers: u64,
        /// Whether they are asked later.
        quietly: bool,
    },
    /// Adding them was paused.
    Paused,
    /// It goes on.
    Resumed,
    /// All were looked at.
    Done {
        /// How many were added.
        added: u64,
    },
    /// Those that were not asked are being asked.
    RequestsStarted {
        /// How many on one day.
        per_day: u32,
    },
    /// Asking them was paused.
    RequestsPaused,
    /// It goes on.
    RequestsResumed,
    /// All were asked.
    RequestsDone,
}
