//! Retention: erasing what its time is over for (EV-16, row 52).

use super::rows::each_listed;
use super::{Done, Pass};
use crate::actions::retention;
use crate::storage::db::DbError;

/// Customers first, each in a transaction of its own, then mails, reasons and proposals that are evidence of nothing, in
/// bounded portions. May be interrupted between any two; the next pass goes on.
pub fn retain(pass: &Pass) -> Result<Done, DbError> {
    let now = pass.now();
    let mut done = each_listed(
        pass,
        |conn, limit| Ok(retention::candidates(conn, &pass.app, now, limit)?),
        |conn, customer| retention::erase(conn, &pass.app, customer, now),
    )?;
    while !pass.stop.is_set() {
        let gone = pass.app.db.transaction_blocking(|conn| {
            let declared = retention::forget_old_declarations(conn, &pass.app, now)?;
            Ok::<_, DbError>(declared + retention::forget_old_mails(conn, &pass.app, now)?)
        })?;
        if gone == 0 {
            break;
        }
        done.good += gone;
    }
    Ok(done)
}
