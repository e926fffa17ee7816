//! That a list left the portal as a table: disclosures in bulk are in the log (S-83).

use chrono::{DateTime, Utc};

use super::ActionError;
use super::case_command::actor;
use crate::domain::audit::AuditKind;
use crate::domain::export::ExportedList;
use crate::domain::viewer::Viewer;
use crate::storage::PgConnection;
use crate::storage::audit::{NewEvent, add_event};

/// Notes it, before the first row leaves. `narrowed`: whether a search or a filter was set.
pub fn note(
    conn: &mut PgConnection,
    viewer: &Viewer,
    list: ExportedList,
    narrowed: bool,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::Exported { list, narrowed },
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
