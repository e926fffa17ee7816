//! What became of each customer of a roll-out, and how many there are in each state.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt, Text};

use crate::domain::roll_out::{Answer, Skip};
use crate::domain::{BulkRunId, CustomerNumber, RollOutId};
use crate::storage::QueryResult;
use crate::storage::bulk_runs::{Failure, list_failures};
use crate::storage::customer_number::behind;
use crate::storage::schema::{case_rows, roll_out_customers as c, roll_outs};

/// What a roll-out did with a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// The customer was told of the version or asked to conclude it.
    Told(Answer),
    /// The customer was left out.
    Skipped(Skip),
}

impl Reached {
    fn state(self) -> Answer {
        match self {
            Self::Told(answer) => answer,
            Self::Skipped(_) => Answer::Skipped,
        }
    }

    fn reason(self) -> Option<&'static str> {
        match self {
            Self::Skipped(skip) => Some(skip.key()),
            Self::Told(_) => None,
        }
    }
}

/// Writes what a roll-out did with a customer. To be called once for each customer, while its run
/// is locked.
pub fn save_reached(
    conn: &mut PgConnection,
    id: RollOutId,
    customer: CustomerNumber,
    reached: Reached,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(c::table)
        .values((
            c::roll_out_id.eq(id.0),
            c::customer_number.eq(customer),
            c::state.eq(reached.state().key()),
            c::reason.eq(reached.reason()),
            c::at.eq(now),
        ))
        .execute(conn)?;
    let word = match reached.reason() {
        Some(reason) => format!("{}:{reason}", reached.state().key()),
        None => reached.state().key().to_owned(),
    };
    count(conn, id, customer, &word, 1)
}

/// Writes what became of a customer's request in the roll-out that made it.
pub fn answer(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    answer: Answer,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let waited: Vec<i64> = diesel::update(
        c::table
            .filter(c::customer_number.eq(customer))
            .filter(c::state.eq(Answer::Waiting.key())),
    )
    .set((c::state.eq(answer.key()), c::at.eq(now)))
    .returning(c::roll_out_id)
    .get_results(conn)?;
    for id in waited.into_iter().map(RollOutId) {
        count(conn, id, customer, Answer::Waiting.key(), -1)?;
        count(conn, id, customer, answer.key(), 1)?;
    }
    Ok(())
}

/// Adds to the number of customers in one state. A caller that moves a customer subtracts from the
/// old state first; as customers only ever move from waiting to an answer, no deadlock is possible.
fn count(
    conn: &mut PgConnection,
    id: RollOutId,
    customer: CustomerNumber,
    word: &str,
    by: i64,
) -> QueryResult<()> {
    let shard = customer
        .as_str()
        .bytes()
        .fold(0, |sum, byte| (sum * 5 + i16::from(byte)) % 16);
    diesel::sql_query(
        "INSERT INTO roll_out_figures AS f (roll_out_id, word, shard, customers) VALUES ($1, $2, $3, $4)
         ON CONFLICT (roll_out_id, word, shard) DO UPDATE SET customers = f.customers + excluded.customers",
    )
    .bind::<BigInt, _>(id.0)
    .bind::<Text, _>(word)
    .bind::<SmallInt, _>(shard)
    .bind::<BigInt, _>(by)
    .execute(conn)
    .map(|_| ())
}

#[derive(QueryableByName)]
struct Figure {
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = BigInt)]
    customers: i64,
}

/// How many customers are in each state, those left out by reason. Reads a few dozen rows, however
/// many customers there are.
pub fn figures(
    conn: &mut PgConnection,
    id: RollOutId,
) -> QueryResult<Vec<(Answer, Option<Skip>, i64)>> {
    let rows: Vec<Figure> = diesel::sql_query(
        "SELECT word, sum(customers)::bigint AS customers FROM roll_out_figures
         WHERE roll_out_id = $1 GROUP BY word
         UNION ALL SELECT 'failed', b.failed FROM roll_outs r JOIN bulk_runs b ON b.id = r.run_id
         WHERE r.id = $1 AND b.failed > 0 ORDER BY 1",
    )
    .bind::<BigInt, _>(id.0)
    .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let (state, reason) = match row.word.split_once(':') {
                Some((state, reason)) => (state, Skip::of(reason)),
                None => (row.word.as_str(), None),
            };
            Some((Answer::of(state)?, reason, row.customers))
        })
        .collect())
}

/// A customer of a roll-out as its page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollOutCustomer {
    /// Number of the customer.
    pub customer: CustomerNumber,
    /// Name of the company, if the customer is still in the list.
    pub company: Option<String>,
    /// Why it was left out; `None` if it was not.
    pub reason: Option<Skip>,
    /// Since when it is in this state.
    pub at: DateTime<Utc>,
}

impl RollOutCustomer {
    fn failed(failure: Failure) -> Self {
        Self {
            customer: failure.customer,
            company: failure.company,
            reason: None,
            at: failure.at,
        }
    }
}

type LineRow = (
    CustomerNumber,
    Option<String>,
    Option<String>,
    DateTime<Utc>,
);

/// Customers in one state behind `after`, in rising order.
pub fn list_customers(
    conn: &mut PgConnection,
    id: RollOutId,
    state: Answer,
    after: Option<CustomerNumber>,
    limit: i64,
) -> QueryResult<Vec<RollOutCustomer>> {
    if state == Answer::Failed {
        let run: i64 = roll_outs::table
            .find(id.0)
            .select(roll_outs::run_id)
            .first(conn)?;
        let failed = list_failures(conn, BulkRunId(run), after, limit)?;
        return Ok(failed.into_iter().map(RollOutCustomer::failed).collect());
    }
    let rows: Vec<LineRow> = c::table
        .left_join(case_rows::table.on(case_rows::number.eq(c::customer_number)))
        .filter(c::roll_out_id.eq(id.0))
        .filter(c::state.eq(state.key()))
        .filter(c::customer_number.gt(behind(after)))
        .order(c::customer_number)
        .limit(limit)
        .select((
            c::customer_number,
            case_rows::company.nullable(),
            c::reason,
            c::at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(customer, company, reason, at)| RollOutCustomer {
            customer,
            company,
            reason: reason.as_deref().and_then(Skip::of),
            at,
        })
        .collect())
}

/// Whether another roll-out of the same version has told this customer of it already.
pub fn reached_before(
    conn: &mut PgConnection,
    id: RollOutId,
    customer: CustomerNumber,
) -> QueryResult<bool> {
    let version: i64 = roll_outs::table
        .find(id.0)
        .select(roll_outs::version_id)
        .first(conn)?;
    let told: Option<i64> = c::table
        .inner_join(roll_outs::table)
        .filter(c::customer_number.eq(customer))
        .filter(c::state.eq(Answer::Informed.key()))
        .filter(c::roll_out_id.ne(id.0))
        .filter(roll_outs::version_id.eq(version))
        .select(c::roll_out_id)
        .first(conn)
        .optional()?;
    Ok(told.is_some())
}
