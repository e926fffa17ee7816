//! Sending a concluded contract once more after its mail came back or was refused (5.6-4, 5.6-7).

use chrono::{DateTime, Utc};

use super::case_command::actor;
use super::{ActionError, alerts, delivery, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{EmailAddress, MailId};
use crate::storage::mails::{NewMail, has_step, lock_undelivered, queue_mail};
use crate::storage::{PgConnection, cases};

/// The result of sending a contract once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resent {
    /// A new mail with the same document was queued, to this address.
    Queued(EmailAddress),
    /// It was done before: each mail that did not arrive is replaced once.
    Already,
    /// The agreement is not in force any more.
    Over,
    /// There is no such mail, or it did arrive, or it carried no contract.
    NotUndelivered,
}

/// Queues a new mail with the document of the agreement in place of one that did not arrive; for
/// the operator. It is sent to the master-data address at the time of delivery. The mail is locked
/// before the case, as in delivery.
pub fn contract(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: MailId,
    now: DateTime<Utc>,
) -> Result<Resent, ActionError> {
    require(viewer, Duty::Work)?;
    let Some((MailKind::Concluded { agreement }, Some(customer))) = lock_undelivered(conn, id)?
    else {
        return Ok(Resent::NotUndelivered);
    };
    let case = cases::lock_case(conn, customer, now)?.ok_or(ActionError::NotFound)?;
    if case.customer.deleted_at.is_some() {
        return Err(Refusal::Deleted.into());
    }
    let Some(in_force) = case.agreement().filter(|one| one.id == agreement) else {
        return Ok(Resent::Over);
    };
    let Some(address) = case.customer.email() else {
        return Err(Refusal::NoAddress.into());
    };
    let step = format!("concluded-again:{id}");
    if has_step(conn, &step)? {
        return Ok(Resent::Already);
    }
    let mail = NewMail {
        step,
        kind: MailKind::Concluded { agreement },
        to: Recipient::Customer,
        customer: Some(customer),
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &mail, now)?;
    alerts::contract_resent(conn, customer, agreement, now)?;
    let number = in_force.number.clone();
    let kind = AuditKind::ContractResent { number };
    delivery::log(conn, Some(customer), actor(viewer), kind, now)?;
    Ok(Resent::Queued(address.clone()))
}
