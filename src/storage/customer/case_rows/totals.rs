//! Exact counts of all customers by status. They read every entry of an index, so the list asks for
//! them rarely and only if [`super::count_statuses`] stopped at its cap.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
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

/// How many customers of `scope` have each status at `now`, without a cap.
pub fn count_all_statuses(
    conn: &mut PgConnection,
    scope: Scope,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(Status, i64)>> {
    let whose = match scope {
        Scope::All => "TRUE",
        Scope::Partner(_) => "partner_id = $2",
        Scope::SubPartner(_) => "sub_partner_id = $2",
        Scope::Customer(_) => "number = $2",
    };
    let counted = diesel::sql_query(format!(
        "SELECT status, sum(customers)::bigint AS customers FROM (
             SELECT status, count(*) AS customers FROM case_rows WHERE {whose} GROUP BY status
             UNION ALL
             SELECT status, -count(*) FROM case_rows WHERE next_at <= $1 AND {whose} GROUP BY status
             UNION ALL
             SELECT next_status, count(*) FROM case_rows WHERE next_at <= $1 AND {whose} GROUP BY next_status
         ) AS counted GROUP BY status"
    ))
    .into_boxed::<Pg>()
    .bind::<Timestamptz, _>(now);
    let counted = match scope {
        Scope::All => counted,
        Scope::Partner(id) | Scope::SubPartner(id) => counted.bind::<BigInt, _>(id.0),
        Scope::Customer(number) => counted.bind::<Text, _>(number),
    };
    let rows: Vec<Counted> = counted.load(conn)?;
    let of = |status: Status| {
        let found = rows.iter().find(|row| row.status == status.key());
        (status, found.map_or(0, |row| row.customers.max(0)))
    };
    Ok(Status::ALL.into_iter().map(of).collect())
}
