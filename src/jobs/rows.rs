//! The loop that every job over customers shares.

use std::collections::HashSet;

use super::{Done, Pass};
use crate::actions::ActionError;
use crate::domain::CustomerNumber;
use crate::storage::QueryResult;
use crate::storage::db::{Conn, DbError};

/// Rows fetched at a time.
const BATCH: usize = 100;

/// Calls `act` for every customer that `list` names, each in its own transaction, until nobody new
/// is named. A row that fails, or on which there is nothing to do after all, is not tried again in
/// this pass. Only a database that is away ends the pass early.
pub fn each_row(
    pass: &Pass,
    list: impl Fn(&mut Conn, i64) -> QueryResult<Vec<CustomerNumber>>,
    act: impl Fn(&mut Conn, CustomerNumber) -> Result<bool, ActionError>,
) -> Result<Done, DbError> {
    let mut done = Done::default();
    let mut left: HashSet<CustomerNumber> = HashSet::new();
    loop {
        let limit = i64::try_from(BATCH + left.len()).unwrap_or(i64::MAX);
        let listed: Vec<CustomerNumber> = pass
            .app
            .db
            .read_blocking(|conn| Ok::<_, DbError>(list(conn, limit)?))?;
        let fresh: Vec<CustomerNumber> = listed
            .into_iter()
            .filter(|customer| !left.contains(customer))
            .collect();
        if fresh.is_empty() {
            return Ok(done);
        }
        for customer in fresh {
            if pass.stop.is_set() {
                return Ok(done);
            }
            match pass.app.db.transaction_blocking(|conn| act(conn, customer)) {
                Ok(true) => done.good += 1,
                Ok(false) => {
                    left.insert(customer);
                }
                Err(ActionError::Database(error @ DbError::Unavailable(_))) => return Err(error),
                Err(error) => {
                    tracing::error!(customer = customer.0, %error, "a row failed");
                    done.failed += 1;
                    left.insert(customer);
                }
            }
        }
    }
}
