//! Files with agreements that were concluded outside the portal: what was read of them with their scans, what
//! is wrong, who proposed and who confirmed.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz};
use serde_json::Value;

use crate::domain::agreement_import::{
    AgreementImportStage, Column, ExistingAgreement, Fault, Figures, Reason,
};
use crate::domain::table::TableColumn as _;
use crate::domain::{AgreementImportId, BulkRunId, CustomerNumber, UserId};
use crate::storage::customer_number::behind;
use crate::storage::schema::{
    agreement_import_faults as faults, agreement_import_rows as rows, agreement_imports as imports,
    customers, users,
};
use crate::storage::{QueryResult, text};

/// A file with existing agreements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementImport {
    /// Key in `agreement_imports`.
    pub id: AgreementImportId,
    /// Name of the file on the machine it came from.
    pub file_name: String,
    /// Name of the archive with scans, if one came with it.
    pub scans_name: Option<String>,
    /// When it came.
    pub uploaded_at: DateTime<Utc>,
    /// Who brought it; `None` for a command.
    pub uploaded_by: Option<(UserId, String)>,
    /// When it was looked through.
    pub checked_at: Option<DateTime<Utc>>,
    /// What it contains.
    pub figures: Figures,
    /// Who proposed it, and when.
    pub proposed: Option<(DateTime<Utc>, UserId, String)>,
    /// Who confirmed it, and when.
    pub confirmed: Option<(DateTime<Utc>, UserId, String)>,
    /// The run that records its agreements.
    pub run: Option<BulkRunId>,
}

impl AgreementImport {
    /// Where it stands.
    pub fn stage(&self) -> AgreementImportStage {
        use AgreementImportStage as S;
        match (&self.confirmed, &self.proposed, self.checked_at) {
            (Some(_), ..) => S::Confirmed,
            (None, Some(_), _) => S::Proposed,
            (None, None, Some(_)) => S::Checked,
            (None, None, None) => S::Reading,
        }
    }
}

/// Everybody who had to do with a file, as aliases of the same table.
mod people {
    use super::users;
    diesel::alias!(users as uploaders: Uploaders, users as proposers: Proposers, users as confirmers: Confirmers);
}
use people::{confirmers, proposers, uploaders};

type Person = Option<(i64, String)>;
type Stored = (
    (i64, String, Option<String>),
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Value,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<i64>,
    Person,
    Person,
    Person,
);

#[diesel::dsl::auto_type(no_type_alias)]
fn joined() -> _ {
    imports::table
        .left_join(
            uploaders.on(uploaders
                .field(users::id)
                .nullable()
                .eq(imports::uploaded_by)),
        )
        .left_join(
            proposers.on(proposers
                .field(users::id)
                .nullable()
                .eq(imports::proposed_by)),
        )
        .left_join(
            confirmers.on(confirmers
                .field(users::id)
                .nullable()
                .eq(imports::confirmed_by)),
        )
        .select((
            (imports::id, imports::file_name, imports::scans_name),
            imports::uploaded_at,
            imports::checked_at,
            imports::figures,
            imports::proposed_at,
            imports::confirmed_at,
            imports::run_id,
            (uploaders.field(users::id), uploaders.field(users::name)).nullable(),
            (proposers.field(users::id), proposers.field(users::name)).nullable(),
            (confirmers.field(users::id), confirmers.field(users::name)).nullable(),
        ))
}

fn read(stored: Stored) -> QueryResult<AgreementImport> {
    let (
        (id, file_name, scans_name),
        uploaded_at,
        checked_at,
        figures,
        proposed_at,
        confirmed_at,
        run,
        uploader,
        proposer,
        confirmer,
    ) = stored;
    let at = |at: Option<DateTime<Utc>>, who: Person| {
        let (id, name) = who?;
        Some((at?, UserId(id), name))
    };
    Ok(AgreementImport {
        id: AgreementImportId(id),
        file_name,
        scans_name,
        uploaded_at,
        uploaded_by: uploader.map(|(id, name)| (UserId(id), name)),
        checked_at,
        figures: match checked_at {
            Some(_) => text::from_json(figures)?,
            None => Figures::default(),
        },
        proposed: at(proposed_at, proposer),
        confirmed: at(confirmed_at, confirmer),
        run: run.map(BulkRunId),
    })
}

/// Begins to look a file through.
pub fn create(
    conn: &mut PgConnection,
    (file_name, scans_name): (&str, Option<&str>),
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<AgreementImportId> {
    diesel::insert_into(imports::table)
        .values((
            imports::file_name.eq(file_name),
            imports::scans_name.eq(scans_name),
            imports::uploaded_at.eq(now),
            imports::uploaded_by.eq(by.map(|by| by.0)),
        ))
        .returning(imports::id)
        .get_result(conn)
        .map(AgreementImportId)
}

/// Adds agreements that the file names.
pub fn add_rows(
    conn: &mut PgConnection,
    import: AgreementImportId,
    new: &[(u32, ExistingAgreement)],
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

/// Puts the scan of a customer to its agreement. False if the file has none without a fault.
pub fn add_scan(
    conn: &mut PgConnection,
    import: AgreementImportId,
    number: CustomerNumber,
    scan: &[u8],
) -> QueryResult<bool> {
    diesel::update(rows::table.find((import.0, number)))
        .set(rows::scan.eq(scan))
        .execute(conn)
        .map(|written| written == 1)
}

/// Lines without a scan behind a number.
pub fn list_unscanned(
    conn: &mut PgConnection,
    import: AgreementImportId,
    after: Option<CustomerNumber>,
    limit: i64,
) -> QueryResult<Vec<(CustomerNumber, u32)>> {
    let found: Vec<(CustomerNumber, i32)> = rows::table
        .filter(rows::import_id.eq(import.0))
        .filter(rows::scan.is_null())
        .filter(rows::number.gt(behind(after)))
        .order(rows::number)
        .limit(limit)
        .select((rows::number, rows::line))
        .load(conn)?;
    let read = |(number, line)| (number, u32::try_from(line).unwrap_or_default());
    Ok(found.into_iter().map(read).collect())
}

/// Adds faults behind the first `known` ones.
pub fn add_faults(
    conn: &mut PgConnection,
    import: AgreementImportId,
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

/// Notes that a file was looked through. Of one that cannot be recorded only the faults stay.
pub fn finish(
    conn: &mut PgConnection,
    import: AgreementImportId,
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
pub fn find(
    conn: &mut PgConnection,
    id: AgreementImportId,
) -> QueryResult<Option<AgreementImport>> {
    let found: Option<Stored> = joined()
        .filter(imports::id.eq(id.0))
        .first(conn)
        .optional()?;
    found.map(read).transpose()
}

/// The same, locked until the transaction ends.
pub fn lock(
    conn: &mut PgConnection,
    id: AgreementImportId,
) -> QueryResult<Option<AgreementImport>> {
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

/// The youngest files.
pub fn list(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<AgreementImport>> {
    let found: Vec<Stored> = joined().order(imports::id.desc()).limit(limit).load(conn)?;
    found.into_iter().map(read).collect()
}

/// How many files wait for a second administrator, counted up to `cap` + 1, and the oldest of them.
pub fn find_proposed(
    conn: &mut PgConnection,
    cap: i64,
) -> QueryResult<(usize, Option<AgreementImportId>)> {
    let ids: Vec<i64> = imports::table
        .filter(imports::proposed_at.is_not_null())
        .filter(imports::confirmed_at.is_null())
        .order(imports::id)
        .limit(cap + 1)
        .select(imports::id)
        .load(conn)?;
    Ok((ids.len(), ids.first().copied().map(AgreementImportId)))
}

/// Faults of a file behind a place, in their order, with their places.
pub fn list_faults(
    conn: &mut PgConnection,
    import: AgreementImportId,
    after: Option<i32>,
    limit: i64,
) -> QueryResult<Vec<(i32, Fault)>> {
    let found: Vec<(i32, i32, String, Value)> = faults::table
        .filter(faults::import_id.eq(import.0))
        .filter(faults::position.gt(after.unwrap_or(-1)))
        .order(faults::position)
        .limit(limit)
        .select((
            faults::position,
            faults::line,
            faults::field,
            faults::reason,
        ))
        .load(conn)?;
    found
        .into_iter()
        .map(|(position, line, field, reason)| {
            Ok((position, fault(line, &field, text::from_json(reason)?)))
        })
        .collect()
}

fn fault(line: i32, field: &str, reason: Reason) -> Fault {
    Fault {
        line: u32::try_from(line).unwrap_or_default(),
        column: Column::ALL.iter().copied().find(|one| one.key() == field),
        reason,
    }
}

/// Notes who wants a file recorded.
pub fn save_proposal(
    conn: &mut PgConnection,
    id: AgreementImportId,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(imports::table.find(id.0))
        .set((imports::proposed_at.eq(now), imports::proposed_by.eq(by.0)))
        .execute(conn)
        .map(|_| ())
}

/// Notes who confirmed a file, and the run that records it.
pub fn save_confirmation(
    conn: &mut PgConnection,
    id: AgreementImportId,
    run: BulkRunId,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(imports::table.find(id.0))
        .set((
            imports::confirmed_at.eq(now),
            imports::confirmed_by.eq(by.0),
            imports::run_id.eq(run.0),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Deletes a file with everything read of it.
pub fn delete(conn: &mut PgConnection, id: AgreementImportId) -> QueryResult<()> {
    diesel::delete(imports::table.find(id.0))
        .execute(conn)
        .map(|_| ())
}

/// Deletes what of files nobody needs any more: those that were never confirmed and came before
/// `unconfirmed`, and what is left of the lines of those whose run ended before `ended`.
pub fn delete_old(
    conn: &mut PgConnection,
    unconfirmed: DateTime<Utc>,
    ended: DateTime<Utc>,
) -> QueryResult<usize> {
    let gone = diesel::delete(
        imports::table
            .filter(imports::run_id.is_null())
            .filter(imports::uploaded_at.lt(unconfirmed)),
    )
    .execute(conn)?;
    let left = diesel::sql_query(
        "DELETE FROM agreement_import_rows r USING agreement_imports i, bulk_runs b
         WHERE r.import_id = i.id AND b.id = i.run_id AND b.ended_at < $1",
    )
    .bind::<Timestamptz, _>(ended)
    .execute(conn)?;
    Ok(gone + left)
}

/// The next customers of a file whose agreements are still to be recorded.
pub fn list_next(
    conn: &mut PgConnection,
    import: AgreementImportId,
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

/// What the file says of these customers, without the scans.
pub fn list_rows(
    conn: &mut PgConnection,
    import: AgreementImportId,
    numbers: &[CustomerNumber],
) -> QueryResult<Vec<ExistingAgreement>> {
    let found: Vec<Value> = rows::table
        .filter(rows::import_id.eq(import.0))
        .filter(rows::number.eq_any(numbers))
        .order(rows::number)
        .select(rows::facts)
        .load(conn)?;
    found.into_iter().map(text::from_json).collect()
}

/// A line for the second administrator to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRow {
    /// What the file says.
    pub row: ExistingAgreement,
    /// Name of the customer now.
    pub customer: String,
    /// Line of the file.
    pub line: u32,
    /// Whether it has a scan.
    pub is_scanned: bool,
}

/// Some lines of a file, other ones for every `seed`, so that whoever made the file does not know which.
pub fn list_sample(
    conn: &mut PgConnection,
    import: AgreementImportId,
    seed: &str,
    limit: i64,
) -> QueryResult<Vec<SampleRow>> {
    let found: Vec<(i32, Value, bool, String)> = rows::table
        .inner_join(customers::table)
        .filter(rows::import_id.eq(import.0))
        .order(
            sql::<Text>("md5(agreement_import_rows.number || ")
                .bind::<Text, _>(seed)
                .sql(")"),
        )
        .limit(limit)
        .select((
            rows::line,
            rows::facts,
            rows::scan.is_not_null(),
            customers::name,
        ))
        .load(conn)?;
    let mut all: Vec<SampleRow> = found
        .into_iter()
        .map(|(line, facts, is_scanned, customer)| {
            Ok(SampleRow {
                row: text::from_json(facts)?,
                customer,
                line: u32::try_from(line).unwrap_or_default(),
                is_scanned,
            })
        })
        .collect::<QueryResult<_>>()?;
    all.sort_by_key(|one| one.line);
    Ok(all)
}

/// The scan that a file has for a customer.
pub fn find_scan(
    conn: &mut PgConnection,
    import: AgreementImportId,
    number: CustomerNumber,
) -> QueryResult<Option<Vec<u8>>> {
    let found: Option<Option<Vec<u8>>> = rows::table
        .find((import.0, number))
        .select(rows::scan)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// Forgets what the file says of agreements that are recorded now.
pub fn delete_rows(
    conn: &mut PgConnection,
    import: AgreementImportId,
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

/// Notes why an agreement could not be recorded after all.
pub fn refuse(
    conn: &mut PgConnection,
    import: AgreementImportId,
    number: CustomerNumber,
    (column, reason): &(Option<Column>, Reason),
) -> QueryResult<()> {
    let refused = text::json(&(column.map(Column::key).unwrap_or_default(), reason))?;
    diesel::update(rows::table.find((import.0, number)))
        .set((rows::refused.eq(refused), rows::scan.eq(None::<Vec<u8>>)))
        .execute(conn)
        .map(|_| ())
}

/// Agreements of a file that could not be recorded after all, as faults of their lines.
pub fn list_refused(
    conn: &mut PgConnection,
    import: AgreementImportId,
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
            Ok(fault(line, &field, reason))
        })
        .collect()
}
