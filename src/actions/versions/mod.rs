//! Versions of the contract text: which one is offered, and the actions of the operator's legal
//! department: [`draft`] and [`clauses`] write, [`composition`] places blocks and gives products their annexes,
//! [`assignment`] says where the text speaks of what, [`comments`] talk, [`approval`] decides, [`review`] checks.

pub mod approval;
pub mod assignment;
mod changes;
pub mod clauses;
pub mod comments;
pub mod composition;
pub mod draft;
pub mod imports;
pub mod review;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{ActionError, Actor, require};
use crate::app::App;
use crate::contract::{self, Contract, Meta, meta, source_hash};
use crate::domain::VersionId;
use crate::domain::audit::AuditKind;
use crate::domain::calendar::day;
use crate::domain::version::{Files, Version, VersionAuditEvent, VersionRefusal, VersionStep};
use crate::domain::viewer::{Duty, Viewer};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::contract_versions::{self as stored, find_in_force, find_published};
use crate::storage::{PgConnection, QueryError};
use crate::wording::version::label;

/// Publishes the version that comes with the program if there is none yet. To be called at every
/// start of the program; true if it did.
pub fn publish_shipped(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<bool, ActionError> {
    let (files, meta) = (contract::shipped(), shipped_meta()?);
    let hash = source_hash(&files);
    let added = stored::publish_shipped(conn, &meta.number, &files, meta.valid_from, &hash, now)?;
    if let Some(version) = added
        .then(|| find_published(conn, &meta.number))
        .transpose()?
    {
        let version = version.ok_or(QueryError::NotFound)?;
        let shipped = VersionAuditEvent::Shipped;
        note(
            conn,
            Actor::Command,
            version.id,
            &version.number,
            shipped,
            now,
        )?;
    }
    Ok(added)
}

/// Puts the version that comes with the program in place as a draft to begin from, where there is
/// no version at all: the operator has not made its text its own yet (LC-56). Says whether there
/// was something to do.
pub fn draft_shipped(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<bool, ActionError> {
    if stored::has_any(conn)? {
        return Ok(false);
    }
    let files = contract::shipped();
    let new = stored::NewVersion {
        number: meta_of(&files).map(|meta| meta.number),
        files,
        based_on: None,
    };
    let id = stored::create_version(conn, &new, None, now)?;
    let name = label(new.number.as_deref());
    let begun = VersionAuditEvent::Begun { from: None };
    note(conn, Actor::Command, id, &name, begun, now)?;
    Ok(true)
}

/// A published version, ready to be filled in.
pub fn contract(
    conn: &mut PgConnection,
    app: &App,
    number: &str,
) -> Result<Arc<Contract>, ActionError> {
    let version = find_published(conn, number)?.ok_or(ActionError::NotFound)?;
    if let Some(kept) = app.contracts.find(&version.hash) {
        return Ok(kept);
    }
    let files = stored::find_files(conn, version.id)?.ok_or(ActionError::NotFound)?;
    if source_hash(&files) != version.hash {
        return Err(unreadable(&format!(
            "version {number}: files and hash differ"
        )));
    }
    app.contracts
        .keep(&version.hash, &files)
        .map_err(|problems| {
            let problem = problems
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            unreadable(&format!("version {number}: {problem}"))
        })
}

/// The version that is offered at `now`.
pub fn offered(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<Arc<Contract>, ActionError> {
    let number = find_in_force(conn, day(now))?.ok_or(ActionError::NotFound)?;
    contract(conn, app, &number)
}

/// A version for reading; only the operator's people see drafts.
pub fn find(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
) -> Result<Version, ActionError> {
    if !viewer.role.is_operator() {
        return Err(ActionError::NotAllowed);
    }
    stored::find_version(conn, id)?.ok_or(ActionError::NotFound)
}

/// A version, locked for a step that is allowed now.
fn lock(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
    step: VersionStep,
) -> Result<Version, ActionError> {
    require(viewer, Duty::Contract)?;
    let version = stored::lock_version(conn, id)?.ok_or(ActionError::NotFound)?;
    version.head.may(step, viewer.user)?;
    Ok(version)
}

/// The same for a step that concerns the text the user saw: refused for another revision.
fn lock_seen(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
    step: VersionStep,
    seen: i32,
) -> Result<Version, ActionError> {
    let version = lock(conn, viewer, id, step)?;
    if version.head.revision == seen {
        return Ok(version);
    }
    let changed = version.head.changed;
    Err(VersionRefusal::Changed {
        by: changed.name,
        at: changed.at,
    }
    .into())
}

/// Key of a published version.
pub fn id_of(conn: &mut PgConnection, number: &str) -> Result<Option<VersionId>, ActionError> {
    Ok(find_published(conn, number)?.map(|version| version.id))
}

/// The metadata in `contract.toml`, if it can be read.
fn meta_of(files: &Files) -> Option<Meta> {
    Meta::parse(files.get(meta::FILE)?).ok()
}

/// What `contract.toml` of the version that comes with the program says.
pub(super) fn shipped_meta() -> Result<Meta, ActionError> {
    meta_of(&contract::shipped()).ok_or_else(|| unreadable("the shipped version"))
}

fn unreadable(what: &str) -> ActionError {
    ActionError::Document(what.to_owned())
}

fn note(
    conn: &mut PgConnection,
    actor: Actor,
    id: VersionId,
    name: &str,
    event: VersionAuditEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::ContractVersion {
            id,
            name: name.to_owned(),
            event,
        },
        actor,
        customer: None,
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(())
}
