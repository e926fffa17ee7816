//! Roll-outs of contract versions: which customers they are for, and what became of each
//! (rows 35 to 37). The progress of a roll-out is in its run.

mod customers;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};

use crate::domain::roll_out::{Mode, Scope};
use crate::domain::{BulkRunId, CustomerNumber, PartnerId, RollOutId, UserId, VersionId};
use crate::storage::bulk_runs::{self, BulkRun};
use crate::storage::customer_number::behind;
use crate::storage::schema::{bulk_runs as runs, contract_versions, roll_outs, users};
use crate::storage::{QueryResult, text};

pub use customers::{
    Reached, RollOutCustomer, answer, figures, list_customers, reached_before, save_reached,
};

/// Customers in the preview are counted up to this number.
pub const COUNT_CAP: i64 = 10_000;

/// A roll-out together with its run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollOut {
    /// Key in `roll_outs`.
    pub id: RollOutId,
    /// Number of the version.
    pub version: String,
    /// The Berlin day from which that version is offered.
    pub valid_from: NaiveDate,
    /// Whether the customers are informed or asked to conclude anew.
    pub mode: Mode,
    /// Which agreements it covers.
    pub scope: Scope,
    /// Name of the user who started it.
    pub started_by: String,
    /// The run, with its progress.
    pub run: BulkRun,
}

#[derive(Queryable)]
struct RollOutRow {
    id: i64,
    version: Option<String>,
    valid_from: Option<NaiveDate>,
    mode: String,
    partner: Option<i64>,
    concluded: Option<String>,
    numbers: Option<Vec<Option<CustomerNumber>>>,
    started_by: String,
    run: bulk_runs::BulkRunRow,
}

#[diesel::dsl::auto_type(no_type_alias)]
fn joined() -> _ {
    let run: diesel::dsl::AsSelect<bulk_runs::BulkRunRow, diesel::pg::Pg> =
        bulk_runs::BulkRunRow::as_select();
    roll_outs::table
        .inner_join(contract_versions::table)
        .inner_join(users::table)
        .inner_join(runs::table)
        .select((
            roll_outs::id,
            contract_versions::number,
            contract_versions::valid_from,
            roll_outs::mode,
            roll_outs::partner_id,
            roll_outs::concluded_version,
            roll_outs::numbers,
            users::name,
            run,
        ))
}

fn read(row: RollOutRow) -> QueryResult<RollOut> {
    let missing = || text::unreadable("roll-out");
    Ok(RollOut {
        id: RollOutId(row.id),
        version: row.version.ok_or_else(missing)?,
        valid_from: row.valid_from.ok_or_else(missing)?,
        mode: Mode::of(&row.mode).ok_or_else(missing)?,
        scope: Scope {
            partner: row.partner.map(PartnerId),
            concluded: row.concluded,
            numbers: row.numbers.map(|all| all.into_iter().flatten().collect()),
        },
        started_by: row.started_by,
        run: bulk_runs::read(row.run)?,
    })
}

/// Stores the version and the customers that a run rolls out.
pub fn create_roll_out(
    conn: &mut PgConnection,
    run: BulkRunId,
    version: VersionId,
    mode: Mode,
    scope: &Scope,
    by: UserId,
) -> QueryResult<RollOutId> {
    let numbers: Option<Vec<Option<CustomerNumber>>> = scope
        .numbers
        .as_ref()
        .map(|all| all.iter().copied().map(Some).collect());
    diesel::insert_into(roll_outs::table)
        .values((
            roll_outs::run_id.eq(run.0),
            roll_outs::version_id.eq(version.0),
            roll_outs::mode.eq(mode.key()),
            roll_outs::partner_id.eq(scope.partner.map(|id| id.0)),
            roll_outs::concluded_version.eq(&scope.concluded),
            roll_outs::numbers.eq(numbers),
            roll_outs::started_by.eq(by.0),
        ))
        .returning(roll_outs::id)
        .get_result(conn)
        .map(RollOutId)
}

/// A roll-out by its key.
pub fn find_roll_out(conn: &mut PgConnection, id: RollOutId) -> QueryResult<Option<RollOut>> {
    let row: Option<RollOutRow> = joined()
        .filter(roll_outs::id.eq(id.0))
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// The roll-out of a run.
pub fn find_of_run(conn: &mut PgConnection, run: BulkRunId) -> QueryResult<Option<RollOut>> {
    let row: Option<RollOutRow> = joined()
        .filter(roll_outs::run_id.eq(run.0))
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// Roll-outs that have not ended, oldest first. There are at most as many as there are versions.
pub fn list_open(conn: &mut PgConnection) -> QueryResult<Vec<RollOut>> {
    let rows: Vec<RollOutRow> = joined()
        .filter(runs::ended_at.is_null())
        .order(roll_outs::id)
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Roll-outs, the youngest first; of one version, if a number is given.
pub fn list_roll_outs(
    conn: &mut PgConnection,
    version: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<RollOut>> {
    let mut select = joined().into_boxed();
    if let Some(version) = version {
        select = select.filter(contract_versions::number.eq(version.to_owned()));
    }
    let rows: Vec<RollOutRow> = select.order(roll_outs::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(read).collect()
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Text)]
    number: CustomerNumber,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The next customers of a set behind `after`, in rising order, at most `limit`. Limited to one
/// concluded version or to numbers it is one range of an index. Otherwise agreements are read in
/// the order of their customers. Those that have the version already are read and left out, each
/// once in a roll-out, as it never goes back behind `after`.
pub fn list_targets(
    conn: &mut PgConnection,
    version: &str,
    scope: &Scope,
    after: Option<CustomerNumber>,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    let rows: Vec<Number> = targets(
        &format!("SELECT s.number FROM ({}) s", set(scope)),
        version,
        scope,
        after,
        limit,
    )
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// How many customers are in a set, at most one more than [`COUNT_CAP`].
pub fn count_targets(conn: &mut PgConnection, version: &str, scope: &Scope) -> QueryResult<i64> {
    let row: Count = targets(
        &format!("SELECT count(*) AS number FROM ({}) s", set(scope)),
        version,
        scope,
        None,
        COUNT_CAP + 1,
    )
    .get_result(conn)?;
    Ok(row.number)
}

type Query =
    diesel::query_builder::BoxedSqlQuery<'static, diesel::pg::Pg, diesel::query_builder::SqlQuery>;

fn targets(
    sql: &str,
    version: &str,
    scope: &Scope,
    after: Option<CustomerNumber>,
    limit: i64,
) -> Query {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<Text, _>(behind(after))
        .bind::<BigInt, _>(limit)
        .bind::<Text, _>(version.to_owned())
        .bind::<Nullable<BigInt>, _>(scope.partner.map(|id| id.0))
        .bind::<Nullable<Text>, _>(scope.concluded.clone())
        .bind::<Array<Text>, _>(scope.numbers.clone().unwrap_or_default())
}

/// The set as a query. Its pieces are fixed texts; everything that was typed is bound.
fn set(scope: &Scope) -> String {
    let (from, number, mut narrow) = match (&scope.numbers, scope.partner) {
        (Some(_), _) => (
            "customers r LEFT JOIN agreements a ON a.customer_number = r.number AND a.ended_at IS NULL",
            "r.number",
            "r.number = ANY($6)".to_owned(),
        ),
        (None, Some(_)) => (
            "case_rows r JOIN agreements a ON a.customer_number = r.number AND a.ended_at IS NULL",
            "r.number",
            "a.offer ->> 'version' <> $3".to_owned(),
        ),
        (None, None) => (
            "agreements a",
            "a.customer_number",
            "a.ended_at IS NULL AND a.offer ->> 'version' <> $3".to_owned(),
        ),
    };
    if scope.partner.is_some() {
        narrow.push_str(" AND r.partner_id = $4");
    }
    if scope.concluded.is_some() {
        narrow.push_str(" AND a.offer ->> 'version' = $5");
    }
    format!(
        "SELECT {number} AS number FROM {from} WHERE {narrow} AND {number} > $1 ORDER BY {number} LIMIT $2"
    )
}

/// How many mails of roll-outs wait in the outbox for their first attempt, counted to `cap`: one
/// range of the index `mails_of_roll_outs`, whose condition this is.
pub fn count_untried(conn: &mut PgConnection, cap: i64) -> QueryResult<i64> {
    let row: Count = diesel::sql_query(
        "SELECT count(*) AS number FROM (
             SELECT 1 FROM mails WHERE state = 'queued' AND attempts = 0
             AND (kind_key = 'new_version' OR (kind_key = 'request' AND kind ->> 'reason' = 'roll_out'))
             LIMIT $1) m",
    )
    .bind::<BigInt, _>(cap)
    .get_result(conn)?;
    Ok(row.number)
}

/// Those of these numbers that no customer has.
pub fn list_unknown(
    conn: &mut PgConnection,
    numbers: &[CustomerNumber],
) -> QueryResult<Vec<CustomerNumber>> {
    let rows: Vec<Number> = diesel::sql_query(
        "SELECT n.number FROM unnest($1) AS n (number)
         WHERE NOT EXISTS (SELECT 1 FROM customers c WHERE c.number = n.number)
         ORDER BY n.number COLLATE customer_number LIMIT 20",
    )
    .bind::<Array<Text>, _>(numbers)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}
