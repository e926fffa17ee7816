//! Alerts, which need an administrator (M14): raised with their cause, taken and finished by
//! administrators, closed by the portal if the cause has gone.

use chrono::{DateTime, Utc};

use super::case_command::{Applied, actor};
use super::{ActionError, Actor, require};
use crate::app::App;
use crate::domain::alert::{has_settled, raised_by};
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::mail::{Alert, MailKind, Recipient};
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{AgreementId, AlertId, CustomerNumber, MailId, UserId};
use crate::storage::agreements::is_in_force;
use crate::storage::alerts::{
    Held, NewAlert, finish_alert, list_open_of, lock_alert, raise_alert, settle_alerts, take_alert,
    take_untold,
};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::cases::find_case;
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::{PgConnection, QueryResult};

pub use crate::domain::alert::AlertKind;
pub use crate::storage::alerts::NewAlert as Raised;

/// Raises an alert, in the transaction of its cause. While it is open, another one of the same kind
/// about the same customer and subject changes nothing, and each stage is raised only once, even if
/// it was finished. True if it is new. The caller writes the audit event of the transaction.
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

/// Raises the alerts a decision gives reason for, and closes those that are settled by it. Returns
/// the new ones: only these are mailed, once while they are open (A4).
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

/// The same for a customer that is new in this transaction: no alert about it can be open.
pub(super) fn raise_for(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    outcome: &Applied,
    now: DateTime<Utc>,
) -> QueryResult<Vec<AlertKind>> {
    let raised = raised_by(&outcome.before, &outcome.changes, now);
    for kind in &raised {
        raise_alert(conn, &NewAlert::about(*kind, customer), now)?;
    }
    Ok(raised)
}

/// The concluded contract came back or was refused permanently: raises an alert and mails the
/// operator (M14), once while the alert is open and once for each mail that did not arrive. Does
/// nothing if the agreement is not in force any more.
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

/// Another mail server refused a mail because of the portal's sender, reputation or behaviour: one
/// alert, however many mails are refused (D1). No mail is sent about it, as it would be refused as
/// well.
pub(super) fn mail_setup(conn: &mut PgConnection, now: DateTime<Utc>) -> QueryResult<()> {
    let alert = NewAlert {
        kind: AlertKind::MailSetup,
        customer: None,
        subject: String::new(),
        stage: None,
    };
    raise_alert(conn, &alert, now).map(|_| ())
}

/// The contract was sent once more, which closes the alert.
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

/// Alerts that are told in one transaction.
const TOLD: i64 = 100;

/// Writes into the log which alerts were raised and closed since, so that other systems learn of them.
/// Returns how many were told. Alerts are raised in transactions that end with another event or with
/// none, so this is done by a job.
pub fn tell(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize, ActionError> {
    let untold = take_untold(conn, TOLD)?;
    for one in &untold {
        let (id, alert, customer) = (one.id, one.kind, one.customer);
        let raised = AuditKind::AlertRaised {
            id,
            alert,
            customer,
        };
        let settled = AuditKind::AlertSettled {
            id,
            alert,
            customer,
        };
        for (kind, is_due) in [(raised, one.is_new), (settled, one.is_over)] {
            if is_due {
                log(conn, None, Actor::Portal, kind, now)?;
            }
        }
    }
    Ok(untold.len())
}

/// The result of taking an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The viewer has it, now or since before.
    Mine,
    /// Another administrator, named here, has taken it since the page was shown.
    Others(String),
    /// It is finished already.
    Done,
}

/// Takes an alert. `seen` is the administrator who had it on the viewer's page. If another one has
/// taken it since, that one keeps it and the viewer is told the name; it can only be taken from
/// another administrator by a viewer who saw that name.
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

/// Finishes an alert, whichever administrator has taken it; an empty note is stored as none. True
/// if it was open. An alert about an address that waits is finished by deciding about the address.
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
    // As long as this alert is open, an agreement concluded with such an address gives no access
    // (A4).
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
    require(viewer, Duty::Work)?;
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
