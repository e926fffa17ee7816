//! Taking deactivated sub-partners off their customers (row 24).

use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::sub_partners;
use crate::domain::CustomerNumber;
use crate::storage::db::DbError;
use crate::storage::partner_list::list_customers_of_deactivated;

/// Customers fetched at a time.
const BATCH: i64 = 200;

/// Customers that a deactivated sub-partner is still named for, each in its own transaction. One that
/// fails is left for the next pass.
pub fn take_off(pass: &Pass) -> Result<Done, DbError> {
    let (app, mut done, mut after) = (&pass.app, Done::default(), CustomerNumber(0));
    loop {
        let page = app.db.read_blocking(|conn| {
            Ok::<_, DbError>(list_customers_of_deactivated(conn, after, BATCH)?)
        })?;
        if page.is_empty() {
            return Ok(done);
        }
        for customer in page {
            if pass.stop.is_set() {
                return Ok(done);
            }
            after = customer;
            let now = pass.now();
            match app
                .db
                .transaction_blocking(|conn| sub_partners::take_off(conn, app, customer, now))
            {
                Ok(taken) => done.good += usize::from(taken),
                Err(ActionError::Database(error)) if error.is_outage() => return Err(error),
                Err(error) => {
                    tracing::error!(customer = customer.0, %error, "a sub-partner could not be taken off");
                    done.failed += 1;
                }
            }
        }
    }
}
