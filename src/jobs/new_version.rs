//! Asking anew those whose open request offers a contract version that is not in force any more
//! (row 13).

use super::rows::each_behind;
use super::{Done, Pass};
use crate::actions::requests;
use crate::domain::calendar::day;
use crate::storage::contract_versions::{find_in_force, list_outdated};
use crate::storage::db::DbError;

/// One customer after the other, each in its own transaction. Nothing is kept of how far it has
/// come: who was asked is not among those that are left. Until a customer's turn has come, the
/// consent page shows and concludes the text in force anyway.
pub fn ask(pass: &Pass) -> Result<Done, DbError> {
    if !pass.is_working_time()? {
        return Ok(Done::default());
    }
    each_behind(
        pass,
        |conn, after, limit| match find_in_force(conn, day(pass.now()))? {
            Some(current) => Ok(list_outdated(conn, &current, after, limit)?),
            None => Ok(Vec::new()),
        },
        |place| place.customer,
        |conn, customer, now| requests::offer_new_version(conn, &pass.app, customer, now),
    )
}
