//! How the portal looks: one row, kept beside the operator's details.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::domain::Branding;
use crate::storage::database::text;
use crate::storage::schema::branding;
use crate::storage::{PgConnection, QueryResult};

/// A logo in the forms it is needed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoFiles {
    /// As browsers get it.
    pub shown: Vec<u8>,
    /// As PNG, for mails and documents.
    pub png: Vec<u8>,
}

/// What the operator chose; the portal's own look until then.
pub fn find_branding(conn: &mut PgConnection) -> QueryResult<Branding> {
    let facts: Option<serde_json::Value> = branding::table
        .select(branding::facts)
        .first(conn)
        .optional()?;
    facts.map_or(Ok(Branding::default()), text::from_json)
}

/// The same, locked for a change.
pub fn lock_branding(conn: &mut PgConnection) -> QueryResult<Branding> {
    let facts: Option<serde_json::Value> = branding::table
        .select(branding::facts)
        .for_no_key_update()
        .first(conn)
        .optional()?;
    facts.map_or(Ok(Branding::default()), text::from_json)
}

/// The logo as browsers get it.
pub fn find_logo(conn: &mut PgConnection) -> QueryResult<Option<Vec<u8>>> {
    let found: Option<Option<Vec<u8>>> = branding::table
        .select(branding::logo)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// The logo as PNG.
pub fn find_logo_png(conn: &mut PgConnection) -> QueryResult<Option<Vec<u8>>> {
    let found: Option<Option<Vec<u8>>> = branding::table
        .select(branding::logo_png)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// Replaces everything but the picture of the logo.
pub fn save_branding(conn: &mut PgConnection, value: &Branding) -> QueryResult<()> {
    diesel::insert_into(branding::table)
        .values((
            branding::id.eq(1_i16),
            branding::facts.eq(text::json(value)?),
        ))
        .on_conflict(branding::id)
        .do_update()
        .set(branding::facts.eq(excluded(branding::facts)))
        .execute(conn)?;
    Ok(())
}

/// Replaces everything, with the picture of the logo or with none.
pub fn save_branding_and_logo(
    conn: &mut PgConnection,
    value: &Branding,
    logo: Option<&LogoFiles>,
) -> QueryResult<()> {
    diesel::insert_into(branding::table)
        .values((
            branding::id.eq(1_i16),
            branding::facts.eq(text::json(value)?),
            branding::logo.eq(logo.map(|logo| &logo.shown)),
            branding::logo_png.eq(logo.map(|logo| &logo.png)),
        ))
        .on_conflict(branding::id)
        .do_update()
        .set((
            branding::facts.eq(excluded(branding::facts)),
            branding::logo.eq(excluded(branding::logo)),
            branding::logo_png.eq(excluded(branding::logo_png)),
        ))
        .execute(conn)?;
    Ok(())
}
