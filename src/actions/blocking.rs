//! Blocking a partner and unblocking it (row 49). The block itself is one fact that the access rule
//! reads; the customers whose agreement names the partner are notified one after the other by a
//! run.

use chrono::{DateTime, TimeDelta, Utc};

use super::bulk_runs::{Act, Kind, next_of_partner, subject_of};
use super::partner_directory::{lock_managed, note};
use super::{ActionError, CaseCommand, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::bulk_run::{RunEnd, RunKind};
use crate::domain::calendar::day;
use crate::domain::case::{Event, Refusal};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::partner::PartnerAuditEvent;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::bulk_runs::{self, BulkRun, NewRun};
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::partner_list::count_customers_of;
use crate::storage::{PgConnection, partners};

/// Blocks a partner: it and its sub-partners have no access from the commit on. The partner gets
/// M8.
pub fn block(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: PartnerId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Contract)?;
    let partner = lock_managed(conn, viewer, id)?;
    if partner.blocked_at.is_some() {
        return Err(Refusal::Unchanged.into());
    }
    partners::mark_blocked(conn, id, reason, now)?;
    let new = NewRun {
        kind: RunKind::Block,
        subject: id.to_string(),
        starts_on: day(now),
        customers: Some(count_customers_of(conn, &partner)?),
    };
    let run = bulk_runs::create_run(conn, &new, now)?.ok_or(Refusal::Unchanged)?;
    let mail = NewMail {
        step: format!("block:{run}:partner-{id}"),
        kind: MailKind::PartnerBlocked,
        to: Recipient::Partner(id),
        customer: None,
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &mail, now)?;
    let event = PartnerAuditEvent::Blocked {
        reason: reason.to_owned(),
    };
    note(conn, viewer, id, &partner.party.name, event, now)
}

/// Removes the block. Customers that were not notified yet will not be.
pub fn unblock(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Contract)?;
    let partner = lock_managed(conn, viewer, id)?;
    if partner.blocked_at.is_none() {
        return Err(Refusal::Unchanged.into());
    }
    partners::mark_unblocked(conn, id)?;
    if let Some(run) = bulk_runs::find_open(conn, RunKind::Block, &id.to_string())? {
        bulk_runs::save_end(conn, run, RunEnd::Ended, now)?;
    }
    note(
        conn,
        viewer,
        id,
        &partner.party.name,
        PartnerAuditEvent::Unblocked,
        now,
    )
}

/// Notifies the customers of a blocked partner. The run looks at every customer the list shows for
/// it, and notifies those whose agreement in force names it.
pub const TELLING: Kind = Kind {
    again: TimeDelta::zero(),
    ..Kind::new(RunKind::Block, next_of_partner, Act::Each(tell))
};

fn tell(
    conn: &mut PgConnection,
    app: &App,
    run: &BulkRun,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let id: PartnerId = subject_of(run)?;
    let name = partners::find_partner(conn, id)?.map(|partner| partner.party.name);
    let kind = AuditKind::ToldPartnerBlocked {
        name: name.unwrap_or_default(),
    };
    let event = Event::PartnerBlocked(id);
    match CaseCommand::by_portal(customer, now).execute(conn, app, &event, |_| kind) {
        Ok(_) => Ok(true),
        // No agreement in force names the partner, or the customer was deleted: nothing to do.
        Err(ActionError::Refused(_) | ActionError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}
