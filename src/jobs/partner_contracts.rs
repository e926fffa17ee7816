//! The end of contracts with partners (C6).

use super::rows::BATCH;
use super::{Done, Pass};
use crate::actions::{ActionError, partner_contracts};
use crate::domain::calendar;
use crate::storage::alerts::{list_unsaid, settle_over};
use crate::storage::db::DbError;

/// Closes alerts of renewed contracts, and raises one for every contract that ends soon or has
/// ended, each in its own transaction. Failures, and what exceeds a batch, are left for the next
/// pass.
pub(super) fn watch(pass: &Pass) -> Result<Done, DbError> {
    let now = pass.now();
    let today = calendar::day(now);
    let partners = pass.app.db.transaction_blocking(|conn| {
        settle_over(conn, now)?;
        Ok::<_, DbError>(list_unsaid(conn, today, BATCH)?)
    })?;
    let mut done = Done::default();
    for partner in partners {
        if pass.stop.is_set() {
            break;
        }
        let warned = pass
            .app
            .db
            .transaction_blocking(|conn| partner_contracts::warn(conn, &pass.app, partner, now));
        match warned {
            Ok(is_new) => done.good += usize::from(is_new),
            Err(ActionError::Database(error)) if error.is_outage() => return Err(error),
            Err(error) => {
                tracing::error!(partner = partner.0, %error, "nobody could be alerted to a contract");
                done.failed += 1;
            }
        }
    }
    Ok(done)
}
