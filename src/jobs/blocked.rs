//! Telling the customers of blocked partners (row 49).

use std::collections::HashSet;

use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::blocking::{find_next, put_aside, tell as tell_one};
use crate::storage::db::DbError;

/// Tells one customer after the other, each in a transaction of its own, until no round is open or
/// what is left has failed in this pass. A killed process leaves the round where it stood.
pub fn tell(pass: &Pass) -> Result<Done, DbError> {
    let (app, mut done, mut in_vain) = (&pass.app, Done::default(), HashSet::new());
    while !pass.stop.is_set() {
        let now = pass.now();
        let next = match app.db.read_blocking(|conn| find_next(conn, &in_vain)) {
            Ok(Some(next)) => next,
            Ok(None) => break,
            Err(ActionError::Database(error)) => return Err(error),
            Err(_) => return Err(DbError::Interrupted),
        };
        match app
            .db
            .transaction_blocking(|conn| tell_one(conn, app, next, now))
        {
            Ok(told) => done.good += usize::from(told && next.customer.is_some()),
            Err(ActionError::Database(error @ DbError::Unavailable(_))) => return Err(error),
            Err(error) => {
                let customer = next.customer.map(|customer| customer.0);
                tracing::error!(customer, %error, "a customer could not be told of a block");
                done.failed += 1;
                in_vain.insert(next);
                let aside = app.db.transaction_blocking(|conn| put_aside(conn, next));
                if let Err(ActionError::Database(error)) = aside {
                    return Err(error);
                }
            }
        }
    }
    Ok(done)
}
