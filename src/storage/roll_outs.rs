//! Roll-outs of contract versions: whom they are for, how far they have come, what became of each
//! customer (rows 35 to 37).

mod customers;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};

use super::schema::{contract_versions, roll_outs, users};
use super::{QueryResult, text};
use crate::domain::roll_out::{End, Mode, Scope};
use crate::domain::{CustomerNumber, PartnerId, RollOutId, UserId, VersionId};

pub use customers::{
    Line, Reached, answer, figures, find_state, has_failed_since, list_customers, list_failed,
    reached_before, save_reached, save_try,
};

/// Customers in the preview are counted to here.
pub const COUNT_CAP: i64 = 10_000;

/// A roll-out with how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollOut {
    /// Key.
    pub id: RollOutId,
    /// Number of the version.
    pub version: String,
    /// From when that version is offered.
    pub valid_from: NaiveDate,
    /// What the customers get.
    pub mode: Mode,
    /// Whose agreements are meant.
    pub scope: Scope,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// By whom.
    pub started_by: String,
    /// Since when it is paused.
    pub paused_at: Option<DateTime<Utc>>,
    /// When and how it was over.
    pub finished: Option<(DateTime<Utc>, End)>,
    /// Every customer of the set up to this number has been looked at.
    pub after: i64,
}

#[derive(Queryable)]
struct Row {
    id: i64,
    version: Option<String>,
    valid_from: Option<NaiveDate>,
    mode: String,
    partner: Option<i64>,
    concluded: Option<String>,
    numbers: Option<Vec<Option<i64>>>,
    started_at: DateTime<Utc>,
    started_by: String,
    paused_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    how: Option<String>,
    after: i64,
}

#[diesel::dsl::auto_type(no_type_alias)]
fn joined() -> _ {
    roll_outs::table
        .inner_join(contract_versions::table)
        .inner_join(users::table)
        .select((
            roll_outs::id,
            contract_versions::number,
            contract_versions::valid_from,
            roll_outs::mode,
            roll_outs::partner_id,
            roll_outs::concluded_version,
            roll_outs::numbers,
            roll_outs::started_at,
            users::name,
            roll_outs::paused_at,
            roll_outs::finished_at,
            roll_outs::how,
            roll_outs::after_number,
        ))
}

fn read(row: Row) -> QueryResult<RollOut> {
    let missing = || text::unreadable("roll-out");
    let how = row
        .how
        .as_deref()
        .map(|key| End::of(key).ok_or_else(missing));
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
        started_at: row.started_at,
        started_by: row.started_by,
        paused_at: row.paused_at,
        finished: row.finished_at.zip(how.transpose()?),
        after: row.after,
    })
}

/// Begins a roll-out; `None` if one of this version is not over yet.
pub fn create_roll_out(
    conn: &mut PgConnection,
    version: VersionId,
    mode: Mode,
    scope: &Scope,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<Option<RollOutId>> {
    let numbers: Option<Vec<Option<i64>>> = scope
        .numbers
        .as_ref()
        .map(|all| all.iter().copied().map(Some).collect());
    let id: Option<i64> = diesel::insert_into(roll_outs::table)
        .values((
            roll_outs::version_id.eq(version.0),
            roll_outs::mode.eq(mode.key()),
            roll_outs::partner_id.eq(scope.partner.map(|id| id.0)),
            roll_outs::concluded_version.eq(&scope.concluded),
            roll_outs::numbers.eq(numbers),
            roll_outs::started_at.eq(now),
            roll_outs::started_by.eq(by.0),
        ))
        .on_conflict_do_nothing()
        .returning(roll_outs::id)
        .get_result(conn)
        .optional()?;
    Ok(id.map(RollOutId))
}

/// A roll-out by its key.
pub fn find_roll_out(conn: &mut PgConnection, id: RollOutId) -> QueryResult<Option<RollOut>> {
    let row: Option<Row> = joined()
        .filter(roll_outs::id.eq(id.0))
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// The same, locked until the transaction ends.
pub fn lock_roll_out(conn: &mut PgConnection, id: RollOutId) -> QueryResult<Option<RollOut>> {
    let locked: Option<i64> = roll_outs::table
        .find(id.0)
        .select(roll_outs::id)
        .for_update()
        .first(conn)
        .optional()?;
    match locked {
        Some(_) => find_roll_out(conn, id),
        None => Ok(None),
    }
}

/// The same, unless somebody else has locked it.
pub fn claim_roll_out(conn: &mut PgConnection, id: RollOutId) -> QueryResult<Option<RollOut>> {
    let locked: Option<i64> = roll_outs::table
        .find(id.0)
        .select(roll_outs::id)
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()?;
    match locked {
        Some(_) => find_roll_out(conn, id),
        None => Ok(None),
    }
}

/// Roll-outs that are not over, oldest first. There are at most as many as there are versions.
pub fn list_open(conn: &mut PgConnection) -> QueryResult<Vec<RollOut>> {
    let rows: Vec<Row> = joined()
        .filter(roll_outs::finished_at.is_null())
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
    let rows: Vec<Row> = select.order(roll_outs::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Pauses a roll-out, or lets it go on.
pub fn save_pause(
    conn: &mut PgConnection,
    id: RollOutId,
    at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(roll_outs::table.find(id.0))
        .set(roll_outs::paused_at.eq(at))
        .execute(conn)
        .map(|_| ())
}

/// Ends a roll-out.
pub fn save_end(
    conn: &mut PgConnection,
    id: RollOutId,
    end: End,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(roll_outs::table.find(id.0))
        .set((roll_outs::finished_at.eq(now), roll_outs::how.eq(end.key())))
        .execute(conn)
        .map(|_| ())
}

/// Writes that every customer up to this one has been looked at.
pub fn save_place(
    conn: &mut PgConnection,
    id: RollOutId,
    customer: CustomerNumber,
) -> QueryResult<()> {
    diesel::update(roll_outs::table.find(id.0))
        .set(roll_outs::after_number.eq(customer.0))
        .execute(conn)
        .map(|_| ())
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The next customers of a set behind `after`, in rising order, at most `limit`. Limited to one
/// concluded version or to numbers it is one range of an index. Else agreements are read in the order
/// of their customers; those that have the version already are left out and cost their reading, each
/// once in a roll-out, as it never goes back behind `after`.
pub fn list_targets(
    conn: &mut PgConnection,
    version: &str,
    scope: &Scope,
    after: i64,
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
    Ok(rows
        .into_iter()
        .map(|row| CustomerNumber(row.number))
        .collect())
}

/// How many customers are in a set, at most one more than [`COUNT_CAP`].
pub fn count_targets(conn: &mut PgConnection, version: &str, scope: &Scope) -> QueryResult<i64> {
    let row: Number = targets(
        &format!("SELECT count(*) AS number FROM ({}) s", set(scope)),
        version,
        scope,
        0,
        COUNT_CAP + 1,
    )
    .get_result(conn)?;
    Ok(row.number)
}

type Query =
    diesel::query_builder::BoxedSqlQuery<'static, diesel::pg::Pg, diesel::query_builder::SqlQuery>;

fn targets(sql: &str, version: &str, scope: &Scope, after: i64, limit: i64) -> Query {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(limit)
        .bind::<Text, _>(version.to_owned())
        .bind::<Nullable<BigInt>, _>(scope.partner.map(|id| id.0))
        .bind::<Nullable<Text>, _>(scope.concluded.clone())
        .bind::<Array<BigInt>, _>(scope.numbers.clone().unwrap_or_default())
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
    let row: Number = diesel::sql_query(
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
pub fn list_unknown(conn: &mut PgConnection, numbers: &[i64]) -> QueryResult<Vec<i64>> {
    let rows: Vec<Number> = diesel::sql_query(
        "SELECT n.number FROM unnest($1) AS n (number)
         WHERE NOT EXISTS (SELECT 1 FROM customers c WHERE c.number = n.number)
         ORDER BY n.number LIMIT 20",
    )
    .bind::<Array<BigInt>, _>(numbers.to_vec())
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}
