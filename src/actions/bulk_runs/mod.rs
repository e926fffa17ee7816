//! Work over many customers, one after the other: the common part of all kinds. A kind is a
//! [`Kind`]: a few functions that return the next customers, do the work for them and say when the
//! run ends.
//!
//! A step happens while the run is locked, in one transaction with the progress of the run. So no
//! customer is reached twice and none is forgotten, however many processes do this and whenever one
//! is killed; and only one step is ever in memory. A customer that cannot be written is put aside
//! in the same transaction and tried again later, so that the others are reached meanwhile.

mod step;

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use super::case_command::actor;
use super::{
    ActionError, Actor, agreement_import, announcements, blocking, customer_import, products,
    requests, require, roll_outs, sub_partners,
};
use crate::app::App;
use crate::domain::bulk_run::{RunEnd, RunKind, RunStage, stage};
use crate::domain::calendar::day;
use crate::domain::case::Refusal;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{BulkRunId, CustomerNumber};
use crate::storage::PgConnection;
use crate::storage::bulk_runs::{self as stored, BulkRun, NewRun};
use crate::storage::partner_list::list_customers_of;
use crate::storage::partners::find_partner;
pub use step::{RunMemory, StepResult, take_step};

/// How often a run goes through its customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounds {
    /// A single time.
    One,
    /// A second time for customers that were overtaken; `next` looks at the round.
    Two,
    /// Until no customer is listed or fails any more: `next` does not list finished customers, and
    /// others may become listed at any time. A run that did nothing for any customer is deleted.
    WhileListed,
}

/// What happened to a run, for the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEvent {
    /// An administrator paused it.
    Paused,
    /// It was resumed.
    Resumed,
    /// It ended.
    Ended(RunEnd),
}

type Time = DateTime<Utc>;
type Next = fn(&mut PgConnection, &BulkRun, i64) -> Result<Vec<CustomerNumber>, ActionError>;
type Batch =
    fn(&mut PgConnection, &App, &BulkRun, &[CustomerNumber], Time) -> Result<i64, ActionError>;
type Pace = fn(&mut PgConnection, &BulkRun, Time) -> Result<i64, ActionError>;
type Ended = fn(&mut PgConnection, &BulkRun, Time) -> Result<Option<RunEnd>, ActionError>;
type Note = fn(&mut PgConnection, Actor, &BulkRun, RunEvent, Time) -> Result<(), ActionError>;

/// The work for customers, each with its audit event.
#[derive(Clone, Copy)]
pub enum Act {
    /// For one customer, in a transaction of its own; returns whether anything was to be done.
    Each(fn(&mut PgConnection, &App, &BulkRun, CustomerNumber, Time) -> Result<bool, ActionError>),
    /// For at most this many customers in one transaction, without writing a case; returns for how
    /// many of them anything was to be done.
    Batch(i64, Batch),
}

/// A kind of work over many customers, as functions.
pub struct Kind {
    /// The key of the kind.
    pub kind: RunKind,
    /// How often it goes through its customers.
    pub rounds: Rounds,
    /// Pause before a customer that could not be written is tried again.
    pub again: TimeDelta,
    /// A customer that could not be written for this long does not keep a run open any more; `None`
    /// means that it always does.
    pub given_up: Option<TimeDelta>,
    /// Begins the runs that begin by themselves.
    pub open: fn(&mut PgConnection, DateTime<Utc>) -> Result<(), ActionError>,
    /// Whether customers may be reached at this hour.
    pub is_open: fn(&mut PgConnection, DateTime<Utc>) -> Result<bool, ActionError>,
    /// For how many customers there is room in the outbox.
    pub room: fn(&mut PgConnection) -> Result<i64, ActionError>,
    /// For how many customers a run has time left today, if it has a pace of its own.
    pub pace: Pace,
    /// Whether the customers are there already, so that each is locked before it is worked on.
    pub claims: bool,
    /// How a run ends before all customers were looked at, if it does.
    pub ended: Ended,
    /// The next customers behind [`BulkRun::after`], ascending, at most this many.
    pub next: Next,
    /// The work for these customers.
    pub act: Act,
    /// Appends an event of a run to the audit log.
    pub note: Note,
}

impl Kind {
    /// A kind with the usual properties: one customer after the other, at any hour.
    pub(super) const fn new(kind: RunKind, next: Next, act: Act) -> Self {
        Self {
            kind,
            next,
            act,
            rounds: Rounds::One,
            again: TimeDelta::minutes(10),
            given_up: None,
            open: |_, _| Ok(()),
            is_open: |_, _| Ok(true),
            room: |_| Ok(i64::MAX),
            pace: |_, _, _| Ok(i64::MAX),
            claims: true,
            ended: |_, _, _| Ok(None),
            note: |_, _, _, _, _| Ok(()),
        }
    }
}

/// The runs of a kind that can make progress now.
pub fn list_open(
    conn: &mut PgConnection,
    kind: &Kind,
    now: DateTime<Utc>,
) -> Result<Vec<BulkRunId>, ActionError> {
    if !(kind.is_open)(conn, now)? {
        return Ok(Vec::new());
    }
    (kind.open)(conn, now)?;
    Ok(stored::list_open(conn, kind.kind)?)
}

/// Begins a run that begins by itself, unless one about the same subject is still open.
pub(super) fn open_run(
    conn: &mut PgConnection,
    kind: RunKind,
    subject: &str,
    count: impl FnOnce(&mut PgConnection) -> Result<Option<i64>, ActionError>,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if stored::find_open(conn, kind, subject)?.is_none() {
        let new = NewRun {
            kind,
            subject: subject.to_owned(),
            starts_on: day(now),
            customers: count(conn)?,
        };
        stored::create_run(conn, &new, now)?;
    }
    Ok(())
}

/// What an administrator does with an open run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Reaches no customer until it is resumed.
    Pause,
    /// Lets it go on.
    Resume,
    /// Ends it, so that no further customer is reached.
    End,
}

/// Pauses, resumes or ends a run, if its kind allows it. It stops between two steps.
pub fn turn(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: BulkRunId,
    turn: Turn,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Contract)?;
    let run = stored::lock_run(conn, id)?.ok_or(ActionError::NotFound)?;
    let may = run.ended.is_none()
        && match turn {
            Turn::Pause => run.kind.can_pause() && run.paused_at.is_none(),
            Turn::Resume => run.paused_at.is_some(),
            Turn::End => run.kind.can_end(),
        };
    if !may {
        return Err(Refusal::Unchanged.into());
    }
    let event = match turn {
        Turn::Pause => {
            stored::save_pause(conn, id, Some(now))?;
            RunEvent::Paused
        }
        Turn::Resume => {
            stored::save_pause(conn, id, None)?;
            RunEvent::Resumed
        }
        Turn::End => {
            stored::save_end(conn, id, RunEnd::Ended, now)?;
            RunEvent::Ended(RunEnd::Ended)
        }
    };
    (kind_of(run.kind).note)(conn, actor(viewer), &run, event, now)
}

/// The functions of a kind.
pub fn kind_of(kind: RunKind) -> &'static Kind {
    match kind {
        RunKind::Block => &blocking::TELLING,
        RunKind::RollOut => &roll_outs::ROLLING_OUT,
        RunKind::Announcement => &announcements::SENDING,
        RunKind::NewVersion => &requests::OFFERING,
        RunKind::TakeOff => &sub_partners::TAKING_OFF,
        RunKind::NeedChange => &products::REVIEWING,
        RunKind::Import => &customer_import::IMPORTING,
        RunKind::FirstRequests => &customer_import::ASKING,
        RunKind::Agreements => &agreement_import::RECORDING,
    }
}

/// The stage of a run for display.
pub fn stage_of(run: &BulkRun, now: DateTime<Utc>) -> RunStage {
    let end = run.ended.map(|(_, end)| end);
    stage(end, run.paused_at, run.starts_on, day(now))
}

/// The next customers of the partner a run is about.
pub(super) fn next_of_partner(
    conn: &mut PgConnection,
    run: &BulkRun,
    limit: i64,
) -> Result<Vec<CustomerNumber>, ActionError> {
    let partner = find_partner(conn, subject_of(run)?)?.ok_or(ActionError::NotFound)?;
    Ok(list_customers_of(conn, &partner, run.after, limit)?)
}

/// The subject of a run, parsed from its key.
pub(super) fn subject_of<T: FromStr>(run: &BulkRun) -> Result<T, ActionError> {
    run.subject.parse().map_err(|_| ActionError::NotFound)
}
