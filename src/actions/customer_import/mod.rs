//! Customers from a file: [`check()`] looks it through and says what would follow, [`start`] begins to
//! add them, and [`start_requests`] to ask those who were added quietly. Both are runs, which can be
//! paused and go on where they were, whenever a process ends. Each customer is added whole or not at
//! all, by the event and the rules of the pages.

mod add;
mod check;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::bulk_runs::{Act, Kind, RunEvent, subject_of};
use super::case_command::actor;
use super::form_version;
use super::roll_outs::WAITING;
pub use super::table_file::{Unreadable, Upload};
use super::{ActionError, Actor, Applied, CaseCommand, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::bulk_run::{RunEnd, RunKind};
use crate::domain::calendar::{self, day};
use crate::domain::case::{Change, Event, Partner, Refusal};
use crate::domain::customer_import::{Column, ImportAuditEvent, ImportRow, ImportStage, Reason};
use crate::domain::mail::RequestReason;
use crate::domain::product::Named;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{CustomerNumber, ImportId};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::bulk_runs::{self as runs, BulkRun, NewRun};
use crate::storage::customer_imports::{self as stored, Import};
use crate::storage::mails::queue_state;
use crate::storage::user_list::find_user;
use crate::storage::{PgConnection, catalogue};
pub use check::check;

/// Customers that are added in one transaction. Nobody else knows them yet, so nobody waits for them.
const BATCH: i64 = 200;
/// How many customers can be asked on one day at most.
pub const MOST_PER_DAY: u32 = 100_000;

/// Stamp of what a page about a file shows (B1).
pub fn stand(import: &Import) -> String {
    form_version::of(&(&import.figures, import.stage() as u8, import.per_day))
}

/// Begins to add the customers of a file that has no fault.
pub fn start(
    conn: &mut PgConnection,
    viewer: Option<&Viewer>,
    id: ImportId,
    (quietly, seen): (bool, &str),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if let Some(viewer) = viewer {
        require(viewer, Duty::Care)?;
    }
    let import = stored::lock(conn, id)?.ok_or(ActionError::NotFound)?;
    if stand(&import) != seen {
        return Err(ActionError::Changed);
    }
    if import.stage() != ImportStage::Checked || !import.figures.is_good() {
        return Err(Refusal::Unchanged.into());
    }
    let new = NewRun {
        kind: RunKind::Import,
        subject: id.to_string(),
        starts_on: day(now),
        customers: i64::try_from(import.figures.new).ok(),
    };
    let run = runs::create_run(conn, &new, now)?.ok_or(Refusal::Unchanged)?;
    stored::start(conn, id, run, viewer.map(|viewer| viewer.user), quietly)?;
    let event = ImportAuditEvent::Started {
        customers: import.figures.new,
        quietly,
    };
    note(conn, viewer.map_or(Actor::Command, actor), id, event, now)
}

/// Throws a file away that was not started.
pub fn discard(conn: &mut PgConnection, viewer: &Viewer, id: ImportId) -> Result<(), ActionError> {
    require(viewer, Duty::Care)?;
    let import = stored::lock(conn, id)?.ok_or(ActionError::NotFound)?;
    if import.stage() == ImportStage::Started {
        return Err(Refusal::Unchanged.into());
    }
    Ok(stored::delete(conn, id)?)
}

/// Begins to ask the customers of a file who were added quietly, or asks them at another pace.
pub fn start_requests(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ImportId,
    per_day: u32,
    seen: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Care)?;
    let import = stored::lock(conn, id)?.ok_or(ActionError::NotFound)?;
    if stand(&import) != seen {
        return Err(ActionError::Changed);
    }
    let per_day = per_day.clamp(1, MOST_PER_DAY);
    if !import.quietly || !is_over(conn, &import)? {
        return Err(Refusal::Unchanged.into());
    }
    let pace = i32::try_from(per_day).unwrap_or(i32::MAX);
    stored::save_pace(conn, id, pace)?;
    let subject = id.to_string();
    if runs::find_open(conn, RunKind::FirstRequests, &subject)?.is_none() {
        let (left, _) = stored::count_waiting(conn, id, now)?;
        let new = NewRun {
            kind: RunKind::FirstRequests,
            subject,
            starts_on: day(now),
            customers: Some(left),
        };
        runs::create_run(conn, &new, now)?.ok_or(Refusal::Unchanged)?;
    }
    let event = ImportAuditEvent::RequestsStarted { per_day };
    note(conn, actor(viewer), id, event, now)
}

fn is_over(conn: &mut PgConnection, import: &Import) -> Result<bool, ActionError> {
    let run = match import.run {
        Some(run) => runs::find_run(conn, run)?,
        None => None,
    };
    Ok(run.is_some_and(|run| run.ended.is_some()))
}

/// Adds the customers of a file. A customer that the rules refuse meanwhile is noted with the reason and
/// holds up nobody; one that is there by now is left as it is.
pub const IMPORTING: Kind = Kind {
    claims: false,
    note: note_import,
    ..Kind::new(
        RunKind::Import,
        |conn, run, limit| Ok(stored::list_next(conn, subject_of(run)?, run.after, limit)?),
        Act::Batch(BATCH, add::add_all),
    )
};

fn kind(outcome: &Applied, row: &ImportRow) -> AuditKind {
    let name = |partner: &Option<Partner>| partner.as_ref().map(|one| one.party.name.clone());
    let booked: Vec<Named> = row
        .bookings
        .iter()
        .map(|(product, options)| outcome.after.booked_name(product, options))
        .collect();
    let joined = |of: fn(&Named) -> &str| booked.iter().map(of).collect::<Vec<_>>().join(", ");
    AuditKind::CustomerAdded {
        partner: name(&outcome.after.partner),
        sub_partner: name(&outcome.after.sub_partner),
        product: (!booked.is_empty()).then(|| Named {
            de: joined(|one| &one.de),
            en: joined(|one| &one.en),
        }),
        asked: outcome.changes.iter().any(Change::asks),
    }
}

/// Who started the import, by name now.
fn importer(conn: &mut PgConnection, import: &Import) -> Result<Actor, ActionError> {
    let Some(user) = import.started_by else {
        return Ok(Actor::Command);
    };
    let found = find_user(conn, user)?.ok_or(ActionError::NotFound)?;
    let own = catalogue::find_operator(conn)?.unwrap_or_default();
    Ok(Actor::User {
        id: user,
        company: found.company.name(&own.party.name).to_owned(),
        name: found.name,
    })
}

/// Asks customers who were added quietly, in working hours, at the pace that was chosen. Whoever was
/// asked meanwhile, or needs no agreement any more, is left as it is.
pub const ASKING: Kind = Kind {
    given_up: Some(TimeDelta::days(7)),
    is_open: |conn, now| Ok(catalogue::find_holidays(conn)?.is_open(now)),
    room: |conn| {
        let (waiting, _) = queue_state(conn)?;
        Ok(WAITING - i64::try_from(waiting).unwrap_or(i64::MAX))
    },
    pace,
    note: note_requests,
    ..Kind::new(
        RunKind::FirstRequests,
        |conn, run, limit| {
            Ok(stored::list_waiting(
                conn,
                subject_of(run)?,
                run.after,
                limit,
            )?)
        },
        Act::Each(ask_one),
    )
};

fn pace(conn: &mut PgConnection, run: &BulkRun, now: DateTime<Utc>) -> Result<i64, ActionError> {
    let id = subject_of(run)?;
    let import = stored::find(conn, id)?.ok_or(ActionError::NotFound)?;
    let morning = calendar::at(day(now), NaiveTime::MIN);
    let today = stored::count_asked_since(conn, id, morning)?;
    Ok(i64::from(import.per_day.unwrap_or_default()) - today)
}

fn ask_one(
    conn: &mut PgConnection,
    app: &App,
    _run: &BulkRun,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let command = CaseCommand::by_portal(customer, now);
    let case = match command.lock(conn) {
        Err(ActionError::NotFound) => {
            stored::save_asked(conn, customer, now)?;
            return Ok(false);
        }
        case => case?,
    };
    let kind = AuditKind::Asked {
        reason: RequestReason::First,
    };
    let done = |conn: &mut PgConnection, _: &Applied| Ok(stored::save_asked(conn, customer, now)?);
    match command.commit_with(conn, app, case, &Event::NeedChanged, |_| kind, done) {
        Ok(outcome) => Ok(outcome.changes.iter().any(Change::asks)),
        Err(ActionError::Refused(Refusal::Unchanged | Refusal::Deleted)) => {
            stored::save_asked(conn, customer, now)?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

fn note_import(
    conn: &mut PgConnection,
    actor: Actor,
    run: &BulkRun,
    event: RunEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = match event {
        RunEvent::Paused => ImportAuditEvent::Paused,
        RunEvent::Resumed => ImportAuditEvent::Resumed,
        RunEvent::Ended(RunEnd::Done | RunEnd::Ended | RunEnd::Superseded) => {
            ImportAuditEvent::Done {
                added: run.done.unsigned_abs(),
            }
        }
    };
    note(conn, actor, subject_of(run)?, event, now)
}

fn note_requests(
    conn: &mut PgConnection,
    actor: Actor,
    run: &BulkRun,
    event: RunEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = match event {
        RunEvent::Paused => ImportAuditEvent::RequestsPaused,
        RunEvent::Resumed => ImportAuditEvent::RequestsResumed,
        RunEvent::Ended(_) => ImportAuditEvent::RequestsDone,
    };
    note(conn, actor, subject_of(run)?, event, now)
}

fn note(
    conn: &mut PgConnection,
    actor: Actor,
    id: ImportId,
    event: ImportAuditEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::CustomerImport { id, event },
        actor,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
