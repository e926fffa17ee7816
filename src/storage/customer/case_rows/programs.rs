//! The list as programs read it: all of it, or what changed since a moment.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{max, min};
use diesel::prelude::*;

use super::{Boxed, CaseRow, CaseRowRecord, read, scoped};
use crate::domain::CustomerNumber;
use crate::domain::case::Status;
use crate::domain::viewer::Scope;
use crate::storage::QueryResult;
use crate::storage::schema::{audit_events, case_rows};

/// Rows behind a number in the order of numbers, at most `limit`, for programs that read all of them.
pub fn list_by_number(
    conn: &mut PgConnection,
    scope: Scope,
    status: Option<Status>,
    after: Option<CustomerNumber>,
    limit: i64,
    now: DateTime<Utc>,
) -> QueryResult<Vec<CaseRow>> {
    let select = |status: Option<(Status, bool)>| {
        let mut select: Boxed<'_> = scoped(scope);
        if let Some(after) = after {
            select = select.filter(case_rows::number.gt(after));
        }
        match status {
            Some((status, false)) => select
                .filter(case_rows::status.eq(status.key()))
                .filter(case_rows::next_at.is_null().or(case_rows::next_at.gt(now))),
            Some((status, true)) => select
                .filter(case_rows::next_status.eq(status.key()))
                .filter(case_rows::next_at.le(now)),
            None => select,
        }
    };
    let wanted = match status {
        Some(status) => vec![Some((status, false)), Some((status, true))],
        None => vec![None],
    };
    let mut rows = Vec::new();
    for status in wanted {
        let found: Vec<CaseRowRecord> = select(status)
            .order(case_rows::number)
            .limit(limit)
            .select(CaseRowRecord::as_select())
            .load(conn)?;
        for row in found {
            rows.push(read(row, now)?);
        }
    }
    rows.sort_by_key(|row| row.number);
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(rows)
}

/// Customers that changed.
#[derive(Debug, Clone)]
pub struct ChangedPage {
    /// Each once, in the order of the newest changes that were looked at.
    pub rows: Vec<CaseRow>,
    /// Position of the log from which to go on, also if there is nothing more now.
    pub next: i64,
}

/// Events of the log that are looked at for one page.
const LOOKED_AT: i64 = 2000;
/// A change may be written so much later than it was begun.
const WRITTEN_LATER: TimeDelta = TimeDelta::minutes(10);

/// The position of the log behind which everything stands that was written since `at`. What was begun a
/// little earlier stands behind it as well: positions are given in the order of the commits, moments are not.
pub fn find_begin(conn: &mut PgConnection, at: DateTime<Utc>) -> QueryResult<i64> {
    let first: Option<i64> = audit_events::table
        .filter(audit_events::at.ge(at - WRITTEN_LATER))
        .select(min(audit_events::position))
        .first(conn)?;
    match first {
        Some(first) => Ok(first - 1),
        None => Ok(audit_events::table
            .select(max(audit_events::position))
            .first::<Option<i64>>(conn)?
            .unwrap_or_default()),
    }
}

/// Customers of whom the log says something behind `after`, about `limit` of them; those that were deleted
/// are not among them. A page may be empty and lead on all the same.
pub fn list_changed(
    conn: &mut PgConnection,
    scope: Scope,
    status: Option<Status>,
    after: i64,
    limit: usize,
    now: DateTime<Utc>,
) -> QueryResult<ChangedPage> {
    let events: Vec<(i64, Option<CustomerNumber>)> = audit_events::table
        .filter(audit_events::position.gt(after))
        .order(audit_events::position)
        .limit(LOOKED_AT)
        .select((audit_events::position, audit_events::customer_number))
        .load(conn)?;
    let (mut newest, mut next) = (HashMap::new(), after);
    for (position, number) in events {
        if let Some(number) = number {
            if newest.len() >= limit && !newest.contains_key(&number) {
                break;
            }
            newest.insert(number, position);
        }
        next = position;
    }
    let numbers: Vec<CustomerNumber> = newest.keys().copied().collect();
    let found: Vec<CaseRowRecord> = scoped(scope)
        .filter(case_rows::number.eq_any(numbers))
        .select(CaseRowRecord::as_select())
        .load(conn)?;
    let read = |row| read(row, now);
    let mut rows: Vec<CaseRow> = found.into_iter().map(read).collect::<QueryResult<_>>()?;
    rows.retain(|row| status.is_none_or(|status| row.case_status.status == status));
    rows.sort_by_key(|row| newest.get(&row.number).copied());
    Ok(ChangedPage { rows, next })
}
