//! What drafts were imported from, until they are published.

use diesel::prelude::*;
use serde_json::Value;

use crate::domain::VersionId;
use crate::domain::version::{Files, ImportSource, ImportState};
use crate::storage::schema::{contract_import_sources as s, contract_imports as i};
use crate::storage::{QueryResult, text};

/// An import as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The files as it made them.
    pub base: Files,
    /// How it stands.
    pub state: ImportState,
}

/// Keeps what a draft was imported from.
pub fn create_import(
    conn: &mut PgConnection,
    id: VersionId,
    sources: &[ImportSource],
    import: &Import,
) -> QueryResult<()> {
    diesel::insert_into(i::table)
        .values((
            i::version_id.eq(id.0),
            i::base.eq(text::json(&import.base)?),
            i::state.eq(text::json(&import.state)?),
        ))
        .execute(conn)?;
    for (source, place) in sources.iter().zip(0_i16..) {
        diesel::insert_into(s::table)
            .values((
                s::version_id.eq(id.0),
                s::place.eq(place),
                s::name.eq(&source.name),
                s::encoding.eq(source.encoding.as_deref()),
                s::bytes.eq(&source.bytes),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The import of a draft, if it was imported.
pub fn find_import(conn: &mut PgConnection, id: VersionId) -> QueryResult<Option<Import>> {
    let found: Option<(Value, Value)> = i::table
        .find(id.0)
        .select((i::base, i::state))
        .first(conn)
        .optional()?;
    let Some((base, state)) = found else {
        return Ok(None);
    };
    Ok(Some(Import {
        base: text::from_json(base)?,
        state: text::from_json(state)?,
    }))
}

/// The files that a draft was imported from, in their order.
pub fn list_sources(conn: &mut PgConnection, id: VersionId) -> QueryResult<Vec<ImportSource>> {
    let found: Vec<(String, Option<String>, Vec<u8>)> = s::table
        .filter(s::version_id.eq(id.0))
        .order(s::place)
        .select((s::name, s::encoding, s::bytes))
        .load(conn)?;
    let source = |(name, encoding, bytes)| ImportSource {
        name,
        encoding,
        bytes,
    };
    Ok(found.into_iter().map(source).collect())
}

/// Writes how an import stands, with the encodings that were confirmed.
pub fn save_import(
    conn: &mut PgConnection,
    id: VersionId,
    sources: &[ImportSource],
    import: &Import,
) -> QueryResult<()> {
    diesel::update(i::table.find(id.0))
        .set((
            i::base.eq(text::json(&import.base)?),
            i::state.eq(text::json(&import.state)?),
        ))
        .execute(conn)?;
    for (source, place) in sources.iter().zip(0_i16..) {
        diesel::update(s::table.find((id.0, place)))
            .set(s::encoding.eq(source.encoding.as_deref()))
            .execute(conn)?;
    }
    Ok(())
}

/// Forgets what a version was imported from.
pub fn delete_import(conn: &mut PgConnection, id: VersionId) -> QueryResult<()> {
    diesel::delete(i::table.find(id.0))
        .execute(conn)
        .map(|_| ())
}
