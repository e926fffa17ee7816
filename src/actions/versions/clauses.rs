//! Writing a version clause by clause. Two people may write in different clauses of one file: what is
//! locked is compared clause by clause, and only the same clause is refused to the second one.

use chrono::{DateTime, Utc};

use super::draft::{stamp, write};
use super::{ActionError, lock};
use crate::contract::clauses::order::{Direction, added, neighbour, removed, swapped};
use crate::contract::clauses::{Column, Names, Pair, PartText, free_id, slug};
use crate::domain::VersionId;
use crate::domain::version::{
    ClauseStep, Files, MAX_FILE, Version, VersionAuditEvent, VersionRefusal, VersionStep,
};
use crate::domain::viewer::Viewer;
use crate::storage::PgConnection;
use crate::storage::contract_versions::clauses::{
    ClauseForm, TypedFields, delete_typed, rename_clause, save_typed,
};

/// Which clause of which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseRef {
    /// The version.
    pub version: VersionId,
    /// Name of the part without language.
    pub part: String,
    /// Key of the clause.
    pub clause: String,
}

impl ClauseRef {
    fn form(&self, viewer: &Viewer) -> ClauseForm {
        ClauseForm {
            version: self.version,
            user: viewer.user,
            part: self.part.clone(),
            clause: self.clause.clone(),
        }
    }
}

/// A clause in one language as it is to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseText {
    /// Path of its file.
    pub path: String,
    /// [`stamp`] of the source that it was made from.
    pub seen: String,
    /// Its new source.
    pub source: String,
}

/// Stamps of a clause in each language; `-` where a language does not have it.
pub fn stand(part: &PartText, pair: &Pair) -> Vec<String> {
    part.each(pair)
        .map(|(column, clause)| match clause {
            Some((_, clause)) => stamp(clause.source(&column.text)),
            None => "-".to_owned(),
        })
        .collect()
}

/// Saves a clause; true if its text has changed. What the person typed before and had not saved goes.
pub fn save_clause(
    conn: &mut PgConnection,
    viewer: &Viewer,
    at: &ClauseRef,
    texts: &[ClauseText],
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let version = lock(conn, viewer, at.version, VersionStep::Edit)?;
    let (part, pair) = find(&version, at)?;
    let mut files = version.files.clone();
    for (column, clause) in part.each(&pair) {
        let Some(text) = texts.iter().find(|one| one.path == column.path) else {
            continue;
        };
        let Some((_, clause)) = clause else {
            return Err(VersionRefusal::NoSuchClause.into());
        };
        let before = clause.source(&column.text);
        if before == text.source {
            continue;
        }
        if stamp(before) != text.seen {
            return Err(changed(&version, column));
        }
        let mut whole = column.text.clone();
        whole.replace_range(clause.range.clone(), &text.source);
        put(&mut files, column, whole)?;
    }
    delete_typed(conn, &at.form(viewer))?;
    if files == version.files {
        return Ok(false);
    }
    // A clause without an id is called by its heading: its comments follow it.
    let place = part.pairs.iter().position(|one| one.key == pair.key);
    let after = PartText::of(&files, &at.part);
    let key = after
        .as_ref()
        .filter(|after| after.pairs.len() == part.pairs.len())
        .and_then(|after| after.pairs.get(place?))
        .map(|pair| pair.key.clone());
    if let Some(key) = key.filter(|key| *key != pair.key) {
        rename_clause(conn, at.version, &at.part, &pair.key, &key)?;
    }
    let event = event(&part, &pair, ClauseStep::Changed);
    write(conn, viewer, version, files, event, now)?;
    Ok(true)
}

/// Moves a clause with all below it, in every language where its neighbour is the same. `seen` is the order
/// that the person saw.
pub fn move_clause(
    conn: &mut PgConnection,
    viewer: &Viewer,
    at: &ClauseRef,
    direction: Direction,
    seen: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock(conn, viewer, at.version, VersionStep::Edit)?;
    let (part, pair) = find(&version, at)?;
    if stamp(&part.order()) != seen {
        let first = part.columns.first().ok_or(VersionRefusal::NoSuchPart)?;
        return Err(changed(&version, first));
    }
    let mut files = version.files.clone();
    let mut partner: Option<String> = None;
    for (place, (column, clause)) in part.each(&pair).enumerate() {
        let Some((own, _)) = clause else {
            continue;
        };
        let Some(other) = neighbour(&column.clauses, own, direction) else {
            continue;
        };
        let key = part
            .pairs
            .iter()
            .find(|pair| pair.places.get(place).copied().flatten() == Some(other))
            .map(|pair| pair.key.clone());
        if partner.is_some() && partner != key {
            continue;
        }
        partner = key;
        let (first, second) = (own.min(other), own.max(other));
        put(
            &mut files,
            column,
            swapped(&column.text, &column.clauses, first, second),
        )?;
    }
    if files == version.files {
        return Err(VersionRefusal::NoSuchClause.into());
    }
    let event = event(&part, &pair, ClauseStep::Moved);
    write(conn, viewer, version, files, event, now)
}

/// Adds a clause behind another one (`at.clause`; empty for the end), with a heading for each language;
/// gives its key.
pub fn add_clause(
    conn: &mut PgConnection,
    viewer: &Viewer,
    at: &ClauseRef,
    headings: &[(String, String)],
    now: DateTime<Utc>,
) -> Result<String, ActionError> {
    let version = lock(conn, viewer, at.version, VersionStep::Edit)?;
    let part = PartText::of(&version.files, &at.part).ok_or(VersionRefusal::NoSuchPart)?;
    let behind = part.pair(&at.clause).cloned();
    let title = headings.first().map(|(_, heading)| heading.as_str());
    let id = free_id(&version.files, &slug(title.unwrap_or_default()));
    let mut files = version.files.clone();
    for (place, column) in part.columns.iter().enumerate() {
        let own = behind
            .as_ref()
            .and_then(|pair| pair.places.get(place).copied().flatten());
        let level = own
            .and_then(|at| column.clauses.get(at))
            .map_or(0, |one| one.level);
        let heading = headings.iter().find(|(code, _)| code == column.code);
        let heading = heading.map_or("…", |(_, heading)| heading.as_str());
        let new = (id.as_str(), heading);
        let level = usual_level(&at.part, level);
        let own = own.filter(|at| column.clauses.get(*at).is_some_and(|one| one.level > 0));
        let text = added(
            &column.text,
            &column.clauses,
            own,
            level,
            new,
            &Names::default(),
        )
        .map_err(|_| VersionRefusal::NoSuchClause)?;
        put(&mut files, column, text)?;
    }
    let event = VersionAuditEvent::Clause {
        part: at.part.clone(),
        clause: title.unwrap_or_default().to_owned(),
        step: ClauseStep::Added,
    };
    write(conn, viewer, version, files, event, now)?;
    Ok(id)
}

/// An annex has one title, and a product or a group of measures none.
fn usual_level(part: &str, behind: u8) -> u8 {
    match (part, behind) {
        ("vertrag", 0) => 1,
        ("vertrag", level) => level,
        (_, level) => level.max(2),
    }
}

/// Removes a clause with all below it in every language. `seen` is its [`stand`].
pub fn remove_clause(
    conn: &mut PgConnection,
    viewer: &Viewer,
    at: &ClauseRef,
    seen: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock(conn, viewer, at.version, VersionStep::Edit)?;
    let (part, pair) = find(&version, at)?;
    if stand(&part, &pair).join(".") != seen {
        let first = part.columns.first().ok_or(VersionRefusal::NoSuchPart)?;
        return Err(changed(&version, first));
    }
    let mut files = version.files.clone();
    for (column, clause) in part.each(&pair) {
        if let Some((place, _)) = clause {
            put(
                &mut files,
                column,
                removed(&column.text, &column.clauses, place),
            )?;
        }
    }
    delete_typed(conn, &at.form(viewer))?;
    let event = event(&part, &pair, ClauseStep::Removed);
    write(conn, viewer, version, files, event, now)
}

/// Keeps what a person typed in a form and has not saved. No audit event: nothing of the version changes.
pub fn keep_typed(
    conn: &mut PgConnection,
    viewer: &Viewer,
    at: &ClauseRef,
    fields: &TypedFields,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    lock(conn, viewer, at.version, VersionStep::Edit)?;
    Ok(save_typed(conn, &at.form(viewer), fields, now)?)
}

/// Drops what a person typed in a form.
pub fn drop_typed(
    conn: &mut PgConnection,
    viewer: &Viewer,
    at: &ClauseRef,
) -> Result<(), ActionError> {
    lock(conn, viewer, at.version, VersionStep::Edit)?;
    Ok(delete_typed(conn, &at.form(viewer))?)
}

fn find(version: &Version, at: &ClauseRef) -> Result<(PartText, Pair), VersionRefusal> {
    let part = PartText::of(&version.files, &at.part).ok_or(VersionRefusal::NoSuchPart)?;
    let pair = part.pair(&at.clause).cloned();
    Ok((part, pair.ok_or(VersionRefusal::NoSuchClause)?))
}

fn put(files: &mut Files, column: &Column, text: String) -> Result<(), VersionRefusal> {
    if text.len() > MAX_FILE {
        return Err(VersionRefusal::TooLarge);
    }
    files.insert(column.path.clone(), text);
    Ok(())
}

fn changed(version: &Version, column: &Column) -> ActionError {
    let touch = version.touched.get(&column.path);
    VersionRefusal::Changed {
        by: touch.map_or(version.head.changed.name.clone(), |touch| {
            touch.name.clone()
        }),
        at: touch.map_or(version.head.changed.at, |touch| touch.at),
    }
    .into()
}

fn event(part: &PartText, pair: &Pair, step: ClauseStep) -> VersionAuditEvent {
    VersionAuditEvent::Clause {
        part: part.stem.clone(),
        clause: part.title(pair),
        step,
    }
}
