//! Once a day the head of the audit log is written into the process log: with a copy of that,
//! `audit verify --expect` can prove later that no events were cut off at the end.

use super::{Done, Pass};
use crate::storage::audit::chain::find_head;
use crate::storage::audit::sequence::catch_up;
use crate::storage::db::DbError;

/// Logs position and hash of the newest audit event.
pub fn note(pass: &Pass) -> Result<Done, DbError> {
    let head = pass.app.db.read_blocking(|conn| {
        catch_up(conn);
        Ok::<_, DbError>(find_head(conn)?)
    })?;
    match head {
        Some(head) => tracing::info!(
            audit.position = head.position,
            audit.hash = %head.hash,
            "audit head"
        ),
        None => tracing::error!("the audit log has lost its head"),
    }
    Ok(Done::default())
}
