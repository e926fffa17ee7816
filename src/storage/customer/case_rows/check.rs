//! Whether the list says what the facts say, and what to do where it does not: for rows that somebody
//! wrote past the program.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::Error;

use super::{CaseRowRecord, forget_row, read, row_of, save_row, words};
use crate::domain::CustomerNumber;
use crate::domain::case::{Case, status_of};
use crate::storage::schema::{case_rows, customers};
use crate::storage::{QueryResult, cases};

/// How the line of a customer stands to the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreement {
    /// It says what they say, or rightly is not there.
    Holds,
    /// There is none: the customer is in no list and in no search.
    NoRow,
    /// It, or a word by which the customer is found, says something else.
    Differs,
    /// The facts cannot be read, and why.
    Unreadable(String),
}

/// Compares the line of a customer and its words with the facts.
pub fn compare(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<Agreement> {
    match cases::find_case(conn, customer, now) {
        Ok(Some(case)) => compare_case(conn, &case, now),
        // Erased a moment ago.
        Ok(None) => Ok(Agreement::Holds),
        Err(Error::DeserializationError(why)) => Ok(Agreement::Unreadable(why.to_string())),
        Err(error) => Err(error),
    }
}

/// [`compare`] behind the lock of the customer: what it finds is not just being written.
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

/// Writes line and words anew, all of them. The customer must be locked.
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
        return Ok(if is_deleted {
            Agreement::Holds
        } else {
            Agreement::NoRow
        });
    };
    let holds = !is_deleted && says(row, case, now)? && words::agree(conn, id, case)?;
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
    // Time has changed it and the scheduler has not been there yet: the list reads it so.
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
