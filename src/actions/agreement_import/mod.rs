//! Agreements that were concluded outside the portal, from a file (5.8-18): [`check()`] looks it through with
//! its scans, an administrator proposes it, a second one confirms it ([`confirm`]), and a run records them as
//! single ones on paper are recorded, each whole or not at all. Nobody is told.

mod check;
mod record;
mod sheet;

use chrono::{DateTime, Utc};

use super::bulk_runs::{Act, Kind, Rounds, RunEvent, subject_of};
use super::case_command::actor;
use super::second_person::is_second;
use super::{ActionError, Actor, approvals, form_version, require};
use crate::app::App;
use crate::domain::agreement_import::{AgreementImportAuditEvent, AgreementImportStage};
use crate::domain::audit::AuditKind;
use crate::domain::bulk_run::{RunEnd, RunKind};
use crate::domain::calendar::day;
use crate::domain::case::Refusal;
use crate::domain::file::{File, FileKind};
use crate::domain::mail::Approval;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{AgreementImportId, CustomerNumber};
use crate::storage::PgConnection;
use crate::storage::agreement_imports::{self as stored, AgreementImport};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::bulk_runs::{self as runs, BulkRun, NewRun};
pub use check::{Unusable, check};

/// Agreements that are recorded in one transaction; each locks a customer.
const BATCH: i64 = 25;

/// Stamp of what a page about a file shows (B1).
pub fn stand(import: &AgreementImport) -> String {
    form_version::of(&(&import.figures, import.stage() as u8))
}

/// Wants a file without faults to be recorded: every other administrator is told that it waits.
pub fn propose(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: AgreementImportId,
    seen: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let import = enter(conn, viewer, id, seen)?;
    if import.stage() != AgreementImportStage::Checked || !import.figures.is_good() {
        return Err(Refusal::Unchanged.into());
    }
    stored::save_proposal(conn, id, viewer.user, now)?;
    let round = format!("agreements:{id}");
    approvals::tell(
        conn,
        app,
        (Approval::Agreements { id }, None),
        &round,
        viewer.user,
        now,
    )?;
    let event = AgreementImportAuditEvent::Proposed {
        agreements: import.figures.good,
        scanned: import.figures.scanned,
    };
    note(conn, actor(viewer), id, event, now)
}

/// A second administrator confirms the whole file, and the run begins.
pub fn confirm(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: AgreementImportId,
    seen: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let import = enter(conn, viewer, id, seen)?;
    let (_, proposer, proposed_by) = open_proposal(&import)?;
    if proposer == viewer.user {
        return Err(ActionError::NotAllowed);
    }
    if !is_second(conn, app, proposer, viewer.user, now)? {
        return Err(Refusal::NewAccount.into());
    }
    let new = NewRun {
        kind: RunKind::Agreements,
        subject: id.to_string(),
        starts_on: day(now),
        customers: i64::try_from(import.figures.good).ok(),
    };
    let run = runs::create_run(conn, &new, now)?.ok_or(Refusal::Unchanged)?;
    stored::save_confirmation(conn, id, run, viewer.user, now)?;
    let event = AgreementImportAuditEvent::Confirmed {
        agreements: import.figures.good,
        proposed_by,
    };
    note(conn, actor(viewer), id, event, now)
}

/// A second administrator sends the file back, with a reason; nothing of it is kept.
pub fn reject(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AgreementImportId,
    (seen, reason): (&str, String),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let import = enter(conn, viewer, id, seen)?;
    let (_, proposer, _) = open_proposal(&import)?;
    if proposer == viewer.user || reason.is_empty() {
        return Err(ActionError::NotAllowed);
    }
    stored::delete(conn, id)?;
    let event = AgreementImportAuditEvent::Rejected { reason };
    note(conn, actor(viewer), id, event, now)
}

/// Throws a file away that was not proposed, or that the viewer has proposed.
pub fn discard(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AgreementImportId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Contract)?;
    let import = stored::lock(conn, id)?.ok_or(ActionError::NotFound)?;
    match import.stage() {
        AgreementImportStage::Reading | AgreementImportStage::Checked => {
            Ok(stored::delete(conn, id)?)
        }
        AgreementImportStage::Proposed => {
            if open_proposal(&import)?.1 != viewer.user {
                return Err(ActionError::NotAllowed);
            }
            stored::delete(conn, id)?;
            let event = AgreementImportAuditEvent::Withdrawn;
            note(conn, actor(viewer), id, event, now)
        }
        AgreementImportStage::Confirmed => Err(Refusal::Unchanged.into()),
    }
}

/// The scan that a file has for a customer, for the operator's people.
pub fn find_scan(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AgreementImportId,
    number: CustomerNumber,
) -> Result<File, ActionError> {
    if !viewer.role.is_operator() {
        return Err(ActionError::NotFound);
    }
    let bytes = stored::find_scan(conn, id, number)?.ok_or(ActionError::NotFound)?;
    Ok(File {
        kind: FileKind::Pdf,
        bytes,
    })
}

/// A file, locked, as the administrator has seen it.
fn enter(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AgreementImportId,
    seen: &str,
) -> Result<AgreementImport, ActionError> {
    require(viewer, Duty::Contract)?;
    let import = stored::lock(conn, id)?.ok_or(ActionError::NotFound)?;
    if stand(&import) != seen {
        return Err(ActionError::Changed);
    }
    Ok(import)
}

type Proposed = (DateTime<Utc>, crate::domain::UserId, String);

fn open_proposal(import: &AgreementImport) -> Result<Proposed, ActionError> {
    let open = import.stage() == AgreementImportStage::Proposed;
    let proposed = import.proposed.clone().filter(|_| open);
    proposed.ok_or(Refusal::Unchanged.into())
}

/// Records the agreements of a file. Whose case another transaction holds comes in the second round; an
/// agreement that the rules refuse meanwhile is noted with the reason and holds up nobody.
pub const RECORDING: Kind = Kind {
    rounds: Rounds::Two,
    claims: false,
    note: note_run,
    ..Kind::new(
        RunKind::Agreements,
        |conn, run, limit| Ok(stored::list_next(conn, subject_of(run)?, run.after, limit)?),
        Act::Batch(BATCH, record::record_all),
    )
};

fn note_run(
    conn: &mut PgConnection,
    actor: Actor,
    run: &BulkRun,
    event: RunEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = match event {
        RunEvent::Paused => AgreementImportAuditEvent::Paused,
        RunEvent::Resumed => AgreementImportAuditEvent::Resumed,
        RunEvent::Ended(RunEnd::Done | RunEnd::Ended | RunEnd::Superseded) => {
            AgreementImportAuditEvent::Done {
                recorded: run.done.unsigned_abs(),
            }
        }
    };
    note(conn, actor, subject_of(run)?, event, now)
}

fn note(
    conn: &mut PgConnection,
    actor: Actor,
    id: AgreementImportId,
    event: AgreementImportAuditEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::AgreementImport { id, event },
        actor,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
