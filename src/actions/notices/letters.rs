//! The letters and mails in which dissents came that the operator recorded (EV-12).

use chrono::{DateTime, Utc};

use super::{ActionError, CaseCommand, log, owner};
use crate::actions::require;
use crate::domain::audit::AuditKind;
use crate::domain::file::File;
use crate::domain::notice::DissentWay;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{FileId, NoticeId};
use crate::storage::files::{create_file, find_file};
use crate::storage::{PgConnection, dissent_files, notices};

/// Adds the letter or mail of a dissent that the operator had recorded without it.
pub fn add_proof(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: NoticeId,
    proof: &File,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Work)?;
    let command = CaseCommand::by(viewer, owner(conn, id)?, now);
    command.lock(conn)?;
    let stored = notices::lock_notice(conn, id)?.ok_or(ActionError::NotFound)?;
    let is_recorded = |way| DissentWay::RECORDED.contains(&way);
    if !stored.facts.dissent.is_some_and(|one| is_recorded(one.way)) {
        return Err(ActionError::NotFound);
    }
    let file = create_file(conn, proof, viewer.user, now)?;
    dissent_files::add_proof(conn, id, file)?;
    let kind = AuditKind::ProofAdded {
        file_hash: proof.sha256(),
    };
    log(conn, &command, kind)
}

/// A file of a dissent, only for the operator: it may contain what the customer tells the operator
/// alone (5.8-19). It can be read after the customer was deleted, until its retention period has
/// expired (row 51).
pub fn find_proof(
    conn: &mut PgConnection,
    viewer: &Viewer,
    notice: NoticeId,
    file: FileId,
) -> Result<File, ActionError> {
    if !viewer.role.is_operator() || !dissent_files::has_proof(conn, notice, file)? {
        return Err(ActionError::NotFound);
    }
    find_file(conn, file)?.ok_or(ActionError::NotFound)
}
