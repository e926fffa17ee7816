//! Number of customers in each status, day by day.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Text, Timestamptz};

use crate::domain::CustomerNumber;
use crate::domain::case::Status;
use crate::storage::schema::status_days;
use crate::storage::{QueryResult, text};

/// Counts all customers at `now` and stores that as `day`, once; a second call changes nothing.
/// Every status has a row, even without customers, so that two processes that count at the same
/// moment never mix their figures. True if it was written.
pub fn write_day(conn: &mut PgConnection, day: NaiveDate, now: DateTime<Utc>) -> QueryResult<bool> {
    if has_day(conn, day)? {
        return Ok(false);
    }
    let keys: Vec<&str> = Status::ALL.iter().map(|status| status.key()).collect();
    let written = diesel::sql_query(
        "INSERT INTO status_days (day, status, customers)
         SELECT $1, known.status, coalesce(sum(counted.customers), 0)::bigint
         FROM unnest($2) AS known (status)
         LEFT JOIN (
             SELECT status, customers FROM status_totals WHERE whose = 'all'
             UNION ALL
             SELECT status, customers FROM status_differences($3)
         ) AS counted ON counted.status = known.status
         GROUP BY known.status
         ORDER BY known.status
         ON CONFLICT (day, status) DO NOTHING",
    )
    .bind::<Date, _>(day)
    .bind::<Array<Text>, _>(keys)
    .bind::<Timestamptz, _>(now)
    .execute(conn)?;
    Ok(written > 0)
}

fn has_day(conn: &mut PgConnection, day: NaiveDate) -> QueryResult<bool> {
    let known = status_days::table.filter(status_days::day.eq(day));
    diesel::select(exists(known)).get_result(conn)
}

/// The figures from `since` on, the oldest day first.
pub fn list_days(
    conn: &mut PgConnection,
    since: NaiveDate,
) -> QueryResult<Vec<(NaiveDate, Status, i64)>> {
    let rows: Vec<(NaiveDate, String, i64)> = status_days::table
        .filter(status_days::day.ge(since))
        .order((status_days::day, status_days::status))
        .load(conn)?;
    rows.into_iter()
        .map(|(day, status, customers)| {
            let status = Status::from_key(&status).ok_or_else(|| text::unreadable("status"))?;
            Ok((day, status, customers))
        })
        .collect()
}

/// Makes up past days for customers that were added in bulk, from the number `first` on: each day
/// as many of them as today, less half a percent for every day back. For the demo.
pub fn stretch_days(
    conn: &mut PgConnection,
    today: NaiveDate,
    first: CustomerNumber,
) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE status_days
         SET customers = status_days.customers
             + added.customers * greatest(0, 200 - ($1 - status_days.day)) / 200
         FROM (SELECT status, count(*) AS customers FROM case_rows
               WHERE number >= $2 AND number ~ '^[0-9]+$' GROUP BY status) AS added
         WHERE added.status = status_days.status AND status_days.day <= $1",
    )
    .bind::<Date, _>(today)
    .bind::<Text, _>(first)
    .execute(conn)?;
    Ok(())
}
