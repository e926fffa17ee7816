//! Writing a version: begun from another one or from files, changed part by part, deleted.

use chrono::{DateTime, Utc};

use super::review::number_of;
use super::{ActionError, lock, note};
use crate::actions::case_command::actor;
use crate::actions::require;
use crate::contract::meta;
use crate::contract::parts::{self, PartKind, quoted, set};
use crate::domain::VersionId;
use crate::domain::version::{
    Files, MAX_FILE, Stage, Touch, Version, VersionAuditEvent, VersionRefusal, VersionStep, clean,
    fits, next_number,
};
use crate::domain::viewer::{Duty, Viewer};
use crate::storage::PgConnection;
use crate::storage::contract_versions::clauses::add_changes;
use crate::storage::contract_versions::{
    Edition, NewVersion, create_version, delete_version, find_version, list_versions, save_files,
};
use crate::wording::version::label;

/// Number of versions that are searched for the next free number.
const KNOWN_NUMBERS: i64 = 1000;

/// Begins a draft as a copy of a published version, under the next free number: two texts with one
/// number could not be told apart. Drafts cannot be copied.
pub fn begin_from(
    conn: &mut PgConnection,
    viewer: &Viewer,
    from: VersionId,
    now: DateTime<Utc>,
) -> Result<VersionId, ActionError> {
    require(viewer, Duty::Contract)?;
    let from = find_version(conn, from)?.ok_or(ActionError::NotFound)?;
    if from.head.stage() != Stage::Published {
        return Err(VersionRefusal::NotPublished.into());
    }
    let event = VersionAuditEvent::Begun {
        from: Some(from.head.label()),
    };
    let mut files = from.files;
    let heads = list_versions(conn, KNOWN_NUMBERS)?;
    let taken: Vec<&str> = heads
        .iter()
        .filter_map(|one| one.number.as_deref())
        .collect();
    let number = from.head.number.as_deref().unwrap_or_default();
    if let (Some(next), Some(facts)) = (next_number(number, &taken), files.get_mut(meta::FILE)) {
        *facts = set(facts, None, "number", &quoted(&next));
    }
    let languages = parts::languages(&files);
    // The change note of the other version does not apply to this one; LC-46 asks for a new one.
    if let Some(facts) = files.get_mut(meta::FILE) {
        for language in languages {
            *facts = set(facts, Some("change_note"), language, &quoted(""));
        }
    }
    create(conn, viewer, files, Some(from.head.id), event, now)
}

/// Begins a draft with uploaded files.
pub fn begin_with(
    conn: &mut PgConnection,
    viewer: &Viewer,
    files: Files,
    based_on: Option<VersionId>,
    now: DateTime<Utc>,
) -> Result<VersionId, ActionError> {
    let event = VersionAuditEvent::Begun { from: None };
    create(conn, viewer, files, based_on, event, now)
}

fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    files: Files,
    based_on: Option<VersionId>,
    event: VersionAuditEvent,
    now: DateTime<Utc>,
) -> Result<VersionId, ActionError> {
    require(viewer, Duty::Contract)?;
    let by = viewer.user;
    if !fits(&files) {
        return Err(VersionRefusal::TooLarge.into());
    }
    let new = NewVersion {
        number: number_of(&files),
        files,
        based_on,
    };
    let id = create_version(conn, &new, Some(by), now)?;
    let name = label(new.number.as_deref());
    note(conn, actor(viewer), id, &name, event, now)?;
    Ok(id)
}

/// A text as it was typed.
#[derive(Debug, Clone)]
pub struct Typed {
    /// Path of the file.
    pub path: String,
    /// The text, as the user typed it.
    pub text: String,
    /// [`stamp`] of the text that the user began with.
    pub seen: String,
}

/// A short hash of the text of a file.
pub fn stamp(text: &str) -> String {
    let mut hash = crate::actions::documents::sha256(text.as_bytes());
    hash.truncate(16);
    hash
}

/// Saves the text of a file, unless another user has changed that file since it was opened. Two
/// users may write in different files at the same time. True if the text has changed.
pub fn save_text(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
    typed: &Typed,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let version = lock(conn, viewer, id, VersionStep::Edit)?;
    let before = version
        .files
        .get(&typed.path)
        .ok_or(VersionRefusal::NoSuchPart)?;
    let text = clean(&typed.text);
    if text == *before {
        return Ok(false);
    }
    if stamp(before) != typed.seen {
        let changed = version.touched.get(&typed.path);
        return Err(VersionRefusal::Changed {
            by: changed.map_or(version.head.changed.name, |touch| touch.name.clone()),
            at: changed.map_or(version.head.changed.at, |touch| touch.at),
        }
        .into());
    }
    if text.len() > MAX_FILE {
        return Err(VersionRefusal::TooLarge.into());
    }
    let mut files = version.files.clone();
    files.insert(typed.path.clone(), text);
    let event = VersionAuditEvent::Changed {
        part: typed.path.clone(),
    };
    write(conn, viewer, version, files, event, now)?;
    Ok(true)
}

/// Adds an annex or a product in every language; returns its name.
pub fn add_part(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
    kind: PartKind,
    (name, title): (&str, &str),
    now: DateTime<Utc>,
) -> Result<String, ActionError> {
    let version = lock(conn, viewer, id, VersionStep::Edit)?;
    let (files, part) = parts::add(&version.files, kind, name, title)?;
    let event = VersionAuditEvent::PartAdded { part: part.clone() };
    write(conn, viewer, version, files, event, now)?;
    Ok(part)
}

/// Renames a part in every language.
pub fn rename_part(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
    (from, to): (&str, &str),
    now: DateTime<Utc>,
) -> Result<String, ActionError> {
    let version = lock(conn, viewer, id, VersionStep::Edit)?;
    let (files, to) = parts::rename(&version.files, from, to)?;
    let event = VersionAuditEvent::PartRenamed {
        from: from.to_owned(),
        to: to.clone(),
    };
    write(conn, viewer, version, files, event, now)?;
    Ok(to)
}

/// Removes a part in every language.
pub fn remove_part(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
    part: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock(conn, viewer, id, VersionStep::Edit)?;
    let files = parts::remove(&version.files, part)?;
    let event = VersionAuditEvent::PartRemoved {
        part: part.to_owned(),
    };
    write(conn, viewer, version, files, event, now)
}

pub(super) fn write(
    conn: &mut PgConnection,
    viewer: &Viewer,
    version: Version,
    files: Files,
    event: VersionAuditEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if !fits(&files) {
        return Err(VersionRefusal::TooLarge.into());
    }
    let mut touched = version.touched;
    touched.retain(|path, _| files.contains_key(path));
    for (path, text) in &files {
        if version.files.get(path) != Some(text) {
            let touch = Touch {
                name: viewer.name.clone(),
                at: now,
            };
            touched.insert(path.clone(), touch);
        }
    }
    let edition = Edition {
        number: number_of(&files),
        files: &files,
        touched: &touched,
    };
    save_files(conn, version.head.id, &edition, viewer.user, now)?;
    let changes = super::changes::between(&version.files, &files);
    add_changes(conn, version.head.id, &changes, viewer.user, now)?;
    let name = label(edition.number.as_deref());
    note(conn, actor(viewer), version.head.id, &name, event, now)
}

/// Deletes a draft.
pub fn discard(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock(conn, viewer, id, VersionStep::Discard)?;
    delete_version(conn, id)?;
    let (name, event) = (version.head.label(), VersionAuditEvent::Discarded);
    note(conn, actor(viewer), id, &name, event, now)
}
