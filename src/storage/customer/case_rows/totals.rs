//! Exact counts of all customers by status. They read every entry of an index, so the list asks for
//! them rarely and only where [`super::count_statuses`] stopped at its cap.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};

use crate::domain::case::Status;
use crate::domain::viewer::Scope;
use crate::storage::QueryResult;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = BigInt)]
    customers: i64,
}

/// How many customers of `scope` have each status at `now`, to the last one.
pub fn count_all_statuses(
    conn: &mut PgConnection,
    scope: Scope,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(Status, i64)>> {
    let (whose, who) = match scope {
        Scope::All => ("$2 = 0", 0),
        Scope::Partner(id) => ("partner_id = $2", id.0),
        Scope::SubPartner(id) => ("sub_partner_id = $2", id.0),
        Scope::Customer(number) => ("number = $2", number.0),
    };
    let rows: Vec<Counted> = diesel::sql_query(format!(
        "SELECT status, sum(customers)::bigint AS customers FROM (
             SELECT status, count(*) AS customers FROM case_rows WHERE {whose} GROUP BY status
             UNION ALL
             SELECT status, -count(*) FROM case_rows WHERE next_at <= $1 AND {whose} GROUP BY status
             UNION ALL
             SELECT next_status, count(*) FROM case_rows WHERE next_at <= $1 AND {whose} GROUP BY next_status
         ) AS counted GROUP BY status"
    ))
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(who)
    .load(conn)?;
    let of = |status: Status| {
        let found = rows.iter().find(|row| row.status == status.key());
        (status, found.map_or(0, |row| row.customers.max(0)))
    };
    Ok(Status::ALL.into_iter().map(of).collect())
}
