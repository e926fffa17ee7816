//! Figures for other systems: how many customers have each status, how many conclude, and how long they
//! take.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Nullable, Text, Timestamptz};

use crate::domain::PartnerId;
use crate::domain::case::Status;
use crate::storage::{QueryResult, text};

/// Customers of a partner with one status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The partner that looks after them; `None`: nobody does.
    pub partner: Option<PartnerId>,
    /// The status.
    pub status: Status,
    /// How many they are.
    pub customers: i64,
}

/// Agreements that were concluded in a time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Concluded {
    /// How many.
    pub agreements: i64,
    /// Middle of the days from the question to the conclusion, of those that were asked; `None` if nobody
    /// was.
    pub median_days: Option<f64>,
}

#[derive(QueryableByName)]
struct CountedRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    partner: Option<i64>,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = BigInt)]
    customers: i64,
}

#[derive(QueryableByName)]
struct ConcludedRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    partner: Option<i64>,
    #[diesel(sql_type = BigInt)]
    agreements: i64,
    #[diesel(sql_type = Nullable<Double>)]
    median_days: Option<f64>,
}

/// All customers by partner and status at `now`. One whose time has come counts under the status it has
/// now.
pub fn count_customers(conn: &mut PgConnection, now: DateTime<Utc>) -> QueryResult<Vec<Counted>> {
    let rows: Vec<CountedRow> = diesel::sql_query(
        "SELECT partner, status, sum(customers)::bigint AS customers FROM (
             SELECT nullif(who, 0) AS partner, status, customers FROM status_totals WHERE whose = 'partner'
             UNION ALL
             SELECT partner_id, status, customers FROM status_differences($1)
         ) AS counted GROUP BY 1, 2 HAVING sum(customers) > 0",
    )
    .bind::<Timestamptz, _>(now)
    .load(conn)?;
    let counted = |row: CountedRow| {
        Ok(Counted {
            partner: row.partner.map(PartnerId),
            status: Status::from_key(&row.status).ok_or_else(|| text::unreadable("status"))?,
            customers: row.customers,
        })
    };
    rows.into_iter().map(counted).collect()
}

/// What was concluded from `from` on and before `to`: of everybody, under `None`, and of each partner that
/// the agreements name.
pub fn count_concluded(
    conn: &mut PgConnection,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<Vec<(Option<PartnerId>, Concluded)>> {
    let rows: Vec<ConcludedRow> = diesel::sql_query(
        "SELECT partner, count(*) AS agreements,
                percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median_days
         FROM (SELECT (a.offer ->> 'partner')::bigint AS partner,
                      (EXTRACT(EPOCH FROM a.concluded_at - r.opened_at) / 86400)::double precision AS days
               FROM agreements a LEFT JOIN requests r ON r.id = a.request_id AND a.link_id IS NOT NULL
               WHERE a.concluded_at >= $1 AND a.concluded_at < $2) AS concluded
         GROUP BY GROUPING SETS ((), (partner))",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .load(conn)?;
    let concluded = |row: ConcludedRow| {
        let concluded = Concluded {
            agreements: row.agreements,
            median_days: row.median_days,
        };
        (row.partner.map(PartnerId), concluded)
    };
    Ok(rows.into_iter().map(concluded).collect())
}
