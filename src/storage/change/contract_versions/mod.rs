//! Versions of the contract text.

pub mod clauses;
mod save;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::count;
use diesel::prelude::*;
use serde_json::Value;

use crate::domain::version::{Files, Head, Mark, Version};
use crate::domain::{CustomerNumber, UserId, VersionId};
use crate::storage::customer_number::behind;
use crate::storage::schema::{contract_versions, requests, users};
use crate::storage::{QueryResult, text};

pub use save::{
    Edition, NewVersion, create_version, delete_version, has_any, insert_published,
    publish_shipped, save_approval, save_files, save_publication, save_return, save_submission,
};

/// A published version as the public list names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Key in `contract_versions`.
    pub id: VersionId,
    /// The version's number, as addresses name it.
    pub number: String,
    /// The Berlin day from which it is offered.
    pub valid_from: NaiveDate,
    /// SHA-256 over its files.
    pub hash: String,
}

type PublishedRow = (i64, Option<String>, Option<NaiveDate>, Option<String>);

fn published((id, number, valid_from, hash): PublishedRow) -> QueryResult<Published> {
    let missing = || text::unreadable("published version");
    Ok(Published {
        id: VersionId(id),
        number: number.ok_or_else(missing)?,
        valid_from: valid_from.ok_or_else(missing)?,
        hash: hash.ok_or_else(missing)?,
    })
}

/// The version in force as far as cases need it; nothing where none is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextInForce {
    /// Its number.
    pub number: String,
    /// The product files it has in all its languages, by their keys.
    pub annexes: BTreeSet<String>,
}

/// Number of the version in force on a Berlin day, as [`find_text_in_force`] finds it.
pub fn find_in_force(conn: &mut PgConnection, day: NaiveDate) -> QueryResult<Option<String>> {
    Ok(find_text_in_force(conn, day)?.map(|text| text.number))
}

/// The version in force on a Berlin day: the latest one that is valid by then. On days before the first
/// one that one holds, so that there is a text as soon as one is published. One step in an index.
pub fn find_text_in_force(
    conn: &mut PgConnection,
    day: NaiveDate,
) -> QueryResult<Option<TextInForce>> {
    use contract_versions as v;
    type Row = (Option<String>, Value);
    let found: Option<Row> = v::table
        .filter(v::published_at.is_not_null())
        .filter(v::valid_from.le(day))
        .order((v::valid_from.desc(), v::published_at.desc(), v::id.desc()))
        .select((v::number, v::annexes))
        .first(conn)
        .optional()?;
    let found = match found {
        Some(row) => Some(row),
        None => v::table
            .filter(v::published_at.is_not_null())
            .order((v::valid_from.asc(), v::published_at.asc(), v::id.asc()))
            .select((v::number, v::annexes))
            .first::<Row>(conn)
            .optional()?,
    };
    let Some((Some(number), annexes)) = found else {
        return Ok(None);
    };
    let annexes = text::from_json(annexes)?;
    Ok(Some(TextInForce { number, annexes }))
}

/// All published versions with what cases need of them.
pub fn list_texts(conn: &mut PgConnection) -> QueryResult<Vec<TextInForce>> {
    use contract_versions as v;
    let found: Vec<(Option<String>, Value)> = v::table
        .filter(v::published_at.is_not_null())
        .order((v::valid_from, v::id))
        .select((v::number, v::annexes))
        .load(conn)?;
    found
        .into_iter()
        .filter_map(|(number, annexes)| Some((number?, annexes)))
        .map(|(number, annexes)| {
            let annexes = text::from_json(annexes)?;
            Ok(TextInForce { number, annexes })
        })
        .collect()
}

/// The product files a version has in all its languages, by their keys.
pub fn find_product_files(
    conn: &mut PgConnection,
    id: VersionId,
) -> QueryResult<Option<BTreeSet<String>>> {
    let annexes: Option<Value> = contract_versions::table
        .find(id.0)
        .select(contract_versions::annexes)
        .first(conn)
        .optional()?;
    annexes.map(text::from_json).transpose()
}

/// A published version by its number.
pub fn find_published(conn: &mut PgConnection, number: &str) -> QueryResult<Option<Published>> {
    use contract_versions as v;
    // Numbers come from addresses; the database would refuse to look for this one.
    if number.contains('\0') {
        return Ok(None);
    }
    let row: Option<PublishedRow> = v::table
        .filter(v::published_at.is_not_null())
        .filter(v::number.eq(number))
        .select((v::id, v::number, v::valid_from, v::source_hash))
        .first(conn)
        .optional()?;
    row.map(published).transpose()
}

/// All published versions, the one with the latest first day first.
pub fn list_published(conn: &mut PgConnection) -> QueryResult<Vec<Published>> {
    use contract_versions as v;
    let rows: Vec<PublishedRow> = v::table
        .filter(v::published_at.is_not_null())
        .order((v::valid_from.desc(), v::published_at.desc(), v::id.desc()))
        .select((v::id, v::number, v::valid_from, v::source_hash))
        .load(conn)?;
    rows.into_iter().map(published).collect()
}

/// Whether an earlier version was published: only then can any customer have concluded another one.
pub fn has_earlier(conn: &mut PgConnection, number: &str) -> QueryResult<bool> {
    let published = list_published(conn)?;
    let from_here = published.iter().skip_while(|one| one.number != number);
    Ok(from_here.count() > 1)
}

/// The texts of a version.
pub fn find_files(conn: &mut PgConnection, id: VersionId) -> QueryResult<Option<Files>> {
    let files: Option<Value> = contract_versions::table
        .find(id.0)
        .select(contract_versions::files)
        .first(conn)
        .optional()?;
    files.map(text::from_json).transpose()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = contract_versions)]
struct HeadRow {
    id: i64,
    number: Option<String>,
    based_on: Option<i64>,
    revision: i32,
    created_at: DateTime<Utc>,
    created_by: Option<i64>,
    changed_at: DateTime<Utc>,
    changed_by: Option<i64>,
    submitted_at: Option<DateTime<Utc>>,
    submitted_by: Option<i64>,
    approved_at: Option<DateTime<Utc>>,
    approved_by: Option<i64>,
    published_at: Option<DateTime<Utc>>,
    published_by: Option<i64>,
    valid_from: Option<NaiveDate>,
    returned: Option<String>,
    is_sample: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = contract_versions)]
struct VersionRow {
    #[diesel(embed)]
    head: HeadRow,
    files: Value,
    touched: Value,
    confirmations: Value,
}

/// A version with its texts.
pub fn find_version(conn: &mut PgConnection, id: VersionId) -> QueryResult<Option<Version>> {
    let row: Option<VersionRow> = contract_versions::table
        .find(id.0)
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| read(conn, row)).transpose()
}

/// A version with its texts, locked until the transaction ends.
pub fn lock_version(conn: &mut PgConnection, id: VersionId) -> QueryResult<Option<Version>> {
    let row: Option<VersionRow> = contract_versions::table
        .find(id.0)
        .for_update()
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| read(conn, row)).transpose()
}

/// The versions without their texts, those that changed last first; at most `limit`.
pub fn list_versions(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<Head>> {
    let rows: Vec<HeadRow> = contract_versions::table
        .order((
            contract_versions::changed_at.desc(),
            contract_versions::id.desc(),
        ))
        .limit(limit)
        .select(HeadRow::as_select())
        .load(conn)?;
    let names = names(conn, &rows.iter().collect::<Vec<_>>())?;
    Ok(rows.into_iter().map(|row| head(row, &names)).collect())
}

/// How many versions wait for an administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InWork {
    /// Submitted, and not approved by a second person yet (LC-54).
    pub submitted: i64,
    /// Approved, and not published yet.
    pub approved: i64,
}

/// How many versions wait for an approval or to be published. There are never many versions, so one
/// pass over all of them counts both.
pub fn count_in_work(conn: &mut PgConnection) -> QueryResult<InWork> {
    use contract_versions as v;
    let (all, approved): (i64, i64) = v::table
        .filter(v::submitted_at.is_not_null())
        .filter(v::published_at.is_null())
        .select((count(v::id), count(v::approved_at)))
        .first(conn)?;
    Ok(InWork {
        submitted: all - approved,
        approved,
    })
}

fn read(conn: &mut PgConnection, row: VersionRow) -> QueryResult<Version> {
    let names = names(conn, &[&row.head])?;
    Ok(Version {
        head: head(row.head, &names),
        files: text::from_json(row.files)?,
        touched: text::from_json(row.touched)?,
        confirmations: text::from_json(row.confirmations)?,
    })
}

fn names(conn: &mut PgConnection, rows: &[&HeadRow]) -> QueryResult<HashMap<i64, String>> {
    let mut ids: Vec<i64> = rows
        .iter()
        .flat_map(|row| {
            [
                row.created_by,
                row.changed_by,
                row.submitted_by,
                row.approved_by,
                row.published_by,
            ]
        })
        .flatten()
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let names: Vec<(i64, String)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load(conn)?;
    Ok(names.into_iter().collect())
}

fn head(row: HeadRow, names: &HashMap<i64, String>) -> Head {
    let mark = |at: DateTime<Utc>, by: Option<i64>| Mark {
        at,
        by: by.map(UserId),
        name: by
            .and_then(|id| names.get(&id).cloned())
            .unwrap_or_else(|| "Portal".to_owned()),
    };
    Head {
        id: VersionId(row.id),
        number: row.number,
        based_on: row.based_on.map(VersionId),
        revision: row.revision,
        created: mark(row.created_at, row.created_by),
        changed: mark(row.changed_at, row.changed_by),
        submitted: row.submitted_at.map(|at| mark(at, row.submitted_by)),
        approved: row.approved_at.map(|at| mark(at, row.approved_by)),
        published: row
            .published_at
            .map(|at| mark(at, row.published_by))
            .zip(row.valid_from),
        returned: row.returned,
        is_sample: row.is_sample,
    }
}

/// The next customers behind `after` whose open request offers another version than `current`
/// (row 13), in rising order. Each older version is one range of an index, so that nothing is read in
/// vain.
pub fn list_outdated(
    conn: &mut PgConnection,
    current: &str,
    after: Option<CustomerNumber>,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    let versions: Vec<String> = contract_versions::table
        .filter(contract_versions::published_at.is_not_null())
        .filter(contract_versions::number.ne(current))
        .select(contract_versions::number.assume_not_null())
        .load(conn)?;
    let mut found: Vec<CustomerNumber> = Vec::new();
    for version in versions {
        let more: Vec<CustomerNumber> = requests::table
            .filter(requests::closed_at.is_null())
            .filter(requests::undeliverable_at.is_null())
            .filter(requests::version.eq(&version))
            .filter(requests::customer_number.gt(behind(after)))
            .order(requests::customer_number)
            .limit(limit)
            .select(requests::customer_number)
            .load(conn)?;
        found.extend(more);
    }
    found.sort_unstable();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}
