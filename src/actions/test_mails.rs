//! The test mail: who may send one, how often, and its audit event.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::case_command::actor;
use super::delivery::log;
use super::{ActionError, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{EmailAddress, MailId};
use crate::mail::message::{Envelope, Head, seal};
use crate::mail::test_mail;
use crate::storage::audit::count_since;
use crate::storage::{PgConnection, catalogue};

/// Test mails in [`SPAN`], of all administrators together.
const MOST: usize = 10;
/// The time in which they are counted.
const SPAN: Duration = Duration::minutes(10);

/// Checks the limit for a test mail to `to`, logs it, and composes it. It contains the operator's
/// name and the portal's host, nothing else.
///
/// # Errors
/// [`ActionError::TooManyAttempts`] after ten in ten minutes.
pub fn begin(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    to: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<Envelope, ActionError> {
    require(viewer, Duty::Administration)?;
    let kind = AuditKind::MailTested { to: to.masked() };
    let limit = i64::try_from(MOST).unwrap_or(i64::MAX);
    if count_since(conn, kind.key(), now - SPAN, limit)? >= MOST {
        let seconds = SPAN.num_seconds().unsigned_abs();
        return Err(ActionError::TooManyAttempts(seconds));
    }
    let operator = catalogue::find_operator(conn)?.unwrap_or_default();
    let host = app.config.web.base_url.host_str().unwrap_or_default();
    let fault = |error: String| ActionError::Document(error);
    let written =
        test_mail::words(&operator.party.name, host).map_err(|error| fault(error.to_string()))?;
    let head = Head {
        id: MailId(0),
        mark: Uuid::new_v4(),
        message_id: app.new_message_id(),
        from: app.config.mail.from.clone(),
        reply_to: operator.replies().cloned(),
        from_name: operator.party.name,
        to: to.clone(),
        date: now,
    };
    let envelope = seal(head, written).map_err(|error| fault(error.to_string()))?;
    log(conn, None, actor(viewer), kind, now)?;
    Ok(envelope)
}
