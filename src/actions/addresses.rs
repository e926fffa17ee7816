//! Addresses that partners entered (5.6-11, A4): the operator decides about them, the former
//! address can stop them, and the waiting time begins when the mail to the former address was
//! delivered. The rule is in `domain/case/address.rs`.

use chrono::{DateTime, Utc};

use super::{ActionError, Actor, Applied, CaseCommand, require};
use crate::app::App;
use crate::domain::audit::{AddressStep, AuditKind};
use crate::domain::case::{Case, Event, Verdict};
use crate::domain::mail::MailKind;
use crate::domain::viewer::{Duty, Scope, Viewer};
use crate::domain::{AddressId, CustomerNumber, EmailAddress};
use crate::storage::{PgConnection, cases};

/// The operator confirms or refuses an address.
pub fn decide(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    (customer, id): (CustomerNumber, AddressId),
    confirms: bool,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    require(viewer, Duty::Work)?;
    let (verdict, what) = match confirms {
        true => (Verdict::Confirmed, AddressStep::Confirmed),
        false => (Verdict::Refused, AddressStep::Refused),
    };
    let event = Event::AddressJudged(id, verdict);
    CaseCommand::by(viewer, customer, now)
        .execute(conn, app, &event, |outcome| kind(&outcome.before, id, what))
}

/// The reader of the former address stops the new one, by the link in the mail.
pub fn stop(
    conn: &mut PgConnection,
    app: &App,
    id: AddressId,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    let customer = cases::find_entered(conn, id)?.ok_or(ActionError::NotFound)?;
    let command = CaseCommand {
        customer,
        scope: Scope::Customer(customer),
        actor: Actor::Former { id },
        now,
    };
    let event = Event::AddressJudged(id, Verdict::Stopped);
    command.execute(conn, app, &event, |outcome| {
        kind(&outcome.before, id, AddressStep::Stopped)
    })
}

/// The case an address belongs to, for the page of that link.
pub fn find(
    conn: &mut PgConnection,
    id: AddressId,
    now: DateTime<Utc>,
) -> Result<Case, ActionError> {
    let customer = cases::find_entered(conn, id)?.ok_or(ActionError::NotFound)?;
    cases::find_case(conn, customer, now)?
        .filter(|case| case.customer.deleted_at.is_none())
        .ok_or(ActionError::NotFound)
}

/// The mail to the former address was handed over, or will never arrive there. Any other mail, and
/// one about an address that does not wait any more, changes nothing.
pub(super) fn former_told(
    conn: &mut PgConnection,
    app: &App,
    mail: &MailKind,
    customer: Option<CustomerNumber>,
    is_told: bool,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (
        MailKind::AddressChanged {
            entered: Some(id), ..
        },
        Some(customer),
    ) = (mail, customer)
    else {
        return Ok(());
    };
    let (event, what) = match is_told {
        true => (Event::FormerTold(*id), AddressStep::Told),
        false => (Event::FormerUnreached(*id), AddressStep::Held),
    };
    let command = CaseCommand::by_portal(customer, now);
    match command.execute(conn, app, &event, |outcome| {
        kind(&outcome.before, *id, what)
    }) {
        Ok(_) | Err(ActionError::Refused(_) | ActionError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The audit event of a step of an entered address.
pub(super) fn kind(case: &Case, id: AddressId, what: AddressStep) -> AuditKind {
    let found = case.entered.iter().find(|one| one.id == id);
    AuditKind::EnteredAddress {
        to: found.map(|one| one.email.masked()).unwrap_or_default(),
        what,
    }
}

/// The audit event of entering an address: a partner's address waits, or is taken back; the
/// operator's takes effect.
pub(super) fn entering(
    case: &Case,
    new: &EmailAddress,
    by_partner: bool,
    despite: Option<String>,
) -> AuditKind {
    match case.waiting_address() {
        Some(waiting) if by_partner && case.customer.email() == Some(new) => {
            kind(case, waiting.id, AddressStep::TakenBack)
        }
        _ if by_partner => AuditKind::EnteredAddress {
            to: new.masked(),
            what: AddressStep::Entered,
        },
        _ => AuditKind::EmailChanged {
            from: case.customer.email().map(EmailAddress::masked),
            to: new.masked(),
            despite,
        },
    }
}
