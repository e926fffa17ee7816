//! Cases that wait for the periodic work: read in pages in the order of an index, claimed one at a
//! time.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::CustomerNumber;
use crate::domain::calendar::LATE;
use crate::storage::QueryResult;
use crate::storage::schema::{case_rows, customers};

/// Why a case waits for the periodic work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// A step is due: a reminder, the end of a round or of a booking.
    Step,
    /// A step has been due for so long that an administrator should look at it first (S-94).
    LateStep,
    /// The status has changed by time alone and the row of the list does not show it yet.
    Line,
}

/// The place of a case in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueCursor {
    /// Since when it waits.
    pub at: DateTime<Utc>,
    /// The customer whose case it is.
    pub customer: CustomerNumber,
}

type Boxed<'a> = case_rows::BoxedQuery<'a, diesel::pg::Pg>;

impl Waiting {
    /// The next `limit` cases behind `after`, longest waiting first. Cases that the periodic work
    /// leaves undone, for whatever reason, are not returned again to a caller that goes on behind
    /// them.
    pub fn list(
        self,
        conn: &mut PgConnection,
        now: DateTime<Utc>,
        after: Option<QueueCursor>,
        limit: i64,
    ) -> QueryResult<Vec<QueueCursor>> {
        let number = case_rows::number;
        let query = self.all(now).limit(limit);
        let rows: Vec<(Option<DateTime<Utc>>, CustomerNumber)> = match (self, after) {
            (Self::Step | Self::LateStep, after) => {
                let at = case_rows::due_at;
                let behind = after.map(|place| {
                    let is_behind = at.gt(place.at).or(number.gt(place.customer));
                    at.ge(place.at).and(is_behind)
                });
                let query = query.order((at, number)).select((at, number));
                match behind {
                    Some(behind) => query.filter(behind).load(conn)?,
                    None => query.load(conn)?,
                }
            }
            (Self::Line, after) => {
                let at = case_rows::next_at;
                let behind = after.map(|place| {
                    let is_behind = at.gt(place.at).or(number.gt(place.customer));
                    at.ge(place.at).and(is_behind)
                });
                let query = query.order((at, number)).select((at, number));
                match behind {
                    Some(behind) => query.filter(behind).load(conn)?,
                    None => query.load(conn)?,
                }
            }
        };
        let places = rows
            .into_iter()
            .filter_map(|(at, customer)| Some(QueueCursor { at: at?, customer }));
        Ok(places.collect())
    }

    /// Locks a case if it still waits and no other process works on it. False if it does not wait
    /// any more or is locked; the caller then goes on to the next one instead of waiting (S-93).
    pub fn claim(
        self,
        conn: &mut PgConnection,
        customer: CustomerNumber,
        now: DateTime<Utc>,
    ) -> QueryResult<bool> {
        if !claim(conn, customer)? {
            return Ok(false);
        }
        // A separate statement, so that it sees what was written under the lock before.
        let waits = self.all(now).filter(case_rows::number.eq(customer));
        let waits: Option<CustomerNumber> =
            waits.select(case_rows::number).first(conn).optional()?;
        Ok(waits.is_some())
    }

    /// How many wait, counted to `cap` + 1.
    pub fn count(self, conn: &mut PgConnection, now: DateTime<Utc>, cap: i64) -> QueryResult<i64> {
        let found = self.all(now).limit(cap + 1).select(case_rows::number);
        found
            .load::<CustomerNumber>(conn)
            .map(|rows| i64::try_from(rows.len()).unwrap_or(i64::MAX))
    }

    fn all<'a>(self, now: DateTime<Utc>) -> Boxed<'a> {
        let all = case_rows::table.into_boxed();
        let (due, late) = (case_rows::due_at, now - LATE);
        match self {
            Self::Step => all.filter(due.gt(late)).filter(due.le(now)),
            Self::LateStep => all.filter(due.le(late)),
            Self::Line => all.filter(case_rows::next_at.le(now)),
        }
    }
}

/// Locks a customer unless another transaction has locked it. False if it is locked; the caller
/// then comes back later or goes on to the next one instead of waiting (S-93).
pub fn claim(conn: &mut PgConnection, customer: CustomerNumber) -> QueryResult<bool> {
    let free: Option<CustomerNumber> = customers::table
        .find(customer)
        .select(customers::number)
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()?;
    Ok(free.is_some())
}

/// Customers with a step that waits for an administrator to look at it: number, company, since
/// when.
pub fn list_late(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<(CustomerNumber, String, DateTime<Utc>)>> {
    let rows: Vec<(CustomerNumber, String, Option<DateTime<Utc>>)> = Waiting::LateStep
        .all(now)
        .order((case_rows::due_at, case_rows::number))
        .limit(limit)
        .select((case_rows::number, case_rows::company, case_rows::due_at))
        .load(conn)?;
    let late = rows
        .into_iter()
        .filter_map(|(number, company, due)| Some((number, company, due?)));
    Ok(late.collect())
}
