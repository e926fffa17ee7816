//! Announcing changes of the list of general sub-processors (row 38): draft, confirmation, sending
//! in batches. Confirmed changes are entered into the list at once, with the day from which they
//! hold, so that new agreements contain them (row 42).

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use uuid::Uuid;

use super::bulk_runs::{self, Act, Kind, Rounds, RunEvent, Turn, subject_of};
use super::{ActionError, Actor, case_command::actor, require, versions};
use crate::app::App;
use crate::contract::check;
use crate::domain::audit::{AnnouncementAuditEvent, AuditKind};
use crate::domain::bulk_run::RunKind;
use crate::domain::calendar::day;
use crate::domain::case::Refusal;
use crate::domain::notice::{earliest_start, period_days};
use crate::domain::party::SubProcessor;
use crate::domain::sub_processor::{self, Entry, ListChange};
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{AnnouncementId, CustomerNumber, NoticeId};
use crate::storage::announcements::{self, Announcement, Stage};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::bulk_runs::{BulkRun, NewRun, create_run};
use crate::storage::{PgConnection, sub_processors};

/// Customers in one batch; no more than that are in memory.
const BATCH: i64 = 200;
/// Mails with notices that may wait in the outbox for their first attempt, so that other mails are not
/// held up and sending can be interrupted.
const WAITING: i64 = 1000;
/// Mails with notices that the mail server may have put off, in addition to those. They end by
/// themselves ([`super::delivery`]), so an announcement that has come to this limit goes on in the
/// end.
const PUT_OFF: i64 = 20_000;
/// Longest list of changes of one announcement.
const MOST_CHANGES: usize = 30;
/// A conclusion that was in progress when an announcement was confirmed is finished within this
/// time.
const OVERTAKEN: Duration = Duration::minutes(15);

/// Why an announcement was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standstill {
    /// It is in another stage than on the page that the user saw.
    OtherStage,
    /// It contains no changes.
    Empty,
    /// Too many changes for one announcement.
    TooMany,
    /// The list of sub-processors has changed since; a company to be removed is not on it any more.
    Outdated,
    /// A company lacks details that the law requires (LC-24, LC-30), or the reason is missing.
    Incomplete,
    /// The change would begin before the period has ended (5.7).
    TooEarly,
}

/// The result of a step: done, or why not.
pub type Moved = Result<(), Standstill>;

/// Days of the period under the contract that is offered now; while none is, those of the one that
/// comes with the program: no customer is told anything then.
pub fn days(conn: &mut PgConnection, app: &App, now: DateTime<Utc>) -> Result<u32, ActionError> {
    let meta = match versions::offered(conn, app, now) {
        Ok(contract) => contract.meta.clone(),
        Err(ActionError::NotFound) => versions::shipped_meta()?,
        Err(error) => return Err(error),
    };
    Ok(period_days(meta.notice_days, meta.objection_days))
}

/// The first day on which a change confirmed at `now` may begin. Without any agreement in force
/// there is no customer to notify, and the change can begin on the same day.
pub fn first_start(
    conn: &mut PgConnection,
    days: u32,
    now: DateTime<Utc>,
) -> Result<NaiveDate, ActionError> {
    Ok(if announcements::has_agreements(conn)? {
        earliest_start(now, days)
    } else {
        day(now)
    })
}

/// What has to be corrected before a list with these changes may be announced, as sentences.
pub fn faults(entries: &[Entry], draft: &Announcement) -> Vec<String> {
    let mut faults: Vec<String> = draft
        .changes
        .iter()
        .filter_map(ListChange::new_one)
        .flat_map(check::faults)
        .collect();
    if !sub_processor::fits(entries, &draft.changes) {
        faults.push("Ein Unternehmen, das entfallen soll, steht nicht mehr im Register. Nehmen Sie diese Änderung zurück.".to_owned());
    }
    faults
}

/// Begins a draft.
pub fn draft(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<AnnouncementId, ActionError> {
    require(viewer, Duty::Contract)?;
    let (id, days) = (AnnouncementId(Uuid::new_v4()), days(conn, app, now)?);
    let starts_on = first_start(conn, days, now)?;
    announcements::create_draft(conn, id, starts_on, days, viewer.user, now)?;
    note(
        conn,
        actor(viewer),
        id,
        AnnouncementAuditEvent::Drafted,
        now,
    )?;
    Ok(id)
}

/// Changes a draft: the result of `edit` is saved, unless it returns an error.
pub fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AnnouncementId,
    edit: impl FnOnce(&mut Announcement, &[Entry]) -> Moved,
    now: DateTime<Utc>,
) -> Result<Moved, ActionError> {
    let mut draft = match lock_draft(conn, viewer, id)? {
        Ok(draft) => draft,
        Err(stands) => return Ok(Err(stands)),
    };
    let entries = sub_processors::list_entries(conn)?;
    if let Err(stands) = edit(&mut draft, &entries) {
        return Ok(Err(stands));
    }
    if draft.changes.len() > MOST_CHANGES {
        return Ok(Err(Standstill::TooMany));
    }
    announcements::save_draft(conn, &draft)?;
    note(
        conn,
        actor(viewer),
        id,
        AnnouncementAuditEvent::Changed,
        now,
    )?;
    Ok(Ok(()))
}

/// Deletes a draft.
pub fn discard(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AnnouncementId,
    now: DateTime<Utc>,
) -> Result<Moved, ActionError> {
    if let Err(stands) = lock_draft(conn, viewer, id)? {
        return Ok(Err(stands));
    }
    announcements::delete_draft(conn, id)?;
    note(
        conn,
        actor(viewer),
        id,
        AnnouncementAuditEvent::Discarded,
        now,
    )?;
    Ok(Ok(()))
}

/// Confirms a draft: the changes are entered into the list, and the run that sends the notices
/// begins. The administrator's password was asked again before.
pub fn confirm(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: AnnouncementId,
    now: DateTime<Utc>,
) -> Result<Moved, ActionError> {
    let mut draft = match lock_draft(conn, viewer, id)? {
        Ok(draft) => draft,
        Err(stands) => return Ok(Err(stands)),
    };
    sub_processors::lock_register(conn)?;
    let entries = sub_processors::list_entries(conn)?;
    // The contract of today counts, not the one of the day on which the draft was begun.
    draft.days = days(conn, app, now)?;
    if let Some(stands) = standstill(conn, &entries, &draft, now)? {
        return Ok(Err(stands));
    }
    let before = sub_processor::before(&entries);
    let after = sub_processor::after(&entries, &draft.changes);
    announcements::save_draft(conn, &draft)?;
    sub_processors::apply_changes(conn, id, &draft.changes, draft.starts_on)?;
    let new = NewRun {
        kind: RunKind::Announcement,
        subject: id.to_string(),
        starts_on: day(now),
        customers: Some(announcements::count_in_force(conn)?),
    };
    let run = create_run(conn, &new, now)?.ok_or(ActionError::Changed)?;
    announcements::mark_confirmed(conn, id, (&before, &after), run, viewer.user, now)?;
    note(
        conn,
        actor(viewer),
        id,
        AnnouncementAuditEvent::Confirmed,
        now,
    )?;
    Ok(Ok(()))
}

fn standstill(
    conn: &mut PgConnection,
    entries: &[Entry],
    draft: &Announcement,
    now: DateTime<Utc>,
) -> Result<Option<Standstill>, ActionError> {
    let incomplete = draft.reason.trim().is_empty() || draft.reason_en.trim().is_empty();
    Ok(if draft.changes.is_empty() {
        Some(Standstill::Empty)
    } else if !sub_processor::fits(entries, &draft.changes) {
        Some(Standstill::Outdated)
    } else if incomplete || !faults(entries, draft).is_empty() {
        Some(Standstill::Incomplete)
    } else if draft.starts_on < first_start(conn, draft.days, now)? {
        Some(Standstill::TooEarly)
    } else {
        None
    })
}

/// Pauses sending, or resumes it. Mails in the outbox are still sent: at most [`WAITING`], and
/// those the mail server has put off.
pub fn turn(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AnnouncementId,
    wanted: Turn,
    now: DateTime<Utc>,
) -> Result<Moved, ActionError> {
    require(viewer, Duty::Contract)?;
    let found = announcements::find_announcement(conn, id)?.ok_or(ActionError::NotFound)?;
    let Some(run) = found.run else {
        return Ok(Err(Standstill::OtherStage));
    };
    match bulk_runs::turn(conn, viewer, run, wanted, now) {
        Ok(()) => Ok(Ok(())),
        Err(ActionError::Refused(Refusal::Unchanged)) => Ok(Err(Standstill::OtherStage)),
        Err(error) => Err(error),
    }
}

/// Makes the notices with their mails, one batch in a transaction; a unique key allows one notice
/// per customer. The second round finds customers that concluded while the first one passed them.
pub const SENDING: Kind = Kind {
    rounds: Rounds::Two,
    room,
    note: note_event,
    ..Kind::new(RunKind::Announcement, next, Act::Batch(BATCH, act))
};

fn room(conn: &mut PgConnection) -> Result<i64, ActionError> {
    let waiting = announcements::count_waiting(conn, WAITING + PUT_OFF)?;
    Ok(if waiting.put_off >= PUT_OFF {
        0
    } else {
        WAITING - waiting.untried
    })
}

fn next(
    conn: &mut PgConnection,
    run: &BulkRun,
    limit: i64,
) -> Result<Vec<CustomerNumber>, ActionError> {
    let overtaken = (run.begun_at - OVERTAKEN, run.begun_at + OVERTAKEN);
    let only = (run.round > 1).then_some(overtaken);
    let id = subject_of(run)?;
    Ok(announcements::list_recipients(
        conn, id, run.after, only, limit,
    )?)
}

fn act(
    conn: &mut PgConnection,
    app: &App,
    run: &BulkRun,
    customers: &[CustomerNumber],
    now: DateTime<Utc>,
) -> Result<i64, ActionError> {
    let id = subject_of(run)?;
    let batch: Vec<(NoticeId, CustomerNumber, String)> =
        announcements::lock_recipients(conn, id, customers)?
            .into_iter()
            .map(|customer| (NoticeId(Uuid::new_v4()), customer, app.new_message_id()))
            .collect();
    if !batch.is_empty() {
        announcements::create_notices(conn, id, &batch, now)?;
    }
    Ok(i64::try_from(batch.len()).unwrap_or(i64::MAX))
}

fn note_event(
    conn: &mut PgConnection,
    actor: Actor,
    run: &BulkRun,
    event: RunEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = match event {
        RunEvent::Paused => AnnouncementAuditEvent::Paused,
        RunEvent::Resumed => AnnouncementAuditEvent::Resumed,
        RunEvent::Ended(_) => AnnouncementAuditEvent::Finished,
    };
    note(conn, actor, subject_of(run)?, event, now)
}

/// The further processors that a contract of this customer names at `now` (rows 39 and 42), and the
/// announcements whose changes are among them.
pub fn list_for_contract(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<(Vec<SubProcessor>, BTreeSet<AnnouncementId>), ActionError> {
    let entries = sub_processors::list_entries(conn)?;
    let without = sub_processors::list_excluded(conn, customer)?;
    let list = sub_processor::list_for_contract(&entries, day(now), &without);
    Ok((list, sub_processor::announced(&entries, &without)))
}

/// A locked draft, if the announcement still is one; for the operator.
fn lock_draft(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AnnouncementId,
) -> Result<Result<Announcement, Standstill>, ActionError> {
    require(viewer, Duty::Contract)?;
    let found = announcements::lock_announcement(conn, id)?.ok_or(ActionError::NotFound)?;
    Ok(if found.stage == Stage::Draft {
        Ok(found)
    } else {
        Err(Standstill::OtherStage)
    })
}

fn note(
    conn: &mut PgConnection,
    actor: Actor,
    id: AnnouncementId,
    event: AnnouncementAuditEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::Announcement { id, event },
        actor,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
