//! Reading the mailbox of what comes back.

use super::{Done, Pass};
use crate::actions::mailbox;
use crate::storage::db::DbError;

/// Reads until nothing is left. A mailbox that cannot be read counts as a failure, which monitoring
/// sees, but not as a job that does not run: a provider's mailbox that is away must not make the proxy
/// take the portal for dead.
pub fn mailbox(pass: &Pass) -> Result<Done, DbError> {
    let read = mailbox::read(&pass.app, || pass.now(), || pass.stop.is_set())?;
    pass.stop.live();
    Ok(Done {
        good: read.handled,
        failed: read.failed + usize::from(read.is_away),
    })
}
