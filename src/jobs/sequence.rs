//! Gives events their positions in the log, and tells the operator if that does not go on (S-80).

use chrono::Duration;

use super::{Done, Pass};
use crate::actions::alerts::{AlertKind, Raised, raise};
use crate::storage::alerts::settle_kind;
use crate::storage::audit::sequence::{oldest_waiting, place_all, try_place};
use crate::storage::db::DbError;

/// An event that waits longer than this raises the alert.
const PATIENCE: Duration = Duration::seconds(10);

/// Places what waits, in transactions of their own. Nothing to do while another process does it.
/// Counts nothing: the log of the process would say "done" twice a second.
pub(super) fn place(pass: &Pass) -> Result<Done, DbError> {
    let placed = |conn: &mut _| Ok::<_, DbError>(try_place(conn)?);
    while !pass.stop.is_set() && pass.app.db.transaction_blocking(placed)? > 0 {}
    Ok(Done::default())
}

/// Raises an alert if an event waits too long and cannot get its position now either, and closes it when
/// none does. A transaction that took long has written its event long ago and committed it just now, so it
/// is tried first.
pub(super) fn watch(pass: &Pass) -> Result<Done, DbError> {
    let db = &pass.app.db;
    let is_late = || {
        let oldest = db.read_blocking(|conn| Ok::<_, DbError>(oldest_waiting(conn)?))?;
        Ok::<_, DbError>(oldest.is_some_and(|at| pass.now() - at > PATIENCE))
    };
    let is_stuck = is_late()? && {
        let placed = db.read_blocking(|conn| Ok::<_, DbError>(place_all(conn)?));
        if let Err(error) = placed {
            tracing::error!(%error, "events cannot get their positions");
        }
        is_late()?
    };
    let (now, kind) = (pass.now(), AlertKind::LogWaits);
    db.transaction_blocking(|conn| {
        if is_stuck {
            let alert = Raised {
                kind,
                customer: None,
                subject: String::new(),
                stage: None,
            };
            raise(conn, &alert, now)?;
        } else {
            settle_kind(conn, kind, now)?;
        }
        Ok::<_, DbError>(())
    })?;
    Ok(Done::default())
}
