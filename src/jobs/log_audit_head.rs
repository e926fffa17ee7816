//! Once a day the head of the audit log goes into the process log: whoever keeps that elsewhere can
//! tell later that no end was cut off, by `audit verify --expect`.

use super::{Done, Pass};
use crate::storage::audit::chain::find_head;
use crate::storage::db::DbError;

/// Writes place and hash of the newest audit event into the log.
pub fn note(pass: &Pass) -> Result<Done, DbError> {
    let head = pass
        .app
        .db
        .read_blocking(|conn| Ok::<_, DbError>(find_head(conn)?))?;
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
