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
    /// Something was done to a clause.
    Clause {
        /// Name of its part without language.
        part: String,
        /// Its heading.
        clause: String,
        /// What was done.
        step: ClauseStep,
    },
    /// A block that the program writes was placed, or taken out.
    Block {
        /// The word of the block.
        block: String,
        /// Where, German.
        place: String,
        /// Whether it was placed.
        is_placed: bool,
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
    /// A passage was assigned to something the text must say.
    Assigned {
        /// What it is about.
        subject: String,
        /// The place in words.
        place: String,
    },
    /// An assignment was taken back.
    Released {
        /// What it is about.
        subject: String,
        /// The place in words.
        place: String,
    },
    /// Somebody said that the text does not speak of something, or took that back.
    LeftUncovered {
        /// What it is about.
        subject: String,
        /// Why; empty if it was taken back.
        reason: String,
    },
    /// Somebody said what stands in columns of tables of further processors.
    ColumnsNamed {
        /// Heads with what is in them, German.
        columns: String,
    },
    /// Its author decided about a line whose role the import had guessed.
    ImportDecided {
        /// The line and what it is, German.
        what: String,
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
    /// A second person approved it although it leaves something uncovered (EV-13).
    ApprovedWithout {
        /// What the text does not speak of.
        subjects: Vec<String>,
        /// Why that person takes it on.
        reason: String,
    },
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

/// What was done to a clause, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClauseStep {
    /// Its words or marks were changed.
    Changed,
    /// It has another place.
    Moved,
    /// It is new.
    Added,
    /// It was removed, with all below it.
    Removed,
    /// Somebody said something about it.
    Commented,
    /// Somebody answered a comment.
    Answered,
    /// A comment was closed.
    Closed,
    /// A comment is open again.
    Reopened,
}
