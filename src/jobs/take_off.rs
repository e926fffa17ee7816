//! Taking deactivated sub-partners off their customers (row 24).

use super::rows::each_listed;
use super::{Done, Pass};
use crate::actions::sub_partners;
use crate::storage::db::DbError;
use crate::storage::partner_list::list_customers_of_deactivated;

/// Customers that a deactivated sub-partner is still named for, each in its own transaction.
pub fn take_off(pass: &Pass) -> Result<Done, DbError> {
    each_listed(
        pass,
        |conn, limit| Ok(list_customers_of_deactivated(conn, limit)?),
        |conn, customer| sub_partners::take_off(conn, &pass.app, customer, pass.now()),
    )
}
