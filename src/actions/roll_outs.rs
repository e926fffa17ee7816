//! Rolling out a contract version: starting it, and what its run does with every customer (rows 35 to
//! 37).

use chrono::{DateTime, TimeDelta, Utc};

use super::bulk_runs::{Act, Kind, RunEvent};
use super::case_command::actor;
use super::{ActionError, Actor, Applied, CaseCommand, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::bulk_run::{RunEnd, RunKind};
use crate::domain::calendar::{day, in_send_window};
use crate::domain::mail::RequestReason;
use crate::domain::roll_out::{
    Answer, Mode, RollOutAuditEvent, RollOutRefusal, Scope, Skip, reach,
};
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{CustomerNumber, RollOutId};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::bulk_runs::{BulkRun, NewRun, create_run};
use crate::storage::contract_versions::{Published, find_in_force, find_published, has_earlier};
use crate::storage::roll_outs::{self as stored, Reached, RollOut};
use crate::storage::{PgConnection, catalogue, partners};

/// Mails of roll-outs that may wait in the outbox for their first attempt, so that other mails are not
/// held up and a roll-out can be paused.
pub(super) const WAITING: i64 = 1000;

/// A version to be rolled out, and to which customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Number of the version.
    pub version: String,
    /// Whether the customers are informed or asked to conclude anew.
    pub mode: Mode,
    /// Which agreements it covers.
    pub scope: Scope,
}

/// Whether a plan can be started now; returns the version. The page checks it before the preview,
/// and starting checks it again.
pub fn check(
    conn: &mut PgConnection,
    plan: &Plan,
    now: DateTime<Utc>,
) -> Result<Published, ActionError> {
    let version = find_published(conn, &plan.version)?.ok_or(ActionError::NotFound)?;
    let today = day(now);
    if version.valid_from <= today && find_in_force(conn, today)?.as_ref() != Some(&plan.version) {
        return Err(RollOutRefusal::Outdated.into());
    }
    if !has_earlier(conn, &plan.version)? {
        return Err(RollOutRefusal::NoEarlier.into());
    }
    if let Some(numbers) = &plan.scope.numbers {
        let unknown = stored::list_unknown(conn, numbers)?;
        if !unknown.is_empty() {
            return Err(RollOutRefusal::UnknownNumbers(unknown).into());
        }
    }
    Ok(version)
}

/// Starts a roll-out. It reaches no customer before the version is in force.
pub fn start(
    conn: &mut PgConnection,
    viewer: &Viewer,
    plan: &Plan,
    now: DateTime<Utc>,
) -> Result<RollOutId, ActionError> {
    require(viewer, Duty::Contract)?;
    catalogue::find_operator(conn)?.ok_or(ActionError::NoOperator)?;
    let version = check(conn, plan, now)?;
    let partner = match plan.scope.partner {
        Some(id) => Some(
            partners::find_partner(conn, id)?
                .ok_or(ActionError::NotFound)?
                .party
                .name,
        ),
        None => None,
    };
    let count = stored::count_targets(conn, &plan.version, &plan.scope)?;
    let new = NewRun {
        kind: RunKind::RollOut,
        subject: plan.version.clone(),
        starts_on: version.valid_from,
        customers: Some(count).filter(|count| *count <= stored::COUNT_CAP),
    };
    let run = create_run(conn, &new, now)?.ok_or(RollOutRefusal::Running)?;
    let (mode, scope) = (plan.mode, &plan.scope);
    let id = stored::create_roll_out(conn, run, version.id, mode, scope, viewer.user)?;
    let event = RollOutAuditEvent::Started {
        mode: plan.mode,
        partner,
        concluded: plan.scope.concluded.clone(),
        numbers: plan.scope.numbers.as_ref().map(Vec::len),
    };
    note(conn, actor(viewer), id, &plan.version, event, now)?;
    Ok(id)
}

/// Rolls out a version. It ends when another version is in force, so that no customer is informed
/// of a text that was replaced. A customer that could not be written for a day is given up and
/// counted as not reached.
pub const ROLLING_OUT: Kind = Kind {
    given_up: Some(TimeDelta::days(1)),
    is_open: |_, now| Ok(in_send_window(now)),
    room: |conn| Ok(WAITING - stored::count_untried(conn, WAITING)?),
    ended,
    note: note_event,
    ..Kind::new(RunKind::RollOut, next, Act::Each(reach_one))
};

fn ended(
    conn: &mut PgConnection,
    run: &BulkRun,
    now: DateTime<Utc>,
) -> Result<Option<RunEnd>, ActionError> {
    let today = day(now);
    let is_replaced =
        run.starts_on <= today && find_in_force(conn, today)?.as_ref() != Some(&run.subject);
    Ok(is_replaced.then_some(RunEnd::Superseded))
}

fn next(
    conn: &mut PgConnection,
    run: &BulkRun,
    limit: i64,
) -> Result<Vec<CustomerNumber>, ActionError> {
    let found = of_run(conn, run)?;
    Ok(stored::list_targets(
        conn,
        &found.version,
        &found.scope,
        run.after,
        limit,
    )?)
}

/// Informs or asks one customer, or notes why not.
fn reach_one(
    conn: &mut PgConnection,
    app: &App,
    run: &BulkRun,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let found = of_run(conn, run)?;
    let (id, command) = (found.id, CaseCommand::by_portal(customer, now));
    let case = command.lock(conn)?;
    let reached = match reach(&case, found.mode, now) {
        Ok(_) if found.mode == Mode::Inform && stored::reached_before(conn, id, customer)? => {
            Err(Skip::AlreadyInformed)
        }
        reached => reached,
    };
    let event = match reached {
        Ok(event) => event,
        Err(skip) => {
            stored::save_reached(conn, id, customer, Reached::Skipped(skip), now)?;
            return Ok(false);
        }
    };
    let (answer, kind) = match found.mode {
        Mode::Inform => (
            Answer::Informed,
            AuditKind::ToldOfVersion {
                version: found.version,
            },
        ),
        Mode::Conclude => (
            Answer::Waiting,
            AuditKind::Asked {
                reason: RequestReason::RollOut,
            },
        ),
    };
    let told = |conn: &mut PgConnection, _: &Applied| {
        let told = Reached::Told(answer);
        Ok(stored::save_reached(conn, id, customer, told, now)?)
    };
    command.commit_with(conn, app, case, &event, |_| kind, told)?;
    Ok(true)
}

fn of_run(conn: &mut PgConnection, run: &BulkRun) -> Result<RollOut, ActionError> {
    stored::find_of_run(conn, run.id)?.ok_or(ActionError::NotFound)
}

fn note_event(
    conn: &mut PgConnection,
    actor: Actor,
    run: &BulkRun,
    event: RunEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = match event {
        RunEvent::Paused => RollOutAuditEvent::Paused,
        RunEvent::Resumed => RollOutAuditEvent::Resumed,
        RunEvent::Ended(RunEnd::Ended) => RollOutAuditEvent::Ended,
        RunEvent::Ended(RunEnd::Done) => RollOutAuditEvent::Done,
        RunEvent::Ended(RunEnd::Superseded) => RollOutAuditEvent::Superseded,
    };
    let found = of_run(conn, run)?;
    note(conn, actor, found.id, &found.version, event, now)
}

fn note(
    conn: &mut PgConnection,
    actor: Actor,
    id: RollOutId,
    version: &str,
    event: RollOutAuditEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::RollOut {
            id,
            version: version.to_owned(),
            event,
        },
        actor,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
