//! Gives events their positions in the log (S-80).

use super::{Done, Pass};
use crate::storage::audit::sequence::try_place;
use crate::storage::db::DbError;

/// Places what waits, in transactions of their own. Nothing to do while another process does it.
/// Counts nothing: the log of the process would say "done" twice a second.
pub(super) fn place(pass: &Pass) -> Result<Done, DbError> {
    let placed = |conn: &mut _| Ok::<_, DbError>(try_place(conn)?);
    while !pass.stop.is_set() && pass.app.db.transaction_blocking(placed)? > 0 {}
    Ok(Done::default())
}
