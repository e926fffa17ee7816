//! Notices of announced changes to one customer: dissent, settlement, sending again (rows 39, 41, 42).

mod letters;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::alerts::{self, AlertKind, Raised};
use super::{ActionError, Actor, CaseCommand, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::calendar::day;
use crate::domain::case::Case;
use crate::domain::file::File;
use crate::domain::mail::{Alert, MailKind, Recipient};
use crate::domain::notice::{Dissent, DissentWay, NoticeRefusal, Settlement};
use crate::domain::viewer::{Duty, Role, Scope, Viewer};
use crate::domain::{AlertId, AnnouncementId, CustomerNumber, MailId, NoticeId};
use crate::storage::alerts::{list_open_of, settle_alerts};
use crate::storage::announcements::{self, Announcement};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::files::create_file;
use crate::storage::mails::{NewMail, is_queued, queue_mail};
use crate::storage::notices::{self, Stored};
use crate::storage::{PgConnection, cases, dissent_files};
use crate::{paths, token};

pub use letters::{add_proof, find_proof};

/// The result of an action on a notice: done, or why not.
pub type Answered = Result<(), NoticeRefusal>;

/// Address of the page on which a customer dissents without signing in; only for the mail to the
/// customer.
pub fn dissent_url(app: &App, notice: NoticeId) -> String {
    let token = token::make(&app.config.keys, token::Purpose::Dissent, notice.0);
    format!("{}{}", app.base_url(), paths::dissent(&token))
}

/// A notice with everything that a page about it shows.
#[derive(Debug, Clone)]
pub struct Found {
    /// The stored notice.
    pub notice: Stored,
    /// The announcement it is about.
    pub announcement: Announcement,
    /// The case of its customer.
    pub case: Case,
}

/// A notice of a customer that was not deleted, for reading.
pub fn find(
    conn: &mut PgConnection,
    id: NoticeId,
    now: DateTime<Utc>,
) -> Result<Found, ActionError> {
    let (notice, announcement) = find_apart(conn, id)?;
    let case = cases::find_case(conn, notice.customer, now)?
        .filter(|case| case.customer.deleted_at.is_none())
        .ok_or(ActionError::NotFound)?;
    Ok(Found {
        notice,
        announcement,
        case,
    })
}

/// A notice and its announcement, for who has the case already.
pub fn find_apart(
    conn: &mut PgConnection,
    id: NoticeId,
) -> Result<(Stored, Announcement), ActionError> {
    let notice = notices::find_notice(conn, id)?.ok_or(ActionError::NotFound)?;
    let announcement = announcements::find_announcement(conn, notice.announcement)?
        .ok_or(ActionError::NotFound)?;
    Ok((notice, announcement))
}

/// The customer dissents by the link in its mail. A second click changes nothing.
pub fn dissent_by_link(
    conn: &mut PgConnection,
    app: &App,
    id: NoticeId,
    person: &str,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Answered, ActionError> {
    let customer = owner(conn, id)?;
    let command = CaseCommand {
        customer,
        scope: Scope::Customer(customer),
        actor: Actor::Notice { id },
        now,
    };
    let dissent = Dissent {
        at: now,
        received_on: day(now),
        way: DissentWay::Link,
        person: person.to_owned(),
        text: text.to_owned(),
    };
    declare(conn, app, &command, id, dissent, By::Customer)
}

/// The customer dissents in the portal, as the signed-in user.
pub fn dissent(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: NoticeId,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Answered, ActionError> {
    let Role::Customer {
        number,
        contracts: true,
    } = viewer.role
    else {
        return Err(ActionError::NotAllowed);
    };
    if owner(conn, id)? != number {
        return Err(ActionError::NotFound);
    }
    let dissent = Dissent {
        at: now,
        received_on: day(now),
        way: DissentWay::Portal,
        person: viewer.name.clone(),
        text: text.to_owned(),
    };
    let command = CaseCommand::by(viewer, number, now);
    declare(conn, app, &command, id, dissent, By::Customer)
}

/// A dissent that reached the operator outside the portal.
#[derive(Debug, Clone)]
pub struct Received {
    /// How it was received.
    pub way: DissentWay,
    /// The day on which it was received, which decides whether it was in time.
    pub on: NaiveDate,
    /// Name of the person who declared it.
    pub person: String,
    /// The operator's note.
    pub note: String,
    /// The letter or mail itself, if it was uploaded.
    pub proof: Option<File>,
}

/// The operator records a dissent from outside the portal.
pub fn record(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: NoticeId,
    received: Received,
    now: DateTime<Utc>,
) -> Result<Answered, ActionError> {
    require(viewer, Duty::Work)?;
    let command = CaseCommand::by(viewer, owner(conn, id)?, now);
    let dissent = Dissent {
        at: now,
        received_on: received.on,
        way: received.way,
        person: received.person,
        text: received.note,
    };
    let by = By::Operator(viewer, received.proof);
    declare(conn, app, &command, id, dissent, by)
}

/// Who entered a dissent into the portal.
enum By<'a> {
    Customer,
    /// The operator, with the uploaded letter or mail.
    Operator(&'a Viewer, Option<File>),
}

fn declare(
    conn: &mut PgConnection,
    app: &App,
    command: &CaseCommand,
    id: NoticeId,
    dissent: Dissent,
    by: By<'_>,
) -> Result<Answered, ActionError> {
    command.lock(conn)?;
    let stored = notices::lock_notice(conn, id)?.ok_or(ActionError::NotFound)?;
    if let Err(refusal) = stored.facts.dissented(dissent.clone()) {
        return Ok(Err(refusal));
    }
    match by {
        By::Customer => notices::save_dissent(conn, id, &dissent, None)?,
        By::Operator(viewer, proof) => {
            notices::save_dissent(conn, id, &dissent, Some(viewer.user))?;
            if let Some(proof) = proof {
                let file = create_file(conn, &proof, viewer.user, command.now)?;
                dissent_files::add_proof(conn, id, file)?;
            }
        }
    }
    let receipt = MailKind::Dissented { notice: id };
    let step = format!("dissented:{id}");
    queue(conn, app, command, step, receipt, Recipient::Customer)?;
    let alert = MailKind::Alert {
        alert: Alert::Dissent,
    };
    let step = format!("dissent-alert:{id}");
    queue(conn, app, command, step, alert, Recipient::Operator)?;
    let raised = Raised {
        kind: AlertKind::Dissent,
        customer: Some(command.customer),
        subject: id.to_string(),
        stage: None,
    };
    alerts::raise(conn, &raised, command.now)?;
    let kind = AuditKind::Dissented {
        way: dissent.way,
        received_on: dissent.received_on,
        person: dissent.person,
    };
    log(conn, command, kind)?;
    Ok(Ok(()))
}

/// The operator settles a dissent (row 41); the customer gets a letter with the result.
pub fn settle(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: NoticeId,
    how: Settlement,
    remark: &str,
    now: DateTime<Utc>,
) -> Result<Answered, ActionError> {
    require(viewer, Duty::Contract)?;
    let command = CaseCommand::by(viewer, owner(conn, id)?, now);
    command.lock(conn)?;
    let stored = notices::lock_notice(conn, id)?.ok_or(ActionError::NotFound)?;
    if let Err(refusal) = stored.facts.settle(how, now) {
        return Ok(Err(refusal));
    }
    notices::save_settled(conn, id, how, remark, now)?;
    let letter = MailKind::DissentSettled { notice: id };
    let step = format!("dissent-settled:{id}");
    queue(conn, app, &command, step, letter, Recipient::Customer)?;
    close_alert(conn, command.customer, id, now)?;
    let kind = AuditKind::DissentSettled {
        how,
        note: remark.to_owned(),
    };
    log(conn, &command, kind)?;
    Ok(Ok(()))
}

/// Closes the alert about a dissent, as it was settled.
fn close_alert(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    id: NoticeId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let own = id.to_string();
    let open: Vec<AlertId> = list_open_of(conn, customer)?
        .into_iter()
        .filter(|(_, kind, subject)| *kind == AlertKind::Dissent && *subject == own)
        .map(|(alert, ..)| alert)
        .collect();
    Ok(settle_alerts(conn, &open, now)?)
}

/// The operator sends a notice that did not arrive once more; its period begins with the new mail.
pub fn resend(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: NoticeId,
    now: DateTime<Utc>,
) -> Result<Answered, ActionError> {
    require(viewer, Duty::Work)?;
    let command = CaseCommand::by(viewer, owner(conn, id)?, now);
    command.lock(conn)?;
    let stored = notices::lock_notice(conn, id)?.ok_or(ActionError::NotFound)?;
    if let Err(refusal) = stored.facts.may_resend(now) {
        return Ok(Err(refusal));
    }
    let waits = match stored.mail {
        Some(mail) => is_queued(conn, mail)?,
        None => false,
    };
    if stored.facts.failed_at.is_none() || waits {
        // Its mail still waits and will be sent; a second click queues no second one.
        return Ok(Err(NoticeRefusal::Delivered));
    }
    let step = format!("announcement:{id}:{}", Uuid::new_v4());
    let kind = MailKind::Announcement { notice: id };
    queue(conn, app, &command, step.clone(), kind, Recipient::Customer)?;
    notices::save_mail(conn, id, &step)?;
    log(conn, &command, AuditKind::NoticeResent)?;
    Ok(Ok(()))
}

/// Row 42, in the transaction of a conclusion: the agreement contains the changes of these
/// announcements, so the customer's open notices about them are closed, including those that are
/// not made yet. A notice of an announcement that was confirmed after the document was made stays
/// open. The audit event is that of the conclusion.
pub fn close_by_conclusion(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    announced: &BTreeSet<AnnouncementId>,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let mut open = announcements::list_open(conn)?;
    open.retain(|one| announced.contains(one));
    for announcement in open {
        let id = NoticeId(Uuid::new_v4());
        notices::create_settled(conn, id, announcement, customer, now)?;
    }
    for stored in notices::list_of_customer(conn, customer, i64::MAX)? {
        if announced.contains(&stored.announcement) && stored.facts.concluded(now).is_some() {
            let how = Settlement::NewAgreement;
            notices::save_settled(conn, stored.id, how, "", now)?;
        }
    }
    Ok(())
}

/// A mail was handed over: if it carried a notice, its period begins. If a newer mail of the notice
/// was queued, nothing changes: the newest one is the evidence, and its period the one the customer
/// read last.
pub(super) fn mail_sent(
    conn: &mut PgConnection,
    kind: &MailKind,
    mail: MailId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let MailKind::Announcement { notice } = kind else {
        return Ok(());
    };
    match notices::lock_notice(conn, *notice)? {
        Some(stored) if stored.mail == Some(mail) => {
            notices::mark_sent(conn, *notice, &stored.facts.sent(now))?;
        }
        _ => {}
    }
    Ok(())
}

/// A mail was given up or came back: if it carried a notice, the notice did not arrive.
pub(super) fn mail_failed(
    conn: &mut PgConnection,
    kind: &MailKind,
    mail: MailId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if let MailKind::Announcement { notice } = kind {
        notices::mark_failed(conn, *notice, mail, now)?;
    }
    Ok(())
}

fn owner(conn: &mut PgConnection, id: NoticeId) -> Result<CustomerNumber, ActionError> {
    let stored = notices::find_notice(conn, id)?.ok_or(ActionError::NotFound)?;
    Ok(stored.customer)
}

fn queue(
    conn: &mut PgConnection,
    app: &App,
    command: &CaseCommand,
    step: String,
    kind: MailKind,
    to: Recipient,
) -> Result<(), ActionError> {
    let mail = NewMail {
        step,
        kind,
        to,
        customer: Some(command.customer),
        message_id: app.new_message_id(),
    };
    Ok(queue_mail(conn, &mail, command.now)?)
}

fn log(conn: &mut PgConnection, command: &CaseCommand, kind: AuditKind) -> Result<(), ActionError> {
    let event = NewEvent {
        kind,
        actor: command.actor.clone(),
        customer: Some(command.customer),
        status: None,
    };
    Ok(add_event(conn, &event, command.now)?)
}
