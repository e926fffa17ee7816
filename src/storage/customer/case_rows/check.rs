//! Whether the list agrees with the facts, and how to repair it where it does not: for rows that
//! were written without the program, as by hand in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::Error;

use super::{CaseRowRecord, forget_row, gates, read, row_of, save_row, words};
use crate::domain::CustomerNumber;
use crate::domain::case::{Case, status_of};
use crate::storage::schema::{case_rows, customers};
use crate::storage::{QueryResult, cases};

/// Whether the list row of a customer agrees with the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreement {
    /// The row agrees with the facts, or is rightly missing.
    Holds,
    /// The row is missing, so the customer is found in no list and by no search.
    NoRow,
    /// The row, a word by which the customer is found, or what the gate decides by differs from the
    /// facts.
    Differs,
    /// The facts cannot be read; holds the reason.
    Unreadable(String),
}

/// Compares the list row of a customer, its search words and what the gate decides by with the facts.
pub fn compare(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<Agreement> {
    match cases::find_case(conn, customer, now) {
        Ok(Some(case)) => compare_case(conn, &case, now),
        // The customer was erased a moment ago.
        Ok(None) => Ok(Agreement::Holds),
        Err(Error::DeserializationError(why)) => Ok(Agreement::Unreadable(why.to_string())),
        Err(error) => Err(error),
    }
}

/// [`compare`] after locking the customer, so that no other transaction is writing what it
/// compares.
pub fn compare_locked(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<Agreement> {
    customers::table
        .find(customer)
        .select(customers::number)
        .for_update()
        .first::<CustomerNumber>(conn)
        .optional()?;
    compare(conn, customer, now)
}

/// Writes the row and all search words anew. The customer must be locked.
pub fn mend(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let Some(case) = cases::find_case(conn, customer, now)? else {
        return Ok(());
    };
    if case.customer.deleted_at.is_some() {
        return forget_row(conn, customer);
    }
    save_row(conn, &case, now)?;
    words::mend_words(conn, &case)
}

fn compare_case(
    conn: &mut PgConnection,
    case: &Case,
    now: DateTime<Utc>,
) -> QueryResult<Agreement> {
    let stored: Option<(i64, CaseRowRecord)> = case_rows::table
        .find(case.customer.number)
        .select((case_rows::id, CaseRowRecord::as_select()))
        .first(conn)
        .optional()?;
    let is_deleted = case.customer.deleted_at.is_some();
    let Some((id, row)) = stored else {
        return Ok(match is_deleted {
            true if gates::agrees(conn, case)? => Agreement::Holds,
            true => Agreement::Differs,
            false => Agreement::NoRow,
        });
    };
    let holds = !is_deleted
        && says(row, case, now)?
        && words::agree(conn, id, case)?
        && gates::agrees(conn, case)?;
    Ok(if holds {
        Agreement::Holds
    } else {
        Agreement::Differs
    })
}

fn says(mut row: CaseRowRecord, case: &Case, now: DateTime<Utc>) -> QueryResult<bool> {
    let fresh = row_of(case, now)?;
    if row.next_at.is_none_or(|at| at > now) {
        return Ok(row == fresh);
    }
    // The status has changed by time alone and the scheduler has not written it yet; the list
    // computes it in the same way.
    let shown = match read(row.clone(), now) {
        Ok(shown) => shown.case_status,
        Err(_) => return Ok(false),
    };
    row.products.clone_from(&fresh.products);
    row.status.clone_from(&fresh.status);
    row.next_status.clone_from(&fresh.next_status);
    (row.reminders, row.moment) = (fresh.reminders, fresh.moment);
    (row.next_at, row.next_moment) = (fresh.next_at, fresh.next_moment);
    row.stands_at = fresh.stands_at;
    Ok(shown == status_of(case, now) && row == fresh)
}
