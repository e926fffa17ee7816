//! Comments on the clauses of a version: written, answered, closed.

use chrono::{DateTime, Utc};

use super::{ActionError, lock, note};
use crate::actions::case_command::actor;
use crate::domain::version::{
    ClauseStep, Comment, NewComment, VersionAuditEvent, VersionRefusal, VersionStep,
};
use crate::domain::viewer::Viewer;
use crate::domain::{CommentId, VersionId};
use crate::storage::PgConnection;
use crate::storage::contract_versions::clauses::{create_comment, list_comments, save_closed};

/// What a person does with comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommentStep {
    /// Writes one, or answers one; an answer to a closed comment opens it again.
    Write(NewComment),
    /// Closes one.
    Close(CommentId),
    /// Opens a closed one again.
    Reopen(CommentId),
}

/// Writes, answers, closes or opens a comment.
pub fn comment(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
    step: CommentStep,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock(conn, viewer, id, VersionStep::Comment)?;
    let all = list_comments(conn, id)?;
    let known = |wanted: CommentId| -> Result<Comment, VersionRefusal> {
        let mut roots = all.iter().filter(|one| one.answers_to.is_none());
        let found = roots.find(|one| one.id == wanted).cloned();
        found.ok_or(VersionRefusal::NoSuchComment)
    };
    let (part, clause, step) = match step {
        CommentStep::Write(new) => {
            let step = match new.answers_to {
                Some(answered) => {
                    let answered = known(answered)?;
                    if answered.closed.is_some() {
                        save_closed(conn, answered.id, None)?;
                    }
                    ClauseStep::Answered
                }
                None => ClauseStep::Commented,
            };
            create_comment(conn, id, &new, viewer.user, now)?;
            (new.part, new.heading, step)
        }
        CommentStep::Close(comment) => {
            let comment = known(comment)?;
            save_closed(conn, comment.id, Some((viewer.user, now)))?;
            (comment.part, comment.heading, ClauseStep::Closed)
        }
        CommentStep::Reopen(comment) => {
            let comment = known(comment)?;
            save_closed(conn, comment.id, None)?;
            (comment.part, comment.heading, ClauseStep::Reopened)
        }
    };
    let name = version.head.label();
    let event = VersionAuditEvent::Clause { part, clause, step };
    note(conn, actor(viewer), id, &name, event, now)
}
