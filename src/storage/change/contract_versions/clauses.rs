//! What stands beside the clauses of a version: comments, who changed which words, and what was typed and
//! not saved yet.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::domain::version::{Comment, NewComment};
use crate::domain::{CommentId, UserId, VersionId};
use crate::storage::schema::{
    clause_changes as k, clause_comments as c, clause_drafts as d, users,
};
use crate::storage::{QueryResult, text};

/// At most this many comments of a version are read.
const MOST_COMMENTS: i64 = 2000;

type CommentRow = (
    i64,
    String,
    String,
    String,
    Option<i64>,
    String,
    DateTime<Utc>,
    i64,
    Option<DateTime<Utc>>,
    Option<i64>,
);

/// All comments of a version, oldest first.
pub fn list_comments(conn: &mut PgConnection, version: VersionId) -> QueryResult<Vec<Comment>> {
    let rows: Vec<CommentRow> = c::table
        .filter(c::version_id.eq(version.0))
        .order(c::id)
        .limit(MOST_COMMENTS)
        .select((
            c::id,
            c::part,
            c::clause,
            c::heading,
            c::answers_to,
            c::text,
            c::written_at,
            c::written_by,
            c::closed_at,
            c::closed_by,
        ))
        .load(conn)?;
    let mut people: Vec<i64> = rows.iter().map(|row| row.7).collect();
    people.extend(rows.iter().filter_map(|row| row.9));
    let names: Vec<(i64, String)> = users::table
        .filter(users::id.eq_any(people))
        .select((users::id, users::name))
        .load(conn)?;
    let names: BTreeMap<i64, String> = names.into_iter().collect();
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let comments = rows.into_iter().map(|row| Comment {
        id: CommentId(row.0),
        part: row.1,
        clause: row.2,
        heading: row.3,
        answers_to: row.4.map(CommentId),
        text: row.5,
        at: row.6,
        by: name(row.7),
        closed: row.8.zip(row.9.map(name)),
    });
    Ok(comments.collect())
}

/// How many comments of a version wait for an answer or to be closed.
pub fn count_open_comments(conn: &mut PgConnection, version: VersionId) -> QueryResult<i64> {
    c::table
        .filter(c::version_id.eq(version.0))
        .filter(c::answers_to.is_null())
        .filter(c::closed_at.is_null())
        .count()
        .get_result(conn)
}

/// Adds a comment or an answer.
pub fn create_comment(
    conn: &mut PgConnection,
    version: VersionId,
    new: &NewComment,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<CommentId> {
    diesel::insert_into(c::table)
        .values((
            c::version_id.eq(version.0),
            c::part.eq(&new.part),
            c::clause.eq(&new.clause),
            c::heading.eq(&new.heading),
            c::answers_to.eq(new.answers_to.map(|id| id.0)),
            c::text.eq(&new.text),
            c::written_at.eq(now),
            c::written_by.eq(by.0),
        ))
        .returning(c::id)
        .get_result(conn)
        .map(CommentId)
}

/// Closes a comment, or opens it again with `None`.
pub fn save_closed(
    conn: &mut PgConnection,
    id: CommentId,
    closed: Option<(UserId, DateTime<Utc>)>,
) -> QueryResult<()> {
    diesel::update(c::table.find(id.0))
        .set((
            c::closed_at.eq(closed.map(|(_, at)| at)),
            c::closed_by.eq(closed.map(|(by, _)| by.0)),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Comments follow their clause to another key.
pub fn rename_clause(
    conn: &mut PgConnection,
    version: VersionId,
    part: &str,
    from: &str,
    to: &str,
) -> QueryResult<()> {
    diesel::update(
        c::table
            .filter(c::version_id.eq(version.0))
            .filter(c::part.eq(part))
            .filter(c::clause.eq(from)),
    )
    .set(c::clause.eq(to))
    .execute(conn)
    .map(|_| ())
}

/// A changed clause of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// Path in the folder of the version.
    pub file: String,
    /// Key of the clause.
    pub clause: String,
    /// Its heading.
    pub heading: String,
    /// Its source before; `None` for a new one.
    pub before: Option<String>,
    /// Its source from now on; `None` if it is gone.
    pub after: Option<String>,
}

/// A change as it was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedChange {
    /// Its place in the order of all changes.
    pub id: i64,
    /// When it was saved.
    pub at: DateTime<Utc>,
    /// Name of the person who saved it.
    pub by: String,
    /// What was changed.
    pub change: NewChange,
}

/// Notes what a person changed.
pub fn add_changes(
    conn: &mut PgConnection,
    version: VersionId,
    changes: &[NewChange],
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let rows: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                k::version_id.eq(version.0),
                k::changed_at.eq(now),
                k::changed_by.eq(by.0),
                k::file.eq(&change.file),
                k::clause.eq(&change.clause),
                k::heading.eq(&change.heading),
                k::before.eq(change.before.as_deref()),
                k::after.eq(change.after.as_deref()),
            )
        })
        .collect();
    diesel::insert_into(k::table)
        .values(rows)
        .execute(conn)
        .map(|_| ())
}

type ChangeRow = (
    (i64, DateTime<Utc>, String),
    (String, String, String, Option<String>, Option<String>),
);

/// The changes of a version, newest first, behind the one with the id `before`.
pub fn list_changes(
    conn: &mut PgConnection,
    version: VersionId,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<SavedChange>> {
    let rows: Vec<ChangeRow> = k::table
        .inner_join(users::table)
        .filter(k::version_id.eq(version.0))
        .filter(k::id.lt(before.unwrap_or(i64::MAX)))
        .order(k::id.desc())
        .limit(limit)
        .select((
            (k::id, k::changed_at, users::name),
            (k::file, k::clause, k::heading, k::before, k::after),
        ))
        .load(conn)?;
    let changes = rows.into_iter().map(|((id, at, by), change)| SavedChange {
        id,
        at,
        by,
        change: NewChange {
            file: change.0,
            clause: change.1,
            heading: change.2,
            before: change.3,
            after: change.4,
        },
    });
    Ok(changes.collect())
}

/// Where a form of a clause stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseForm {
    /// The version.
    pub version: VersionId,
    /// Whose form it is.
    pub user: UserId,
    /// Name of the part.
    pub part: String,
    /// Key of the clause.
    pub clause: String,
}

/// The fields of a form by name.
pub type TypedFields = BTreeMap<String, String>;

/// What a person typed and has not saved, with the moment.
pub fn find_typed(
    conn: &mut PgConnection,
    form: &ClauseForm,
) -> QueryResult<Option<(TypedFields, DateTime<Utc>)>> {
    let row: Option<(Value, DateTime<Utc>)> = d::table
        .find((form.version.0, form.user.0, &form.part, &form.clause))
        .select((d::fields, d::typed_at))
        .first(conn)
        .optional()?;
    row.map(|(fields, at)| Ok((text::from_json(fields)?, at)))
        .transpose()
}

/// Keeps what a person typed.
pub fn save_typed(
    conn: &mut PgConnection,
    form: &ClauseForm,
    fields: &TypedFields,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let fields = text::json(fields)?;
    diesel::insert_into(d::table)
        .values((
            d::version_id.eq(form.version.0),
            d::user_id.eq(form.user.0),
            d::part.eq(&form.part),
            d::clause.eq(&form.clause),
            d::fields.eq(&fields),
            d::typed_at.eq(now),
        ))
        .on_conflict((d::version_id, d::user_id, d::part, d::clause))
        .do_update()
        .set((d::fields.eq(&fields), d::typed_at.eq(now)))
        .execute(conn)
        .map(|_| ())
}

/// Drops what a person typed.
pub fn delete_typed(conn: &mut PgConnection, form: &ClauseForm) -> QueryResult<()> {
    diesel::delete(d::table.find((form.version.0, form.user.0, &form.part, &form.clause)))
        .execute(conn)
        .map(|_| ())
}

/// The clauses of a version in which a person has typed something that is not saved: part and key.
pub fn list_typed(
    conn: &mut PgConnection,
    version: VersionId,
    user: UserId,
) -> QueryResult<Vec<(String, String)>> {
    d::table
        .filter(d::version_id.eq(version.0))
        .filter(d::user_id.eq(user.0))
        .select((d::part, d::clause))
        .load(conn)
}
