//! Sub-partners (Submandanten): naming one for a customer, deactivating one.

use chrono::{DateTime, Utc};

use super::bulk_runs::{Act, Kind, Rounds, next_of_partner, open_run, subject_of};
use super::partner_directory::{lock_managed, note};
use super::{ActionError, Applied, CaseCommand, partner_contracts};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::bulk_run::{RunEnd, RunKind};
use crate::domain::case::{Event, Refusal};
use crate::domain::partner::PartnerAuditEvent;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::bulk_runs::BulkRun;
use crate::storage::partner_list::{count_customers_of, list_deactivated_with_customers};
use crate::storage::{PgConnection, partners};

/// Names one of the Mandant's own sub-partners for a customer, or none (R-04, row 11). An id from
/// elsewhere is refused (S-54).
pub fn name(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    sub: Option<PartnerId>,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    if !viewer.role.assigns(Duty::Care) {
        return Err(ActionError::NotAllowed);
    }
    let command = CaseCommand::by(viewer, customer, now);
    let case = command.lock(conn)?;
    let named = match sub {
        Some(id) => Some(partners::find_partner(conn, id)?.ok_or(Refusal::ForeignSubPartner)?),
        None => None,
    };
    let kind = AuditKind::SubPartnerNamed {
        name: named.as_ref().map(|partner| partner.party.name.clone()),
    };
    let done = command.commit(conn, app, case, &Event::SubPartnerNamed(named), |_| kind)?;
    partner_contracts::check(conn, app, done, now)
}

/// Deactivates a Submandant: it cannot be named any more and has no access from the commit on; a
/// run removes it from its customers (row 24 each).
pub fn deactivate(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    set_active(conn, viewer, id, false, now)
}

/// Activates a Submandant again. It is not named again for customers it was removed from.
pub fn activate(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    set_active(conn, viewer, id, true, now)
}

fn set_active(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
    active: bool,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let partner = lock_managed(conn, viewer, id)?;
    if partner.parent.is_none() {
        // A Mandant is blocked, or its customers are assigned to others.
        return Err(ActionError::NotFound);
    }
    if partner.deactivated_at.is_none() == active {
        return Err(Refusal::Unchanged.into());
    }
    partners::mark_deactivated(conn, id, (!active).then_some(now))?;
    let event = if active {
        PartnerAuditEvent::Activated
    } else {
        PartnerAuditEvent::Deactivated
    };
    note(conn, viewer, id, &partner.party.name, event, now)
}

/// Removes a deactivated Submandant from its customers. A customer for whom that is not possible
/// now, because it had too many mails today, is left for a later run.
pub const TAKING_OFF: Kind = Kind {
    rounds: Rounds::WhileListed,
    open,
    ended,
    ..Kind::new(RunKind::TakeOff, next_of_partner, Act::Each(take_off))
};

fn open(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), ActionError> {
    for partner in list_deactivated_with_customers(conn)? {
        let count = |conn: &mut PgConnection| Ok(Some(count_customers_of(conn, &partner)?));
        open_run(conn, RunKind::TakeOff, &partner.id.to_string(), count, now)?;
    }
    Ok(())
}

fn ended(
    conn: &mut PgConnection,
    run: &BulkRun,
    _now: DateTime<Utc>,
) -> Result<Option<RunEnd>, ActionError> {
    let partner = partners::find_partner(conn, subject_of(run)?)?;
    let is_gone = partner.is_some_and(|partner| partner.deactivated_at.is_some());
    Ok((!is_gone).then_some(RunEnd::Ended))
}

fn take_off(
    conn: &mut PgConnection,
    app: &App,
    _run: &BulkRun,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let command = CaseCommand::by_portal(customer, now);
    let case = command.lock(conn)?;
    let named = case.sub_partner.as_ref();
    if named.is_none_or(|sub| sub.deactivated_at.is_none()) {
        return Ok(false);
    }
    let kind = AuditKind::SubPartnerNamed { name: None };
    match command.commit(conn, app, case, &Event::SubPartnerNamed(None), |_| kind) {
        Ok(_) => Ok(true),
        Err(ActionError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
