//! Replies of people to the sender's address: stored when they come in, filed to a customer or put
//! away by an administrator (C9).

use chrono::{DateTime, Utc};

use super::case_command::actor;
use super::delivery::log;
use super::documents::sha256;
use super::{ActionError, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::viewer::{Duty, Scope, Viewer};
use crate::domain::{CustomerNumber, ReplyId};
use crate::mail::answer;
use crate::storage::replies::{NewReply, add_reply, close_reply, find_reply};
use crate::storage::{PgConnection, customers};

/// Stores a reply. `None` if its sender cannot be determined; otherwise whether it is new.
pub(super) fn take(app: &App, raw: &[u8], now: DateTime<Utc>) -> Result<Option<bool>, ActionError> {
    let Some(answer) = answer::read(raw) else {
        return Ok(None);
    };
    let reply = NewReply {
        is_automatic: answer.is_automatic,
        sender: answer.sender.as_str().to_owned(),
        sender_name: answer.sender_name,
        subject: answer.subject,
        body: answer.text,
        attachments: i32::try_from(answer.attachments).unwrap_or(i32::MAX),
        digest: sha256(raw),
        answers: answer.answers,
    };
    let is_new = app
        .db
        .transaction_blocking(|conn| Ok::<_, ActionError>(add_reply(conn, &reply, now)?))?;
    tracing::info!(
        is_automatic = reply.is_automatic,
        is_new,
        "an answer came in"
    );
    Ok(Some(is_new))
}

/// Files a reply to a customer, even if it was handled before; for the operator.
///
/// # Errors
/// [`ActionError::NotFound`] if there is no such reply or no such customer.
pub fn file(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ReplyId,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Work)?;
    if !customers::is_visible(conn, Scope::All, customer)? {
        return Err(ActionError::NotFound);
    }
    let before = find_reply(conn, id)?.ok_or(ActionError::NotFound)?;
    close_reply(conn, id, Some(customer), viewer.user, now)?;
    let received_on = crate::domain::calendar::day(before.line.received_at);
    let kind = AuditKind::ReplyFiled { received_on };
    log(conn, Some(customer), actor(viewer), kind, now)
}

/// Puts a reply away that belongs to no customer; for the operator.
///
/// # Errors
/// [`ActionError::NotFound`] if there is no such reply.
pub fn put_away(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ReplyId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Work)?;
    let before = find_reply(conn, id)?.ok_or(ActionError::NotFound)?;
    close_reply(conn, id, None, viewer.user, now)?;
    let received_on = crate::domain::calendar::day(before.line.received_at);
    let kind = AuditKind::ReplyPutAway { received_on };
    log(conn, None, actor(viewer), kind, now)
}
