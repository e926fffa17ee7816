//! Whether the contract text in force still fits what is around it (LC-01, LC-24, LC-30, LC-49).

use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::versions::review::{InForce, in_force};
use crate::domain::alert::AlertKind;
use crate::domain::calendar::day;
use crate::storage::alerts::keep_alert;
use crate::storage::db::DbError;

/// Looks the version in force through with the facts of today, and makes one alert stand while something
/// does not fit. Nothing is noted in between, so a pass that was cut short is made up for by the next one.
pub(super) fn watch(pass: &Pass) -> Result<Done, DbError> {
    let now = pass.now();
    let app = &pass.app;
    let read = app.db.read_blocking(|conn| in_force(conn, app, day(now)));
    let standing = match read {
        Ok(standing) => standing,
        Err(ActionError::Database(error)) => return Err(error),
        Err(error) => {
            tracing::error!(%error, "the contract version in force cannot be looked through");
            return Ok(Done { good: 0, failed: 1 });
        }
    };
    let reasons = standing.as_ref().map(InForce::reasons).unwrap_or_default();
    let subject = standing.map(|one| one.id.to_string()).unwrap_or_default();
    app.db.transaction_blocking(|conn| {
        let about = (subject.as_str(), reasons.as_slice());
        Ok::<_, DbError>(keep_alert(conn, AlertKind::TextOutdated, about, now)?)
    })?;
    Ok(Done { good: 1, failed: 0 })
}
