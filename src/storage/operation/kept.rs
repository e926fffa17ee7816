//! Forms that a user filled in and could not save: kept for the same user, for a short time (B2,
//! B3).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::UserId;
use crate::storage::schema::{kept_files, kept_forms};
use crate::storage::{QueryResult, text};

/// How long a form or a file is kept.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(1);
/// How many forms and files are kept for a user; a further one replaces the oldest.
const MOST: i64 = 5;

/// A form that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// The page the form is on: a path of this portal.
    pub page: String,
    /// The path it was sent to.
    pub action: String,
    /// The values by field; no passwords.
    pub fields: BTreeMap<String, String>,
    /// The files that were chosen.
    pub files: Vec<KeptFile>,
}

/// A file that is kept, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Key in `kept_files`.
    pub id: Uuid,
    /// The field it was chosen in.
    pub field: String,
    /// Its name on the user's machine.
    pub name: String,
}

/// A file to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewKeptFile<'a> {
    /// The field it was chosen in.
    pub field: &'a str,
    /// Its name on the user's machine.
    pub name: &'a str,
    /// The uploaded bytes of the file.
    pub bytes: &'a [u8],
}

/// Keeps a form and returns its key.
pub fn create_form(
    conn: &mut PgConnection,
    user: UserId,
    (page, action): (&str, &str),
    fields: &BTreeMap<String, String>,
    now: DateTime<Utc>,
) -> QueryResult<Uuid> {
    let id = Uuid::new_v4();
    let fields = serde_json::to_value(fields).map_err(|_| text::unreadable("kept form"))?;
    diesel::insert_into(kept_forms::table)
        .values((
            kept_forms::id.eq(id),
            kept_forms::user_id.eq(user.0),
            kept_forms::page.eq(page),
            kept_forms::action.eq(action),
            kept_forms::fields.eq(fields),
            kept_forms::kept_at.eq(now),
        ))
        .execute(conn)?;
    let newest = kept_forms::table
        .filter(kept_forms::user_id.eq(user.0))
        .order((kept_forms::kept_at.desc(), kept_forms::id.eq(id).desc()))
        .select(kept_forms::id)
        .limit(MOST)
        .load::<Uuid>(conn)?;
    diesel::delete(
        kept_forms::table
            .filter(kept_forms::user_id.eq(user.0))
            .filter(kept_forms::id.ne_all(newest)),
    )
    .execute(conn)?;
    Ok(id)
}

/// Keeps a file; `form` is the kept form it belongs to, if the whole form was kept.
pub fn create_file(
    conn: &mut PgConnection,
    user: UserId,
    form: Option<Uuid>,
    file: NewKeptFile<'_>,
    now: DateTime<Utc>,
) -> QueryResult<KeptFile> {
    let id = Uuid::new_v4();
    diesel::insert_into(kept_files::table)
        .values((
            kept_files::id.eq(id),
            kept_files::user_id.eq(user.0),
            kept_files::form_id.eq(form),
            kept_files::field.eq(file.field),
            kept_files::name.eq(file.name),
            kept_files::bytes.eq(file.bytes),
            kept_files::kept_at.eq(now),
        ))
        .execute(conn)?;
    let newest = kept_files::table
        .filter(kept_files::user_id.eq(user.0))
        .order((kept_files::kept_at.desc(), kept_files::id.eq(id).desc()))
        .select(kept_files::id)
        .limit(MOST)
        .load::<Uuid>(conn)?;
    diesel::delete(
        kept_files::table
            .filter(kept_files::user_id.eq(user.0))
            .filter(kept_files::id.ne_all(newest)),
    )
    .execute(conn)?;
    Ok(KeptFile {
        id,
        field: file.field.to_owned(),
        name: file.name.to_owned(),
    })
}

/// A user's own form that was kept at `since` or later.
pub fn find_form(
    conn: &mut PgConnection,
    user: UserId,
    id: Uuid,
    since: DateTime<Utc>,
) -> QueryResult<Option<KeptForm>> {
    let found: Option<(String, String, serde_json::Value)> = kept_forms::table
        .find(id)
        .filter(kept_forms::user_id.eq(user.0))
        .filter(kept_forms::kept_at.gt(since))
        .select((kept_forms::page, kept_forms::action, kept_forms::fields))
        .first(conn)
        .optional()?;
    let Some((page, action, fields)) = found else {
        return Ok(None);
    };
    let files = kept_files::table
        .filter(kept_files::form_id.eq(id))
        .order(kept_files::kept_at)
        .select((kept_files::id, kept_files::field, kept_files::name))
        .load::<(Uuid, String, String)>(conn)?;
    Ok(Some(KeptForm {
        page,
        action,
        fields: serde_json::from_value(fields).map_err(|_| text::unreadable("kept form"))?,
        files: files
            .into_iter()
            .map(|(id, field, name)| KeptFile { id, field, name })
            .collect(),
    }))
}

/// A user's own file that was kept at `since` or later: name and bytes.
pub fn find_file(
    conn: &mut PgConnection,
    user: UserId,
    id: Uuid,
    since: DateTime<Utc>,
) -> QueryResult<Option<(String, Vec<u8>)>> {
    kept_files::table
        .find(id)
        .filter(kept_files::user_id.eq(user.0))
        .filter(kept_files::kept_at.gt(since))
        .select((kept_files::name, kept_files::bytes))
        .first(conn)
        .optional()
}

/// Deletes a user's forms and files that are not needed any more.
pub fn delete_used(
    conn: &mut PgConnection,
    user: UserId,
    form: Option<Uuid>,
    files: &[Uuid],
) -> QueryResult<()> {
    let own = kept_files::table.filter(kept_files::user_id.eq(user.0));
    diesel::delete(own.filter(kept_files::id.eq_any(files))).execute(conn)?;
    if let Some(form) = form {
        let own = kept_forms::table.filter(kept_forms::user_id.eq(user.0));
        diesel::delete(own.filter(kept_forms::id.eq(form))).execute(conn)?;
    }
    Ok(())
}

/// Deletes what was kept at `before` or earlier; returns how much it was.
pub fn delete_old(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    let forms =
        diesel::delete(kept_forms::table.filter(kept_forms::kept_at.le(before))).execute(conn)?;
    let files =
        diesel::delete(kept_files::table.filter(kept_files::kept_at.le(before))).execute(conn)?;
    Ok(forms + files)
}
