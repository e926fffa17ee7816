//! Announcing changes of the register of general sub-processors (row 38): draft, confirmation,
//! sending in batches. What is confirmed stands in the register at once, with the day from which it
//! holds, so that new agreements contain it (row 42).

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use uuid::Uuid;

use super::{ActionError, Actor, door::actor, versions};
use crate::app::App;
use crate::contract::check;
use crate::domain::audit::{AnnouncementDeed, AuditKind};
use crate::domain::calendar::day;
use crate::domain::notice::{earliest_start, period_days};
use crate::domain::party::SubProcessor;
use crate::domain::sub_processor::{self, Entry, ListChange};
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{AnnouncementId, CustomerNumber, NoticeId};
use crate::storage::announcements::{self, Announcement, SWEEP, Stage};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::{PgConnection, sub_processors};

/// Customers of one batch; all that is ever in memory.
const BATCH: i64 = 200;
/// Mails with notices that may wait in the outbox for their first attempt, so that other mails are not
/// held up and sending can be interrupted.
const WAITING: i64 = 1000;
/// Mails with notices the mail server may have put off, beside those. They end by themselves
/// ([`super::delivery`]), so an announcement that has come to this limit goes on in the end.
const PUT_OFF: i64 = 20_000;
/// Longest list of changes of one announcement.
const MOST_CHANGES: usize = 30;
/// A conclusion that was under way when an announcement was confirmed began and ended within this time.
const OVERTAKEN: Duration = Duration::minutes(15);

/// Why an announcement did not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standstill {
    /// It is further than the page that was looked at.
    OtherStage,
    /// Nothing changes.
    Empty,
    /// Too many changes for one announcement.
    TooMany,
    /// The register has changed since; who leaves is not there any more.
    Outdated,
    /// A company lacks what the law wants known (LC-24, LC-30), or the reason is missing.
    Incomplete,
    /// The change would begin before the period is over (5.7).
    TooEarly,
}

/// Done, or why not.
pub type Moved = Result<(), Standstill>;

/// Days of the period under the contract that is offered now.
pub fn days(conn: &mut PgConnection, app: &App, now: DateTime<Utc>) -> Result<u32, ActionError> {
    let meta = &versions::offered(conn, app, now)?.meta;
    Ok(period_days(meta.notice_days, meta.objection_days))
}

/// The first day on which a change confirmed at `now` may begin. Without any agreement in force there
/// is nobody to tell, and a register can begin on the same day.
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

/// What is still to be mended before a list with these changes may be announced.
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
    operator_only(viewer)?;
    let (id, days) = (AnnouncementId(Uuid::new_v4()), days(conn, app, now)?);
    let starts_on = first_start(conn, days, now)?;
    announcements::create_draft(conn, id, starts_on, days, viewer.user, now)?;
    note(conn, actor(viewer), id, AnnouncementDeed::Drafted, now)?;
    Ok(id)
}

/// Changes a draft: what `edit` does to it is saved, unless it says why not.
pub fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AnnouncementId,
    edit: impl FnOnce(&mut Announcement, &[Entry]) -> Moved,
    now: DateTime<Utc>,
) -> Result<Moved, ActionError> {
    let mut draft = match lock(conn, viewer, id, &[Stage::Draft])? {
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
    note(conn, actor(viewer), id, AnnouncementDeed::Changed, now)?;
    Ok(Ok(()))
}

/// Throws a draft away.
pub fn discard(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AnnouncementId,
    now: DateTime<Utc>,
) -> Result<Moved, ActionError> {
    if let Err(stands) = lock(conn, viewer, id, &[Stage::Draft])? {
        return Ok(Err(stands));
    }
    announcements::delete_draft(conn, id)?;
    note(conn, actor(viewer), id, AnnouncementDeed::Discarded, now)?;
    Ok(Ok(()))
}

/// Confirms a draft: the register takes the changes, and the notices begin to go out. The
/// administrator's password was asked again before.
pub fn confirm(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: AnnouncementId,
    now: DateTime<Utc>,
) -> Result<Moved, ActionError> {
    let mut draft = match lock(conn, viewer, id, &[Stage::Draft])? {
        Ok(draft) => draft,
        Err(stands) => return Ok(Err(stands)),
    };
    sub_processors::lock_register(conn)?;
    let entries = sub_processors::list_entries(conn)?;
    // What the contract says now counts, not what it said when the draft was begun.
    draft.days = days(conn, app, now)?;
    if let Some(stands) = standstill(conn, &entries, &draft, now)? {
        return Ok(Err(stands));
    }
    let before = sub_processor::before(&entries);
    let after = sub_processor::after(&entries, &draft.changes);
    announcements::save_draft(conn, &draft)?;
    sub_processors::apply_changes(conn, id, &draft.changes, draft.starts_on)?;
    let recipients = announcements::count_in_force(conn)?;
    announcements::mark_confirmed(conn, id, (&before, &after), recipients, viewer.user, now)?;
    note(conn, actor(viewer), id, AnnouncementDeed::Confirmed, now)?;
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

/// Interrupts sending. What waits in the outbox still goes out: at most [`WAITING`] mails, and those
/// the mail server has put off.
pub fn pause(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AnnouncementId,
    now: DateTime<Utc>,
) -> Result<Moved, ActionError> {
    let deed = AnnouncementDeed::Paused;
    turn(conn, viewer, id, (Stage::Sending, Stage::Paused), deed, now)
}

/// Goes on with sending.
pub fn resume(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AnnouncementId,
    now: DateTime<Utc>,
) -> Result<Moved, ActionError> {
    let deed = AnnouncementDeed::Resumed;
    turn(conn, viewer, id, (Stage::Paused, Stage::Sending), deed, now)
}

fn turn(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AnnouncementId,
    (from, to): (Stage, Stage),
    deed: AnnouncementDeed,
    now: DateTime<Utc>,
) -> Result<Moved, ActionError> {
    if let Err(stands) = lock(conn, viewer, id, &[from])? {
        return Ok(Err(stands));
    }
    announcements::mark_stage(conn, id, to, now)?;
    note(conn, actor(viewer), id, deed, now)?;
    Ok(Ok(()))
}

/// What one step of sending did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing is being sent, or the outbox is full.
    Idle,
    /// So many customers have their notice now.
    Made(usize),
    /// An announcement has reached everybody.
    Finished,
}

/// Makes the next batch of notices with their mails, in one transaction with the place it has come
/// to: a killed process leaves nothing half done, and the key of a notice is one per customer.
pub fn send_next(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<Step, ActionError> {
    let Some(announcement) = announcements::lock_next_sending(conn)? else {
        return Ok(Step::Idle);
    };
    let waiting = announcements::count_waiting(conn, WAITING + PUT_OFF)?;
    let free = WAITING - waiting.untried;
    if free <= 0 || waiting.put_off >= PUT_OFF {
        return Ok(Step::Idle);
    }
    let confirmed_at = announcement.confirmed_at.unwrap_or(now);
    let overtaken = (confirmed_at - OVERTAKEN, confirmed_at + OVERTAKEN);
    let limit = free.min(BATCH);
    let found = announcements::list_recipients(conn, &announcement, overtaken, limit)?;
    let Some(last) = found.last().copied() else {
        return end(conn, &announcement, now);
    };
    let batch: Vec<(NoticeId, CustomerNumber, String)> =
        announcements::lock_recipients(conn, announcement.id, &found)?
            .into_iter()
            .map(|customer| (NoticeId(Uuid::new_v4()), customer, app.new_message_id()))
            .collect();
    if !batch.is_empty() {
        announcements::create_notices(conn, announcement.id, &batch, now)?;
    }
    let after = if announcement.after == SWEEP {
        SWEEP
    } else {
        last.0
    };
    let made = i64::try_from(batch.len()).unwrap_or(i64::MAX);
    announcements::save_progress(conn, announcement.id, made, after)?;
    Ok(Step::Made(batch.len()))
}

/// Everybody was looked at: once more for those who were overtaken, then it is over.
fn end(
    conn: &mut PgConnection,
    announcement: &Announcement,
    now: DateTime<Utc>,
) -> Result<Step, ActionError> {
    if announcement.after != SWEEP {
        announcements::save_progress(conn, announcement.id, 0, SWEEP)?;
        return Ok(Step::Made(0));
    }
    announcements::mark_stage(conn, announcement.id, Stage::Sent, now)?;
    let deed = AnnouncementDeed::Finished;
    note(conn, Actor::Portal, announcement.id, deed, now)?;
    Ok(Step::Finished)
}

/// The further processors a contract of this customer names at `now` (rows 39 and 42), and the
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

/// An announcement for the operator, locked, if it is in one of these stages.
fn lock(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AnnouncementId,
    stages: &[Stage],
) -> Result<Result<Announcement, Standstill>, ActionError> {
    operator_only(viewer)?;
    let found = announcements::lock_announcement(conn, id)?.ok_or(ActionError::NotFound)?;
    Ok(if stages.contains(&found.stage) {
        Ok(found)
    } else {
        Err(Standstill::OtherStage)
    })
}

fn operator_only(viewer: &Viewer) -> Result<(), ActionError> {
    if viewer.role == Role::Operator {
        Ok(())
    } else {
        Err(ActionError::NotAllowed)
    }
}

fn note(
    conn: &mut PgConnection,
    actor: Actor,
    id: AnnouncementId,
    deed: AnnouncementDeed,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::Announcement { id, deed },
        actor,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
