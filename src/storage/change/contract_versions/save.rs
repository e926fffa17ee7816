//! Writing versions. What a published one says is kept from changing by a trigger.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::domain::version::{Confirmation, Files, Touch};
use crate::domain::{UserId, VersionId};
use crate::storage::schema::clause_drafts;
use crate::storage::schema::contract_versions::{self as v, table};
use crate::storage::{QueryResult, text};

/// A draft to begin with.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// The version number that `contract.toml` says, if it says one.
    pub number: Option<String>,
    /// The files of its text.
    pub files: Files,
    /// The version it was copied from, if any.
    pub based_on: Option<VersionId>,
}

/// The texts of a draft after a change.
#[derive(Debug, Clone)]
pub struct Edition<'e> {
    /// The version number that `contract.toml` says now, if it says one.
    pub number: Option<String>,
    /// All files of its text.
    pub files: &'e Files,
    /// For each file, the user who changed it last.
    pub touched: &'e BTreeMap<String, Touch>,
}

/// Begins a draft; gives its key away. `by` is `None` for the one that comes with the program.
pub fn create_version(
    conn: &mut PgConnection,
    new: &NewVersion,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<VersionId> {
    let by = by.map(|by| by.0);
    diesel::insert_into(table)
        .values((
            v::number.eq(new.number.as_deref()),
            v::files.eq(text::json(&new.files)?),
            v::based_on.eq(new.based_on.map(|id| id.0)),
            v::created_at.eq(now),
            v::created_by.eq(by),
            v::changed_at.eq(now),
            v::changed_by.eq(by),
        ))
        .returning(v::id)
        .get_result(conn)
        .map(VersionId)
}

/// Whether there is any version, draft or published. Of two processes that ask at once, one waits for the
/// other.
pub fn has_any(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::sql_query("LOCK TABLE contract_versions IN SHARE ROW EXCLUSIVE MODE").execute(conn)?;
    let any: Option<i64> = table.select(v::id).first(conn).optional()?;
    Ok(any.is_some())
}

/// Puts the version that comes with the program in place as published, if there is none at all. Says
/// whether it was put there.
pub fn publish_shipped(
    conn: &mut PgConnection,
    number: &str,
    files: &Files,
    valid_from: NaiveDate,
    hash: &str,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let any: Option<i64> = table.select(v::id).first(conn).optional()?;
    if any.is_some() {
        return Ok(false);
    }
    // Of two processes that start at once, the second one finds the number taken.
    insert_published(conn, number, files, valid_from, hash, now)
}

/// Adds a published version that was not written in this portal; `false` if its number is taken.
pub fn insert_published(
    conn: &mut PgConnection,
    number: &str,
    files: &Files,
    valid_from: NaiveDate,
    hash: &str,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let added = diesel::insert_into(table)
        .values((
            v::number.eq(number),
            v::files.eq(text::json(files)?),
            v::created_at.eq(now),
            v::changed_at.eq(now),
            v::submitted_at.eq(now),
            v::approved_at.eq(now),
            v::published_at.eq(now),
            v::valid_from.eq(valid_from),
            v::source_hash.eq(hash),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(added > 0)
}

/// Writes the texts of a draft.
pub fn save_files(
    conn: &mut PgConnection,
    id: VersionId,
    edition: &Edition<'_>,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(table.find(id.0))
        .set((
            v::number.eq(edition.number.as_deref()),
            v::files.eq(text::json(edition.files)?),
            v::touched.eq(text::json(edition.touched)?),
            v::revision.eq(v::revision + 1),
            v::changed_at.eq(now),
            v::changed_by.eq(by.0),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Submits a draft with what its author confirmed.
pub fn save_submission(
    conn: &mut PgConnection,
    id: VersionId,
    confirmations: &[Confirmation],
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(table.find(id.0))
        .set((
            v::confirmations.eq(text::json(&confirmations)?),
            v::submitted_at.eq(now),
            v::submitted_by.eq(by.0),
            v::returned.eq(None::<String>),
            v::revision.eq(v::revision + 1),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Turns a submitted version into a draft again.
pub fn save_return(conn: &mut PgConnection, id: VersionId, reason: &str) -> QueryResult<()> {
    diesel::update(table.find(id.0))
        .set((
            v::confirmations.eq(serde_json::json!([])),
            v::submitted_at.eq(None::<DateTime<Utc>>),
            v::submitted_by.eq(None::<i64>),
            v::approved_at.eq(None::<DateTime<Utc>>),
            v::approved_by.eq(None::<i64>),
            v::returned.eq(reason),
            v::revision.eq(v::revision + 1),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Notes who approved it, and when, with what both persons confirmed.
pub fn save_approval(
    conn: &mut PgConnection,
    id: VersionId,
    confirmations: &[Confirmation],
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(table.find(id.0))
        .set((
            v::confirmations.eq(text::json(&confirmations)?),
            v::approved_at.eq(now),
            v::approved_by.eq(by.0),
            v::revision.eq(v::revision + 1),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Publishes it. From then on nothing can change it, so what was typed and never saved goes.
pub fn save_publication(
    conn: &mut PgConnection,
    id: VersionId,
    valid_from: NaiveDate,
    hash: &str,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(table.find(id.0))
        .set((
            v::published_at.eq(now),
            v::published_by.eq(by.0),
            v::valid_from.eq(valid_from),
            v::source_hash.eq(hash),
            v::revision.eq(v::revision + 1),
        ))
        .execute(conn)?;
    let typed = clause_drafts::table.filter(clause_drafts::version_id.eq(id.0));
    diesel::delete(typed).execute(conn).map(|_| ())
}

/// Deletes a draft. Versions that were copied from it keep their own texts.
pub fn delete_version(conn: &mut PgConnection, id: VersionId) -> QueryResult<()> {
    diesel::update(table.filter(v::based_on.eq(id.0)))
        .set(v::based_on.eq(None::<i64>))
        .execute(conn)?;
    diesel::delete(table.find(id.0)).execute(conn).map(|_| ())
}
