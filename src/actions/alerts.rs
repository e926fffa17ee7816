//! What needs a person (M14): raised with its cause, taken and finished by administrators, closed by
//! the portal when the cause has gone.

use chrono::{DateTime, Utc};

use super::case_command::{Applied, actor};
use super::{ActionError, Actor};
use crate::app::App;
use crate::domain::alert::{has_settled, raised_by};
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::mail::{Alert, MailKind, Recipient};
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{AgreementId, AlertId, CustomerNumber, MailId, UserId};
use crate::storage::agreements::is_in_force;
use crate::storage::alerts::{
    Held, NewAlert, finish_alert, list_open_of, lock_alert, raise_alert, settle_alerts, take_alert,
};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::cases::find_case;
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::{PgConnection, QueryResult};

pub use crate::domain::alert::AlertKind;
pub use crate::storage::alerts::NewAlert as Raised;

/// Raises an alert, in the transaction of what gives reason for it. Once: while it is open, the same
/// kind about the same customer and subject changes nothing, and a stage is said once however it
/// ended. Says whether there is something new. The event of the transaction is the caller's.
///
/// ```text
/// raise(conn, &Raised { kind: AlertKind::CertificateEnds, customer: None,
///                       subject: fingerprint, stage: Some(30) }, now)?;
/// raise(conn, &Raised { kind: AlertKind::Dissent, customer: Some(number),
///                       subject: notice.to_string(), stage: None }, now)?;
/// ```
pub fn raise(conn: &mut PgConnection, alert: &NewAlert, now: DateTime<Utc>) -> QueryResult<bool> {
    raise_alert(conn, alert, now)
}

/// What a decision means for the list: raises what it gives reason for and closes what is over. Says
/// what is new: only that is mailed, once while it is open (A4).
pub(super) fn follow(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    outcome: &Applied,
    now: DateTime<Utc>,
) -> QueryResult<Vec<AlertKind>> {
    let raised = raised_by(&outcome.before, &outcome.changes, now);
    let mut new = Vec::new();
    for kind in &raised {
        if raise_alert(conn, &NewAlert::about(*kind, customer), now)? {
            new.push(*kind);
        }
    }
    let over: Vec<AlertId> = list_open_of(conn, customer)?
        .into_iter()
        .filter(|(_, kind, subject)| {
            let is_over = has_settled(*kind, subject, &outcome.after, &outcome.changes, now);
            is_over && !raised.contains(kind)
        })
        .map(|(id, ..)| id)
        .collect();
    if !over.is_empty() {
        settle_alerts(conn, &over, now)?;
    }
    Ok(new)
}

/// The concluded contract came back or was refused for good: it stands in the list, and the operator
/// gets a mail (M14), once while that is open and once for each mail that did not arrive. What is not
/// in force any more needs nobody.
pub(super) fn contract_undelivered(
    conn: &mut PgConnection,
    app: &App,
    (mail, customer): (MailId, CustomerNumber),
    agreement: AgreementId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    if !is_in_force(conn, agreement)? {
        return Ok(());
    }
    let alert = NewAlert {
        subject: agreement.to_string(),
        ..NewAlert::about(AlertKind::ContractUndelivered, customer)
    };
    if !raise_alert(conn, &alert, now)? {
        return Ok(());
    }
    let letter = NewMail {
        step: format!("contract-alert:{mail}"),
        kind: MailKind::Alert {
            alert: Alert::ContractUndelivered,
        },
        to: Recipient::Operator,
        customer: Some(customer),
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &letter, now)
}

/// Another mail server refused a mail because of the portal's own sender, standing or manners: one
/// alert, however many mails it happens to (D1). While no mail gets through, none would tell it.
pub(super) fn mail_setup(conn: &mut PgConnection, now: DateTime<Utc>) -> QueryResult<()> {
    let alert = NewAlert {
        kind: AlertKind::MailSetup,
        customer: None,
        subject: String::new(),
        stage: None,
    };
    raise_alert(conn, &alert, now).map(|_| ())
}

/// It was sent once more.
pub(super) fn contract_resent(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    agreement: AgreementId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let subject = agreement.to_string();
    let over: Vec<AlertId> = list_open_of(conn, customer)?
        .into_iter()
        .filter(|(_, kind, about)| *kind == AlertKind::ContractUndelivered && *about == subject)
        .map(|(id, ..)| id)
        .collect();
    settle_alerts(conn, &over, now)
}

/// What came of reaching for an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is the viewer's, now or since before.
    Mine,
    /// Somebody else has it, by name; the page did not know yet.
    Others(String),
    /// It is over.
    Done,
}

/// Takes an alert. `seen` is who had it on the page the viewer looked at: whoever came first in the
/// meantime keeps it, and the second reads who that is. From somebody else it is taken only by one
/// who saw that name.
pub fn take(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AlertId,
    seen: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Taken, ActionError> {
    let held = lock(conn, viewer, id)?;
    if held.is_done {
        return Ok(Taken::Done);
    }
    match held.taken_by {
        Some((user, _)) if user == viewer.user => return Ok(Taken::Mine),
        Some((user, name)) if seen != Some(user) => return Ok(Taken::Others(name)),
        _ => {}
    }
    take_alert(conn, id, viewer.user, now)?;
    let kind = AuditKind::AlertTaken { alert: held.kind };
    log(conn, held.customer, actor(viewer), kind, now)?;
    Ok(Taken::Mine)
}

/// Finishes an alert, whoever has it; an empty note is none. Says whether it was open. That an address
/// waits is finished by deciding about it.
pub fn finish(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AlertId,
    note: &str,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let held = lock(conn, viewer, id)?;
    if held.is_done {
        return Ok(false);
    }
    // What was concluded over such an address opens no gate while this is open (A4).
    if let (AlertKind::AddressByPartner, Some(customer)) = (held.kind, held.customer)
        && find_case(conn, customer, now)?
            .is_some_and(|case| case.undecided_addresses().next().is_some())
    {
        return Err(Refusal::AddressUndecided.into());
    }
    let note = (!note.is_empty()).then_some(note);
    finish_alert(conn, id, viewer.user, note, now)?;
    let kind = AuditKind::AlertDone { alert: held.kind };
    log(conn, held.customer, actor(viewer), kind, now)?;
    Ok(true)
}

fn lock(conn: &mut PgConnection, viewer: &Viewer, id: AlertId) -> Result<Held, ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    lock_alert(conn, id)?.ok_or(ActionError::NotFound)
}

fn log(
    conn: &mut PgConnection,
    customer: Option<CustomerNumber>,
    actor: Actor,
    kind: AuditKind,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind,
        actor,
        customer,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
