//! Rolling out a contract version: starting, pausing and ending it, and the one step the job takes
//! with every customer (rows 35 to 37).
//!
//! A step happens under the lock of the roll-out, in one transaction with the note of how far it has
//! come. So nobody is reached twice and nobody forgotten, however many processes do this and
//! whenever one is killed.

use chrono::{DateTime, Duration, Utc};

use super::door::actor;
use super::{ActionError, Actor, Knock};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::calendar::{day, in_send_window};
use crate::domain::mail::RequestReason;
use crate::domain::roll_out::{
    Answer, End, Mode, RollOutDeed, RollOutRefusal, Scope, Skip, Stage, reach, stage,
};
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{CustomerNumber, RollOutId};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::case_rows::claim;
use crate::storage::contract_versions::{Published, find_in_force, find_published};
use crate::storage::roll_outs::{self as stored, Reached, RollOut};
use crate::storage::{PgConnection, catalogue, partners};

/// Mails of roll-outs that may wait in the outbox for their first attempt, so that other mails are not
/// held up and a roll-out can be paused.
const WAITING: i64 = 1000;
/// Who could not be written is tried again after this time.
const AGAIN: Duration = Duration::minutes(10);
/// Who could not be written for this long does not keep a roll-out open any more.
const GIVEN_UP: Duration = Duration::days(1);

/// What is to be rolled out, to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Number of the version.
    pub version: String,
    /// What the customers get.
    pub mode: Mode,
    /// Whose agreements are meant.
    pub scope: Scope,
}

/// Whether a plan can be started now; gives the version away. The page asks before it shows the
/// preview, the start asks again.
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
    if let Some(numbers) = &plan.scope.numbers {
        let unknown = stored::list_unknown(conn, numbers)?;
        if !unknown.is_empty() {
            return Err(RollOutRefusal::UnknownNumbers(unknown).into());
        }
    }
    Ok(version)
}

/// Starts a roll-out. It reaches nobody before the version is in force.
pub fn start(
    conn: &mut PgConnection,
    viewer: &Viewer,
    plan: &Plan,
    now: DateTime<Utc>,
) -> Result<RollOutId, ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
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
    let id = stored::create_roll_out(conn, version.id, plan.mode, &plan.scope, viewer.user, now)?
        .ok_or(RollOutRefusal::Running)?;
    let deed = RollOutDeed::Started {
        mode: plan.mode,
        partner,
        concluded: plan.scope.concluded.clone(),
        numbers: plan.scope.numbers.as_ref().map(Vec::len),
    };
    note(conn, actor(viewer), id, &plan.version, deed, now)?;
    Ok(id)
}

/// What an administrator does to a roll-out that is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Reaches nobody until it goes on.
    Pause,
    /// Goes on.
    Resume,
    /// Reaches nobody any more; whoever was asked may still answer.
    End,
}

/// Pauses a roll-out, lets it go on or ends it. It stops between two customers.
pub fn turn(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RollOutId,
    turn: Turn,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let found = stored::lock_roll_out(conn, id)?.ok_or(ActionError::NotFound)?;
    let may = found.finished.is_none()
        && match turn {
            Turn::Pause => found.paused_at.is_none(),
            Turn::Resume => found.paused_at.is_some(),
            Turn::End => true,
        };
    if !may {
        return Err(RollOutRefusal::Unchanged.into());
    }
    let deed = match turn {
        Turn::Pause => {
            stored::save_pause(conn, id, Some(now))?;
            RollOutDeed::Paused
        }
        Turn::Resume => {
            stored::save_pause(conn, id, None)?;
            RollOutDeed::Resumed
        }
        Turn::End => {
            stored::save_end(conn, id, End::Ended, now)?;
            RollOutDeed::Ended
        }
    };
    note(conn, actor(viewer), id, &found.version, deed, now)
}

/// What a step of the job led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The customer was told, asked, or left out for a reason.
    Taken,
    /// Somebody else had taken it.
    Gone,
    /// Nothing is to be done with this roll-out now: paused, over, night, or another process is at it
    /// or at the customer.
    Halt,
}

/// Reaches one customer of a roll-out, or notes why not.
pub fn take_step(
    conn: &mut PgConnection,
    app: &App,
    id: RollOutId,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<Step, ActionError> {
    let Some(found) = enter(conn, id, now)? else {
        return Ok(Step::Halt);
    };
    let state = stored::find_state(conn, id, customer)?;
    if state.is_some_and(|state| state != Answer::Failed)
        || (state.is_none() && customer.0 <= found.after)
    {
        return Ok(Step::Gone);
    }
    // Somebody is at the case. Its row cannot even be named in a note before that is over, and a step
    // never waits under the lock of the roll-out: the next pass begins with this customer.
    if !claim(conn, customer)? {
        return Ok(Step::Halt);
    }
    if customer.0 > found.after {
        stored::save_place(conn, id, customer)?;
    }
    let knock = Knock::by_portal(customer, now);
    let case = knock.enter(conn)?;
    let reached = match reach(&case, found.mode, now) {
        Ok(_) if found.mode == Mode::Inform && stored::reached_before(conn, id, customer)? => {
            Err(Skip::AlreadyInformed)
        }
        reached => reached,
    };
    match reached {
        Err(skip) => stored::save_reached(conn, id, customer, Reached::Skipped(skip), now)?,
        Ok(event) => {
            let (answer, kind) = match found.mode {
                Mode::Inform => (
                    Answer::Informed,
                    AuditKind::ToldOfVersion {
                        version: found.version.clone(),
                    },
                ),
                Mode::Conclude => (
                    Answer::Waiting,
                    AuditKind::Asked {
                        reason: RequestReason::RollOut,
                    },
                ),
            };
            knock.settle_with(
                conn,
                app,
                case,
                &event,
                |_| kind,
                |conn, _| {
                    let told = Reached::Told(answer);
                    Ok(stored::save_reached(conn, id, customer, told, now)?)
                },
            )?;
        }
    }
    Ok(Step::Taken)
}

/// How many customers may be told or asked before the outbox holds enough of them. Several processes
/// may go a batch beyond it.
pub fn room(conn: &mut PgConnection) -> Result<i64, ActionError> {
    Ok(WAITING - stored::count_untried(conn, WAITING)?)
}

/// Customers behind `after` that could not be written and are to be tried again now.
pub fn list_again(
    conn: &mut PgConnection,
    id: RollOutId,
    after: i64,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<CustomerNumber>, ActionError> {
    Ok(stored::list_failed(conn, id, now - AGAIN, after, limit)?)
}

/// Notes that a customer could not be written, so that the others are reached meanwhile.
pub fn put_aside(
    conn: &mut PgConnection,
    id: RollOutId,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let Some(found) = stored::lock_roll_out(conn, id)? else {
        return Ok(());
    };
    if customer.0 > found.after {
        stored::save_place(conn, id, customer)?;
        stored::save_reached(conn, id, customer, Reached::Failed, now)?;
    } else {
        stored::save_try(conn, id, customer, now)?;
    }
    Ok(())
}

/// Ends a roll-out when nobody is left to be looked at. Who could not be written for a day stays behind
/// and is counted as not reached. Says whether it did.
pub fn finish(
    conn: &mut PgConnection,
    id: RollOutId,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let Some(found) = enter(conn, id, now)? else {
        return Ok(false);
    };
    let left = stored::list_targets(conn, &found.version, &found.scope, found.after, 1)?;
    if !left.is_empty() || stored::has_failed_since(conn, id, now - GIVEN_UP)? {
        return Ok(false);
    }
    stored::save_end(conn, id, End::Done, now)?;
    note(
        conn,
        Actor::Portal,
        id,
        &found.version,
        RollOutDeed::Done,
        now,
    )?;
    Ok(true)
}

/// Ends a roll-out whose version is not in force any more: nobody is told of a text that another one
/// has replaced. Says whether it did.
pub fn supersede(
    conn: &mut PgConnection,
    id: RollOutId,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let Some(found) = stored::lock_roll_out(conn, id)? else {
        return Ok(false);
    };
    let today = day(now);
    let is_replaced = found.finished.is_none()
        && found.valid_from <= today
        && find_in_force(conn, today)?.as_ref() != Some(&found.version);
    if is_replaced {
        stored::save_end(conn, id, End::Superseded, now)?;
        let deed = RollOutDeed::Superseded;
        note(conn, Actor::Portal, id, &found.version, deed, now)?;
    }
    Ok(is_replaced)
}

/// The roll-out, locked, if it may reach somebody now.
fn enter(
    conn: &mut PgConnection,
    id: RollOutId,
    now: DateTime<Utc>,
) -> Result<Option<RollOut>, ActionError> {
    if !in_send_window(now) {
        return Ok(None);
    }
    let Some(found) = stored::claim_roll_out(conn, id)? else {
        return Ok(None);
    };
    let today = day(now);
    let runs = stage_of(&found, now) == Stage::Running
        && find_in_force(conn, today)?.as_ref() == Some(&found.version);
    Ok(runs.then_some(found))
}

/// How far a roll-out has come.
pub fn stage_of(found: &RollOut, now: DateTime<Utc>) -> Stage {
    let end = found.finished.map(|(_, end)| end);
    stage(end, found.paused_at, found.valid_from, day(now))
}

fn note(
    conn: &mut PgConnection,
    actor: Actor,
    id: RollOutId,
    version: &str,
    deed: RollOutDeed,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::RollOut {
            id,
            version: version.to_owned(),
            deed,
        },
        actor,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
