//! What was done to a version of the contract text, as the log keeps it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What was done to a version, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum VersionAuditEvent {
    /// A draft was begun.
    Begun {
        /// Number of the version it was copied from; `None` for an uploaded text.
        from: Option<String>,
    },
    /// The text of a part was changed.
    Changed {
        /// Path of the part.
        part: String,
    },
    /// A part was added.
    PartAdded {
        /// Path of the new part in the version.
        part: String,
    },
    /// A part has another name.
    PartRenamed {
        /// Path of the part before.
        from: String,
        /// Path of the part from now on.
        to: String,
    },
    /// A part was removed.
    PartRemoved {
        /// Path that the removed part had.
        part: String,
    },
    /// It was submitted for approval.
    Submitted {
        /// How many questions and warnings the person answered.
        answers: usize,
    },
    /// It was given back to its authors.
    Returned {
        /// The reason that was given.
        reason: String,
    },
    /// A second person approved it.
    Approved,
    /// It was published.
    Published {
        /// From when it is offered.
        valid_from: NaiveDate,
        /// SHA-256 over its files.
        hash: String,
    },
    /// The version that comes with the program was put in place.
    Shipped,
    /// The draft was deleted.
    Discarded,
}
