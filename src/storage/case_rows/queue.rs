//! What waits for the periodic work: read in pages in the order of an index, taken one at a time.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::CustomerNumber;
use crate::storage::QueryResult;
use crate::storage::schema::{case_rows, customers};

/// Why a case waits for the periodic work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// A step is due: a reminder, the end of a round or of a booking.
    Step,
    /// Time alone has changed the status, and the line of the list does not say so yet.
    Line,
}

/// The place of a case among those that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Since when it waits.
    pub at: DateTime<Utc>,
    /// Whose case.
    pub customer: CustomerNumber,
}

type Boxed<'a> = case_rows::BoxedQuery<'a, diesel::pg::Pg>;

impl Waiting {
    /// The next `limit` cases behind `after`, longest waiting first. Those that the periodic work
    /// leaves, for whatever reason, are not met again by who goes on behind them.
    pub fn list(
        self,
        conn: &mut PgConnection,
        now: DateTime<Utc>,
        after: Option<Place>,
        limit: i64,
    ) -> QueryResult<Vec<Place>> {
        let mut query: Boxed<'_> = case_rows::table.limit(limit).into_boxed();
        let rows: Vec<(Option<DateTime<Utc>>, i64)> = match self {
            Self::Step => {
                let (at, number) = (case_rows::due_at, case_rows::number);
                query = query.filter(at.le(now)).order((at, number));
                if let Some(place) = after {
                    let (then, who) = (place.at, place.customer.0);
                    query = query
                        .filter(at.ge(then))
                        .filter(at.gt(then).or(number.gt(who)));
                }
                query.select((at, number)).load(conn)?
            }
            Self::Line => {
                let (at, number) = (case_rows::next_at, case_rows::number);
                query = query.filter(at.le(now)).order((at, number));
                if let Some(place) = after {
                    let (then, who) = (place.at, place.customer.0);
                    query = query
                        .filter(at.ge(then))
                        .filter(at.gt(then).or(number.gt(who)));
                }
                query.select((at, number)).load(conn)?
            }
        };
        let places = rows.into_iter().filter_map(|(at, number)| {
            Some(Place {
                at: at?,
                customer: CustomerNumber(number),
            })
        });
        Ok(places.collect())
    }

    /// Locks a case if it still waits and nobody else works on it. Who finds it locked goes on to the
    /// next one instead of standing behind the other (S-93).
    pub fn claim(
        self,
        conn: &mut PgConnection,
        customer: CustomerNumber,
        now: DateTime<Utc>,
    ) -> QueryResult<bool> {
        let query = customers::table
            .inner_join(case_rows::table)
            .filter(customers::number.eq(customer.0))
            .select(customers::number);
        let found: Option<i64> = match self {
            Self::Step => query
                .filter(case_rows::due_at.le(now))
                .for_update()
                .skip_locked()
                .first(conn),
            Self::Line => query
                .filter(case_rows::next_at.le(now))
                .for_update()
                .skip_locked()
                .first(conn),
        }
        .optional()?;
        Ok(found.is_some())
    }

    /// How many wait, counted to `cap` + 1.
    pub fn count(self, conn: &mut PgConnection, now: DateTime<Utc>, cap: i64) -> QueryResult<i64> {
        let query: Boxed<'_> = match self {
            Self::Step => case_rows::table
                .filter(case_rows::due_at.le(now))
                .into_boxed(),
            Self::Line => case_rows::table
                .filter(case_rows::next_at.le(now))
                .into_boxed(),
        };
        let found = query.limit(cap + 1).select(case_rows::number);
        found
            .load::<i64>(conn)
            .map(|rows| i64::try_from(rows.len()).unwrap_or(i64::MAX))
    }
}
