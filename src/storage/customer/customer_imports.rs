//! Files with customers: what was read of them, what is wrong, and who of them is asked later.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use serde_json::Value;

use crate::domain::customer_import::{Column, Fault, Figures, ImportRow, ImportStage, Reason};
use crate::domain::{BulkRunId, CustomerNumber, ImportId, PartnerId, UserId, name};
use crate::storage::customer_number::behind;
use crate::storage::schema::{
    customer_import_faults as faults, customer_import_rows as rows,
    customer_import_waiting as waiting, customer_imports as imports, customers, partners, users,
};
use crate::storage::{QueryResult, text};

/// A file with customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Key in `customer_imports`.
    pub id: ImportId,
    /// Name of the file on the machine it came from.
    pub file_name: String,
    /// When it came.
    pub uploaded_at: DateTime<Utc>,
    /// Name of the person who brought it; `None` for a command.
    pub uploaded_by: Option<String>,
    /// When it was looked through.
    pub checked_at: Option<DateTime<Utc>>,
    /// What it contains.
    pub figures: Figures,
    /// Whether its customers are asked later.
    pub quietly: bool,
    /// Who started it.
    pub started_by: Option<UserId>,
    /// The run that adds its customers.
    pub run: Option<BulkRunId>,
    /// How many of its customers are asked on one day.
    pub per_day: Option<i32>,
}

impl Import {
    /// Where it stands.
    pub fn stage(&self) -> ImportStage {
        match (self.checked_at, self.run) {
            (_, Some(_)) => ImportStage::Started,
            (Some(_), None) => ImportStage::Checked,
            (None, None) => ImportStage::Reading,
        }
    }
}

type Columns = (
    imports::id,
    imports::file_name,
    imports::uploaded_at,
    imports::checked_at,
    imports::figures,
    imports::quietly,
    imports::started_by,
    imports::run_id,
    imports::per_day,
);
const COLUMNS: Columns = (
    imports::id,
    imports::file_name,
    imports::uploaded_at,
    imports::checked_at,
    imports::figures,
    imports::quietly,
    imports::started_by,
    imports::run_id,
    imports::per_day,
);

type Stored = (
    i64,
    String,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Value,
    bool,
    Option<i64>,
    Option<i64>,
    Option<i32>,
);

fn read((stored, name): (Stored, Option<String>)) -> QueryResult<Import> {
    let (id, file_name, uploaded_at, checked_at, figures, quietly, started_by, run, per_day) =
        stored;
    Ok(Import {
        id: ImportId(id),
        file_name,
        uploaded_at,
        uploaded_by: name,
        checked_at,
        figures: match checked_at {
            Some(_) => text::from_json(figures)?,
            None => Figures::default(),
        },
        quietly,
        started_by: started_by.map(UserId),
        run: run.map(BulkRunId),
        per_day,
    })
}

/// Begins to look a file through.
pub fn create(
    conn: &mut PgConnection,
    file_name: &str,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<ImportId> {
    diesel::insert_into(imports::table)
        .values((
            imports::file_name.eq(file_name),
            imports::uploaded_at.eq(now),
            imports::uploaded_by.eq(by.map(|by| by.0)),
        ))
        .returning(imports::id)
        .get_result(conn)
        .map(ImportId)
}

/// Adds customers that the file names.
pub fn add_rows(
    conn: &mut PgConnection,
    import: ImportId,
    new: &[(u32, ImportRow)],
) -> QueryResult<()> {
    let mut values = Vec::with_capacity(new.len());
    for (line, row) in new {
        values.push((
            rows::import_id.eq(import.0),
            rows::number.eq(row.number),
            rows::line.eq(i32::try_from(*line).unwrap_or(i32::MAX)),
            rows::facts.eq(text::json(row)?),
        ));
    }
    diesel::insert_into(rows::table)
        .values(&values)
        .execute(conn)
        .map(|_| ())
}

/// Adds faults behind the first `known` ones.
pub fn add_faults(
    conn: &mut PgConnection,
    import: ImportId,
    known: usize,
    new: &[Fault],
) -> QueryResult<()> {
    let mut values = Vec::with_capacity(new.len());
    for (fault, position) in new.iter().zip(known..) {
        values.push((
            faults::import_id.eq(import.0),
            faults::position.eq(i32::try_from(position).unwrap_or(i32::MAX)),
            faults::line.eq(i32::try_from(fault.line).unwrap_or(i32::MAX)),
            faults::field.eq(fault.column.map_or("", Column::key)),
            faults::reason.eq(text::json(&fault.reason)?),
        ));
    }
    diesel::insert_into(faults::table)
        .values(&values)
        .execute(conn)
        .map(|_| ())
}

/// Notes that a file was looked through. Of one that cannot be imported only the faults stay.
pub fn finish(
    conn: &mut PgConnection,
    import: ImportId,
    figures: &Figures,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    if !figures.is_good() {
        diesel::delete(rows::table.filter(rows::import_id.eq(import.0))).execute(conn)?;
    }
    diesel::update(imports::table.find(import.0))
        .set((
            imports::checked_at.eq(now),
            imports::figures.eq(text::json(figures)?),
        ))
        .execute(conn)
        .map(|_| ())
}

/// A file by its key.
pub fn find(conn: &mut PgConnection, id: ImportId) -> QueryResult<Option<Import>> {
    let found: Option<(Stored, Option<String>)> = imports::table
        .left_join(users::table.on(users::id.nullable().eq(imports::uploaded_by)))
        .filter(imports::id.eq(id.0))
        .select((COLUMNS, users::name.nullable()))
        .first(conn)
        .optional()?;
    found.map(read).transpose()
}

/// The same, locked until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: ImportId) -> QueryResult<Option<Import>> {
    let found: Option<i64> = imports::table
        .find(id.0)
        .for_no_key_update()
        .select(imports::id)
        .first(conn)
        .optional()?;
    match found {
        Some(_) => find(conn, id),
        None => Ok(None),
    }
}

/// Files that came before `before`, the youngest first.
pub fn list(
    conn: &mut PgConnection,
    before: Option<ImportId>,
    limit: i64,
) -> QueryResult<Vec<Import>> {
    let mut select = imports::table
        .left_join(users::table.on(users::id.nullable().eq(imports::uploaded_by)))
        .order(imports::id.desc())
        .limit(limit)
        .select((COLUMNS, users::name.nullable()))
        .into_boxed();
    if let Some(before) = before {
        select = select.filter(imports::id.lt(before.0));
    }
    let found: Vec<(Stored, Option<String>)> = select.load(conn)?;
    found.into_iter().map(read).collect()
}

/// Faults of a file behind a place, in their order, with their places.
pub fn list_faults(
    conn: &mut PgConnection,
    import: ImportId,
    after: Option<i32>,
    limit: i64,
) -> QueryResult<Vec<(i32, Fault)>> {
    let mut select = faults::table
        .filter(faults::import_id.eq(import.0))
        .order(faults::position)
        .limit(limit)
        .select((
            faults::position,
            faults::line,
            faults::field,
            faults::reason,
        ))
        .into_boxed();
    if let Some(after) = after {
        select = select.filter(faults::position.gt(after));
    }
    let found: Vec<(i32, i32, String, Value)> = select.load(conn)?;
    found
        .into_iter()
        .map(|(position, line, field, reason)| {
            let fault = Fault {
                line: u32::try_from(line).unwrap_or_default(),
                column: Column::ALL.iter().copied().find(|one| one.key() == field),
                reason: text::from_json(reason)?,
            };
            Ok((position, fault))
        })
        .collect()
}

/// Notes that a file was started.
pub fn start(
    conn: &mut PgConnection,
    import: ImportId,
    run: BulkRunId,
    by: Option<UserId>,
    quietly: bool,
) -> QueryResult<()> {
    diesel::update(imports::table.find(import.0))
        .set((
            imports::run_id.eq(run.0),
            imports::started_by.eq(by.map(|by| by.0)),
            imports::quietly.eq(quietly),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Notes how many customers are asked on one day.
pub fn save_pace(conn: &mut PgConnection, import: ImportId, per_day: i32) -> QueryResult<()> {
    diesel::update(imports::table.find(import.0))
        .set(imports::per_day.eq(per_day))
        .execute(conn)
        .map(|_| ())
}

/// Deletes a file with everything read of it.
pub fn delete(conn: &mut PgConnection, import: ImportId) -> QueryResult<()> {
    diesel::delete(imports::table.find(import.0))
        .execute(conn)
        .map(|_| ())
}

/// Deletes what of files nobody needs any more: those that were never started and came before
/// `unstarted`, and what is left of the lines of those whose run ended before `ended`.
pub fn delete_old(
    conn: &mut PgConnection,
    unstarted: DateTime<Utc>,
    ended: DateTime<Utc>,
) -> QueryResult<usize> {
    let gone = diesel::delete(
        imports::table
            .filter(imports::run_id.is_null())
            .filter(imports::uploaded_at.lt(unstarted)),
    )
    .execute(conn)?;
    let left = diesel::sql_query(
        "DELETE FROM customer_import_rows r USING customer_imports i, bulk_runs b
         WHERE r.import_id = i.id AND b.id = i.run_id AND b.ended_at < $1",
    )
    .bind::<Timestamptz, _>(ended)
    .execute(conn)?;
    Ok(gone + left)
}

/// The next customers of a file that are still to be added.
pub fn list_next(
    conn: &mut PgConnection,
    import: ImportId,
    after: Option<CustomerNumber>,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    rows::table
        .filter(rows::import_id.eq(import.0))
        .filter(rows::refused.is_null())
        .filter(rows::number.gt(behind(after)))
        .order(rows::number)
        .limit(limit)
        .select(rows::number)
        .load(conn)
}

/// What the file says of these customers.
pub fn list_rows(
    conn: &mut PgConnection,
    import: ImportId,
    numbers: &[CustomerNumber],
) -> QueryResult<Vec<ImportRow>> {
    let found: Vec<Value> = rows::table
        .filter(rows::import_id.eq(import.0))
        .filter(rows::number.eq_any(numbers))
        .order(rows::number)
        .select(rows::facts)
        .load(conn)?;
    found.into_iter().map(text::from_json).collect()
}

/// Forgets what the file says of customers that are added now.
pub fn delete_rows(
    conn: &mut PgConnection,
    import: ImportId,
    numbers: &[CustomerNumber],
) -> QueryResult<()> {
    diesel::delete(
        rows::table
            .filter(rows::import_id.eq(import.0))
            .filter(rows::number.eq_any(numbers)),
    )
    .execute(conn)
    .map(|_| ())
}

/// Notes why a customer could not be added after all.
pub fn refuse(
    conn: &mut PgConnection,
    import: ImportId,
    number: CustomerNumber,
    (column, reason): &(Option<Column>, Reason),
) -> QueryResult<()> {
    let refused = text::json(&(column.map(Column::key).unwrap_or_default(), reason))?;
    diesel::update(rows::table.find((import.0, number)))
        .set(rows::refused.eq(refused))
        .execute(conn)
        .map(|_| ())
}

/// Customers of a file that could not be added after all, as faults of their lines.
pub fn list_refused(
    conn: &mut PgConnection,
    import: ImportId,
    limit: i64,
) -> QueryResult<Vec<Fault>> {
    let found: Vec<(i32, Option<Value>)> = rows::table
        .filter(rows::import_id.eq(import.0))
        .filter(rows::refused.is_not_null())
        .order(rows::line)
        .limit(limit)
        .select((rows::line, rows::refused))
        .load(conn)?;
    found
        .into_iter()
        .map(|(line, refused)| {
            let (field, reason): (String, Reason) = text::from_json(refused.unwrap_or_default())?;
            Ok(Fault {
                line: u32::try_from(line).unwrap_or_default(),
                column: Column::ALL.iter().copied().find(|one| one.key() == field),
                reason,
            })
        })
        .collect()
}

/// Notes that these customers are asked later.
pub fn add_waiting(
    conn: &mut PgConnection,
    import: ImportId,
    numbers: &[CustomerNumber],
) -> QueryResult<()> {
    let values: Vec<_> = numbers
        .iter()
        .map(|number| {
            (
                waiting::customer_number.eq(number),
                waiting::import_id.eq(import.0),
            )
        })
        .collect();
    diesel::insert_into(waiting::table)
        .values(&values)
        .execute(conn)
        .map(|_| ())
}

/// Whether a customer waits to be asked later.
pub fn is_waiting(conn: &mut PgConnection, customer: CustomerNumber) -> QueryResult<bool> {
    let found = waiting::table
        .find(customer)
        .filter(waiting::asked_at.is_null());
    diesel::select(diesel::dsl::exists(found)).get_result(conn)
}

/// The next customers of a file that wait to be asked.
pub fn list_waiting(
    conn: &mut PgConnection,
    import: ImportId,
    after: Option<CustomerNumber>,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    waiting::table
        .filter(waiting::import_id.eq(import.0))
        .filter(waiting::asked_at.is_null())
        .filter(waiting::customer_number.gt(behind(after)))
        .order(waiting::customer_number)
        .limit(limit)
        .select(waiting::customer_number)
        .load(conn)
}

/// Notes that a customer does not wait any more.
pub fn save_asked(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(waiting::table.find(customer))
        .set(waiting::asked_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// How many customers of a file wait to be asked, and how many ceased to since `since`.
pub fn count_waiting(
    conn: &mut PgConnection,
    import: ImportId,
    since: DateTime<Utc>,
) -> QueryResult<(i64, i64)> {
    let of = || waiting::table.filter(waiting::import_id.eq(import.0));
    let left = of()
        .filter(waiting::asked_at.is_null())
        .count()
        .get_result(conn)?;
    let lately = of()
        .filter(waiting::asked_at.ge(since))
        .count()
        .get_result(conn)?;
    Ok((left, lately))
}

/// How many customers of a file ceased to wait since `since`.
pub fn count_asked_since(
    conn: &mut PgConnection,
    import: ImportId,
    since: DateTime<Utc>,
) -> QueryResult<i64> {
    waiting::table
        .filter(waiting::import_id.eq(import.0))
        .filter(waiting::asked_at.ge(since))
        .count()
        .get_result(conn)
}

/// Which of these numbers customers have, and whether they were deleted.
pub fn list_holders(
    conn: &mut PgConnection,
    numbers: &[CustomerNumber],
) -> QueryResult<HashMap<CustomerNumber, bool>> {
    let found: Vec<(CustomerNumber, bool)> = customers::table
        .filter(customers::number.eq_any(numbers))
        .select((customers::number, customers::deleted_at.is_not_null()))
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// The Mandant of this name, or the Submandant of `parent`, whatever its capitals and signs; `None`
/// if there is none or several are called so.
pub fn find_by_name(
    conn: &mut PgConnection,
    parent: Option<PartnerId>,
    wanted: &str,
) -> QueryResult<Option<PartnerId>> {
    let parent = parent.map(|id| id.0);
    let exact: Vec<i64> = partners::table
        .filter(partners::parent_id.is_not_distinct_from(parent))
        .filter(partners::name.eq(wanted))
        .limit(2)
        .select(partners::id)
        .load(conn)?;
    if let [one] = exact[..] {
        return Ok(Some(PartnerId(one)));
    }
    let all: Vec<(i64, String)> = partners::table
        .filter(partners::parent_id.is_not_distinct_from(parent))
        .select((partners::id, partners::name))
        .load(conn)?;
    let key = name::sort_key(wanted);
    let mut alike = all
        .into_iter()
        .filter(|(_, name)| name::sort_key(name) == key);
    Ok(match (alike.next(), alike.next()) {
        (Some((id, _)), None) => Some(PartnerId(id)),
        _ => None,
    })
}
