//! Comments on a clause of a version.

use chrono::{DateTime, Utc};

use crate::domain::CommentId;

/// Longest comment in characters.
pub const LONGEST_COMMENT: usize = 2000;

/// What somebody said about a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its key.
    pub id: CommentId,
    /// Name of the part without language.
    pub part: String,
    /// Key of the clause in that part.
    pub clause: String,
    /// Heading of the clause then.
    pub heading: String,
    /// The comment that this one answers.
    pub answers_to: Option<CommentId>,
    /// The words.
    pub text: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Name of the person who wrote it.
    pub by: String,
    /// When it was closed, and by whom.
    pub closed: Option<(DateTime<Utc>, String)>,
}

impl Comment {
    /// Whether somebody still has to do something about it; answers are not counted.
    pub fn is_open(&self) -> bool {
        self.answers_to.is_none() && self.closed.is_none()
    }

    /// Whether it is about this clause.
    pub fn is_about(&self, part: &str, clause: &str) -> bool {
        self.part == part && self.clause == clause
    }
}

/// A comment to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    /// Name of the part without language.
    pub part: String,
    /// Key of the clause in that part.
    pub clause: String,
    /// Heading of the clause.
    pub heading: String,
    /// The comment that it answers.
    pub answers_to: Option<CommentId>,
    /// The words, at most [`LONGEST_COMMENT`] characters.
    pub text: String,
}
