//! What was done to a roll-out, as the log keeps it.

use serde::{Deserialize, Serialize};

use super::Mode;

/// What was done to a roll-out, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RollOutAuditEvent {
    /// It was started.
    Started {
        /// What the customers get.
        mode: Mode,
        /// Name of the Mandant it is limited to.
        partner: Option<String>,
        /// The version it is limited to.
        concluded: Option<String>,
        /// How many customer numbers it is limited to.
        numbers: Option<usize>,
    },
    /// It was paused.
    Paused,
    /// It goes on.
    Resumed,
    /// It was ended before everybody was looked at.
    Ended,
    /// Everybody was looked at.
    Done,
    /// A newer version came into force before everybody was looked at.
    Superseded,
}
