//! Asking the customer: by a user, by an old link, and by the scheduler.

use chrono::{DateTime, Utc};

use super::bulk_runs::{Act, Kind, Rounds, open_run};
use super::offer_diff::{Then, customer_then};
use super::{ActionError, Applied, CaseCommand, addresses, require};
use crate::app::App;
use crate::domain::audit::{AddressStep, AuditKind};
use crate::domain::bulk_run::{RunEnd, RunKind};
use crate::domain::calendar::{LATE, day};
use crate::domain::case::{self, Case, Change, Demand, Event, Refusal, may_be_demanded, preview};
use crate::domain::client::Client;
use crate::domain::mail::RequestReason;
use crate::domain::product::Named;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{CustomerNumber, LinkId};
use crate::storage::bulk_runs::BulkRun;
use crate::storage::contract_versions::{find_in_force, list_outdated};
use crate::storage::{PgConnection, case_rows, cases, catalogue, links};

/// Sends the request mail, for the first time or again (L-06). It is sent only to the master-data
/// address (L-07).
pub fn ask(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    let command = CaseCommand::by(viewer, customer, now);
    let case = command.lock(conn)?;
    if !viewer.role.has_customer_list() && !viewer.role.reads_contracts() {
        return Err(ActionError::NotAllowed);
    }
    send(conn, app, &command, case)
}

/// The same for a client.
pub fn ask_by_client(
    conn: &mut PgConnection,
    app: &App,
    client: &Client,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    require(client, Duty::Work)?;
    let command = CaseCommand::by(client, customer, now);
    let case = command.lock(conn)?;
    send(conn, app, &command, case)
}

fn send(
    conn: &mut PgConnection,
    app: &App,
    command: &CaseCommand,
    case: Case,
) -> Result<Applied, ActionError> {
    catalogue::find_operator(conn)?.ok_or(ActionError::NoOperator)?;
    command.commit(conn, app, case, &Event::AskedByHand, |_| AuditKind::Asked {
        reason: RequestReason::Manual,
    })
}

/// Asks for a new conclusion because the customer is now another company, or has another name; the
/// agreement in force stays valid meanwhile (row 48). Refused if the agreement names the customer
/// as it is.
pub fn demand_anew(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    let command = CaseCommand::by(viewer, customer, now);
    let case = command.lock(conn)?;
    require(viewer, Duty::Contract)?;
    catalogue::find_operator(conn)?.ok_or(ActionError::NoOperator)?;
    may_be_demanded(&case, Demand::Succession, now)?;
    if customer_then(conn, &case)? == Then::Same {
        return Err(Refusal::Unchanged.into());
    }
    let event = Event::Demanded(Demand::Succession);
    command.commit(conn, app, case, &event, |_| AuditKind::Asked {
        reason: RequestReason::Succession,
    })
}

/// "Neuen Link anfordern" on the page of an old link. Does not reveal whether a mail was sent
/// (S-13): a refusal by the rules counts as success here.
pub fn ask_by_link(
    conn: &mut PgConnection,
    app: &App,
    link: LinkId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let customer = links::find_customer(conn, link)?.ok_or(ActionError::NotFound)?;
    let command = CaseCommand::by_link(link, customer, now);
    match command.execute(conn, app, &Event::AskedByLink(link), |_| AuditKind::Asked {
        reason: RequestReason::Manual,
    }) {
        Ok(_) | Err(ActionError::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Takes the step that is due for a case: a reminder, the end of the round, the consequences of the
/// end of a booking (rows 5, 6, 19, 43, 44), or the end of an entered address's waiting time (A4).
/// True if there was one; of two processes that try at once, only one takes it.
pub fn take_due_step(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let command = CaseCommand::by_portal(customer, now);
    let result = command.execute(conn, app, &Event::StepDue, |outcome| {
        outcome
            .changes
            .iter()
            .find_map(|change| match change {
                Change::UseAddress(id) => {
                    Some(addresses::kind(&outcome.before, *id, AddressStep::Passed))
                }
                Change::Remind(_, link) => Some(AuditKind::Reminded {
                    number: link.number,
                }),
                Change::OpenRequest(request) => Some(AuditKind::Asked {
                    reason: request.reason,
                }),
                Change::EndBooking(place, _) => option_ended(outcome, *place, now),
                Change::SettleBooking(_) => Some(AuditKind::BookingsEnded {
                    products: ended(outcome),
                }),
                Change::CloseRequest(_, case::RequestOutcome::NotNeeded) => {
                    Some(AuditKind::NotNeeded)
                }
                _ => None,
            })
            .unwrap_or(AuditKind::Expired)
    });
    match result {
        Ok(_) => Ok(true),
        Err(ActionError::Refused(Refusal::NotDue | Refusal::Deleted)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Takes a step that has been due for very long, unless it is a reminder: the operator decides
/// whether that still makes sense (S-94). True if it was taken.
pub fn take_late_step(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let case = CaseCommand::by_portal(customer, now).lock(conn)?;
    let reminds = preview(&case, &Event::StepDue, now).is_ok_and(|step| {
        let has = |wanted: fn(&Change) -> bool| step.changes.iter().any(wanted);
        // Instead of a reminder, the text in force may be sent (row 13).
        has(|change| change.asks() || matches!(change, Change::Remind(..)))
            && !has(|change| matches!(change, Change::SettleBooking(_)))
    });
    if reminds {
        return Ok(false);
    }
    take_due_step(conn, app, customer, now)
}

/// Asks customers anew whose open request offers a contract version that is not in force any more
/// (row 13). Until their turn, the consent page shows and concludes the text in force anyway.
pub const OFFERING: Kind = Kind {
    rounds: Rounds::WhileListed,
    is_open: |conn, now| Ok(catalogue::find_holidays(conn)?.is_open(now)),
    open,
    ended: is_replaced,
    ..Kind::new(RunKind::NewVersion, next, Act::Each(offer))
};

/// Requests of earlier versions are counted up to this number.
const COUNT_CAP: i64 = 10_000;

fn open(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), ActionError> {
    let Some(current) = find_in_force(conn, day(now))? else {
        return Ok(());
    };
    if list_outdated(conn, &current, None, 1)?.is_empty() {
        return Ok(());
    }
    let count = |conn: &mut PgConnection| {
        let found = list_outdated(conn, &current, None, COUNT_CAP + 1)?.len();
        Ok(i64::try_from(found)
            .ok()
            .filter(|count| *count <= COUNT_CAP))
    };
    open_run(conn, RunKind::NewVersion, &current, count, now)
}

fn is_replaced(
    conn: &mut PgConnection,
    run: &BulkRun,
    now: DateTime<Utc>,
) -> Result<Option<RunEnd>, ActionError> {
    let is_replaced = find_in_force(conn, day(now))?.as_ref() != Some(&run.subject);
    Ok(is_replaced.then_some(RunEnd::Superseded))
}

fn next(
    conn: &mut PgConnection,
    run: &BulkRun,
    limit: i64,
) -> Result<Vec<CustomerNumber>, ActionError> {
    Ok(list_outdated(conn, &run.subject, run.after, limit)?)
}

/// A step that has been due for so long that an administrator should look at it first (S-94) is
/// left alone.
fn offer(
    conn: &mut PgConnection,
    app: &App,
    _run: &BulkRun,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let command = CaseCommand::by_portal(customer, now);
    let case = command.lock(conn)?;
    if case::next_step_due(&case, now).is_some_and(|due| due <= now - LATE) {
        return Ok(false);
    }
    let kind = |_: &Applied| AuditKind::Asked {
        reason: RequestReason::Version,
    };
    match command.commit(conn, app, case, &Event::NewVersion, kind) {
        Ok(_) => Ok(true),
        Err(ActionError::Refused(Refusal::NotDue | Refusal::Deleted)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The audit event that options of a booking ended, if nothing else did: the product stays booked.
fn option_ended(outcome: &Applied, place: usize, now: DateTime<Utc>) -> Option<AuditKind> {
    let settled = |change: &&Change| matches!(change, Change::SettleBooking(_));
    let is_all = outcome.changes.iter().filter(settled).count() == 1;
    let booking = outcome.before.bookings.get(place).filter(|_| is_all)?;
    Some(AuditKind::OptionChanged {
        product: outcome
            .before
            .booked_name(&booking.product, &booking.options_at(now)),
        asked: outcome.changes.iter().any(Change::asks),
    })
}

/// Names of the bookings whose end was settled.
fn ended(outcome: &Applied) -> Vec<Named> {
    let case = &outcome.before;
    outcome
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::SettleBooking(place) => case.bookings.get(*place),
            _ => None,
        })
        .map(|booked| case.booked_name(&booked.product, &booked.all_options()))
        .collect()
}

/// Writes the list row of a case anew after time alone changed its status.
pub fn refresh_row(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let case = cases::lock_case(conn, customer, now)?.ok_or(ActionError::NotFound)?;
    case_rows::save_row(conn, &case, now)?;
    if case.customer.deleted_at.is_none() {
        case_rows::save_words(conn, &case)?;
    }
    Ok(())
}
