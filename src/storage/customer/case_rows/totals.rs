//! How many customers have each status (C7): exact, and as quick with a million customers as with
//! ten. Triggers leave the difference that each write of a row makes in `status_changes`, in the same
//! transaction; [`fold`] adds them up in `status_totals`. Who counts reads both, and what time alone has
//! changed since.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text, Timestamptz};

use crate::domain::case::Status;
use crate::domain::viewer::Scope;
use crate::storage::QueryResult;

/// Differences that are added up at once.
const BATCH: i64 = 10_000;

diesel::define_sql_function! {
    /// Customers by status; see the migration.
    fn customers_by_status(asked: Text, partner: BigInt, statuses: Array<Text>, moment: Timestamptz) -> Array<BigInt>;
}

/// How many customers of `scope` have each status at `now`; none for a customer's own scope.
pub fn count_statuses(
    conn: &mut PgConnection,
    scope: Scope,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(Status, i64)>> {
    let (whose, who) = match scope {
        Scope::All => ("all", 0),
        Scope::Partner(id) => ("partner", id.0),
        Scope::SubPartner(id) => ("sub", id.0),
        Scope::Customer(_) => return Ok(Vec::new()),
    };
    let keys: Vec<&str> = Status::ALL.iter().map(|status| status.key()).collect();
    let counts: Vec<i64> =
        diesel::select(customers_by_status(whose, who, keys, now)).get_result(conn)?;
    Ok(Status::ALL.into_iter().zip(counts).collect())
}

#[derive(QueryableByName)]
struct Flag {
    #[diesel(sql_type = Bool)]
    holds: bool,
}

/// Adds differences to the totals, and returns how many; 0 when none is left, or when another process
/// is at it. The caller's transaction does nothing else.
pub fn fold(conn: &mut PgConnection) -> QueryResult<usize> {
    let alone: Flag = diesel::sql_query(
        "SELECT pg_try_advisory_xact_lock('status_totals'::regclass::oid::bigint) AS holds",
    )
    .get_result(conn)?;
    if !alone.holds {
        return Ok(0);
    }
    #[derive(QueryableByName)]
    struct Folded {
        #[diesel(sql_type = BigInt)]
        differences: i64,
    }
    let folded: Folded = diesel::sql_query(
        "WITH gone AS (
             DELETE FROM status_changes WHERE id = ANY (ARRAY(SELECT id FROM status_changes ORDER BY id LIMIT $1))
             RETURNING partner_id, sub_partner_id, status, customers
         ), added AS (
             INSERT INTO status_totals
             SELECT whose, who, status, sum(customers)
             FROM gone, status_scopes(partner_id, sub_partner_id)
             GROUP BY 1, 2, 3 HAVING sum(customers) <> 0
             ON CONFLICT (whose, who, status) DO UPDATE SET customers = status_totals.customers + EXCLUDED.customers
         ) SELECT count(*) AS differences FROM gone",
    )
    .bind::<BigInt, _>(BATCH)
    .get_result(conn)?;
    Ok(usize::try_from(folded.differences).unwrap_or_default())
}

/// Compares the totals with the rows, all of them, and with `mends` corrects them: for what was changed
/// without the triggers. Returns how many differed.
pub fn recount(conn: &mut PgConnection, mends: bool) -> QueryResult<usize> {
    if !mends {
        return diesel::sql_query(format!("SELECT FROM ({DIFFERING}) AS differing")).execute(conn);
    }
    // Whoever writes a row waits meanwhile; pages are read.
    diesel::sql_query("LOCK TABLE case_rows, status_changes IN SHARE ROW EXCLUSIVE MODE")
        .execute(conn)?;
    diesel::sql_query(format!(
        "INSERT INTO status_totals {DIFFERING}
         ON CONFLICT (whose, who, status) DO UPDATE SET customers = status_totals.customers + EXCLUDED.customers"
    ))
    .execute(conn)
}

/// What the rows have more than totals and differences, read in one look.
const DIFFERING: &str = "
    SELECT whose, who, status, sum(customers) AS customers FROM (
        SELECT whose, who, status, customers
        FROM (SELECT partner_id, sub_partner_id, status, count(*) AS customers FROM case_rows GROUP BY 1, 2, 3) AS counted,
             status_scopes(partner_id, sub_partner_id)
        UNION ALL
        SELECT whose, who, status, -customers FROM status_totals
        UNION ALL
        SELECT whose, who, status, -customers FROM status_changes, status_scopes(partner_id, sub_partner_id)
    ) AS compared GROUP BY 1, 2, 3 HAVING sum(customers) <> 0";
