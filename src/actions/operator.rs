//! The provider's own details, as contract, mails and footers print them.

use chrono::{DateTime, Utc};

use super::{ActionError, case_command::actor, require};
use crate::domain::Operator;
use crate::domain::audit::AuditKind;
use crate::domain::viewer::{Duty, Viewer};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::{PgConnection, catalogue};

/// Replaces the details. Visitors who read a contract at that moment are asked to read it again
/// (S-06); concluded ones keep their copy.
pub fn save(
    conn: &mut PgConnection,
    viewer: &Viewer,
    operator: &Operator,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Administration)?;
    catalogue::save_operator(conn, operator)?;
    let event = NewEvent {
        kind: AuditKind::OperatorSaved,
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(())
}
