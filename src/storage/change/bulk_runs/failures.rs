//! Customers that a run could not write.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::{BulkRunId, CustomerNumber};
use crate::storage::QueryResult;
use crate::storage::customer_number::behind;
use crate::storage::schema::{bulk_run_failures as failures, case_rows};

/// Notes that a customer could not be written. True if it is the first time for this run.
pub fn save_failure(
    conn: &mut PgConnection,
    id: BulkRunId,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let found = failures::table.find((id.0, customer));
    let is_known: bool = diesel::select(diesel::dsl::exists(found)).get_result(conn)?;
    diesel::insert_into(failures::table)
        .values((
            failures::run_id.eq(id.0),
            failures::customer_number.eq(customer),
            failures::failed_at.eq(now),
            failures::tried_at.eq(now),
        ))
        .on_conflict((failures::run_id, failures::customer_number))
        .do_update()
        .set(failures::tried_at.eq(now))
        .execute(conn)?;
    Ok(!is_known)
}

/// Forgets that these customers could not be written, because they now could. Returns how many of
/// them were noted.
pub fn delete_failures(
    conn: &mut PgConnection,
    id: BulkRunId,
    customers: &[CustomerNumber],
) -> QueryResult<i64> {
    let deleted = diesel::delete(
        failures::table
            .filter(failures::run_id.eq(id.0))
            .filter(failures::customer_number.eq_any(customers)),
    )
    .execute(conn)?;
    Ok(i64::try_from(deleted).unwrap_or(i64::MAX))
}

/// Those of these customers that are not among those that could not be written.
pub fn leave_out_failed(
    conn: &mut PgConnection,
    id: BulkRunId,
    customers: &[CustomerNumber],
) -> QueryResult<Vec<CustomerNumber>> {
    let failed: Vec<CustomerNumber> = failures::table
        .filter(failures::run_id.eq(id.0))
        .filter(failures::customer_number.eq_any(customers))
        .select(failures::customer_number)
        .load(conn)?;
    let left = customers.iter().filter(|one| !failed.contains(one));
    Ok(left.copied().collect())
}

/// Whether there are customers that could not be written for the first time after `since`, or at
/// any time if that is `None`.
pub fn has_failed_since(
    conn: &mut PgConnection,
    id: BulkRunId,
    since: Option<DateTime<Utc>>,
) -> QueryResult<bool> {
    let mut found = failures::table
        .filter(failures::run_id.eq(id.0))
        .into_boxed();
    if let Some(since) = since {
        found = found.filter(failures::failed_at.gt(since));
    }
    let any: Option<i64> = found.select(failures::run_id).first(conn).optional()?;
    Ok(any.is_some())
}

/// The next customer behind `after` that could not be written and was last tried until `until`.
pub fn find_retry(
    conn: &mut PgConnection,
    id: BulkRunId,
    after: Option<CustomerNumber>,
    until: DateTime<Utc>,
) -> QueryResult<Option<CustomerNumber>> {
    failures::table
        .filter(failures::run_id.eq(id.0))
        .filter(failures::tried_at.le(until))
        .filter(failures::customer_number.gt(behind(after)))
        .order(failures::customer_number)
        .select(failures::customer_number)
        .first(conn)
        .optional()
}

/// A customer that could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The customer that could not be written.
    pub customer: CustomerNumber,
    /// Name of the company, if the customer is still in the list.
    pub company: Option<String>,
    /// When it failed for the first time.
    pub at: DateTime<Utc>,
}

/// Customers a run could not write behind `after`, in rising order.
pub fn list_failures(
    conn: &mut PgConnection,
    id: BulkRunId,
    after: Option<CustomerNumber>,
    limit: i64,
) -> QueryResult<Vec<Failure>> {
    let rows: Vec<(CustomerNumber, Option<String>, DateTime<Utc>)> = failures::table
        .left_join(case_rows::table.on(case_rows::number.eq(failures::customer_number)))
        .filter(failures::run_id.eq(id.0))
        .filter(failures::customer_number.gt(behind(after)))
        .order(failures::customer_number)
        .limit(limit)
        .select((
            failures::customer_number,
            case_rows::company.nullable(),
            failures::failed_at,
        ))
        .load(conn)?;
    let found = rows.into_iter().map(|(customer, company, at)| Failure {
        customer,
        company,
        at,
    });
    Ok(found.collect())
}
