//! Erasing expired data (EV-16, row 52; the privacy notice promises it).

use chrono::{DateTime, Utc};

use super::case_command::actor;
use super::{ActionError, Actor, audit, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::retention::{self, Erasable, erasable, history_over};
use crate::domain::user::UserState;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{CustomerNumber, EmailAddress, UserId};
use crate::storage::audit::chain::Whose;
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::retention::{
    Cutoffs, count_forgettable_mails, erase_customer, erase_evidence, erase_round, forget_mails,
    list_candidates,
};
use crate::storage::user_erasure::{erase_user, find_by_address, lock_forgettable, lock_state};
use crate::storage::{PgConnection, QueryResult, cases, declarations, proposals};

/// Declarations erased in one transaction.
const PORTION: i64 = 200;
/// Users erased in one transaction, each with an event.
const USERS: i64 = 50;

/// Customers that may have expired data at `now`, at most `limit`.
pub fn candidates(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    match cutoffs(app, now) {
        Some(cutoffs) => list_candidates(conn, cutoffs, limit),
        None => Ok(Vec::new()),
    }
}

/// Erases the expired data of one customer, while its case is locked. True if there was any: a
/// candidate may turn out to have none yet.
pub fn erase(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let Some(case) = cases::lock_case(conn, customer, now)? else {
        return Ok(false);
    };
    let years = app.config.retention_years;
    let mut done = false;
    for item in erasable(&case, years, now) {
        done |= match item {
            Erasable::Customer => {
                erase_customer(conn, customer, now)?;
                erase_events(conn, app, customer, now, now)?;
                true
            }
            Erasable::Evidence(agreement) => {
                let was_there = erase_evidence(conn, agreement, now)?;
                if let Some(before) = history_over(&case, years, now).filter(|_| was_there) {
                    erase_events(conn, app, customer, before, now)?;
                }
                was_there
            }
            Erasable::Round(round) => {
                erase_round(conn, customer, round)?;
                true
            }
        };
    }
    Ok(done)
}

/// Erases the contents of a customer's audit events before a moment; the chain stays whole, with
/// signed tombstones (S-80).
fn erase_events(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    while audit::erase(conn, app, Whose::Customer(customer), before, now)? > 0 {}
    Ok(())
}

/// What [`erase`] would erase for one customer.
pub fn look(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<Vec<Erasable>, ActionError> {
    let case = cases::lock_case(conn, customer, now)?;
    Ok(case
        .map(|case| erasable(&case, app.config.retention_years, now))
        .unwrap_or_default())
}

/// Deletes a bounded number of mails that are no evidence. Returns how many.
pub fn forget_old_mails(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    match cutoffs(app, now) {
        Some(cutoffs) => forget_mails(conn, cutoffs.round),
        None => Ok(0),
    }
}

/// Erases a bounded number of reasons, notes, proofs and proposals that are no evidence: those of
/// declines and objections before conclusion, and proposals without effect. Returns how many.
pub fn forget_old_declarations(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let Some(cutoffs) = cutoffs(app, now) else {
        return Ok(0);
    };
    let declared = declarations::forget_old(conn, cutoffs.round, PORTION)?;
    Ok(declared + proposals::forget_old(conn, cutoffs.round, PORTION)?)
}

/// Erases the contents of a bounded number of the oldest events that belong to no case: sign-ins,
/// users, versions, the operator's data. They are kept as long as evidence that ended when they
/// were written (A9, EV-16). Returns how many.
pub fn forget_old_events(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<usize, ActionError> {
    match cutoffs(app, now) {
        Some(cutoffs) => audit::erase(conn, app, Whose::Nobody, cutoffs.evidence, now),
        None => Ok(0),
    }
}

/// Erases a bounded number of users who were locked twelve months ago, each with an event that
/// names only the key (A9). Returns how many.
pub fn forget_old_users(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<usize, ActionError> {
    let Some(cutoffs) = cutoffs(app, now) else {
        return Ok(0);
    };
    let users = lock_forgettable(conn, cutoffs.round, USERS)?;
    for user in &users {
        erase_user(conn, *user)?;
    }
    for user in &users {
        log_erased_user(conn, *user, Actor::Portal, now)?;
    }
    Ok(users.len())
}

/// Erases one user at once, as when that person asks for it. The user must be locked before; `None`
/// if there is no such user, `false` if it is not locked.
pub fn erase_user_by_command(
    conn: &mut PgConnection,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<Option<bool>, ActionError> {
    match find_by_address(conn, email)? {
        None => Ok(None),
        Some((_, false)) => Ok(Some(false)),
        Some((user, true)) => {
            erase_user(conn, user)?;
            log_erased_user(conn, user, Actor::Command, now)?;
            Ok(Some(true))
        }
    }
}

/// Erases one user at once for an administrator, as when that person asks for it. The user must be locked
/// before.
pub fn erase_locked_user(
    conn: &mut PgConnection,
    viewer: &Viewer,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Administration)?;
    match lock_state(conn, user)? {
        None => return Err(ActionError::NotFound),
        Some(UserState::Locked) => {}
        Some(UserState::Invited | UserState::Active | UserState::Erased) => {
            return Err(Refusal::Unchanged.into());
        }
    }
    erase_user(conn, user)?;
    log_erased_user(conn, user, actor(viewer), now)
}

pub(super) fn log_erased_user(
    conn: &mut PgConnection,
    user: UserId,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::UserErased { user: user.0 },
        actor,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// How many mails would be deleted.
pub fn count_old_mails(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<i64, ActionError> {
    match cutoffs(app, now) {
        Some(cutoffs) => Ok(count_forgettable_mails(conn, cutoffs.round)?),
        None => Ok(0),
    }
}

/// The latest ends of expired data; `None` only for a date before the calendar begins.
fn cutoffs(app: &App, now: DateTime<Utc>) -> Option<Cutoffs> {
    Some(Cutoffs {
        evidence: retention::evidence_cutoff(app.config.retention_years, now)?,
        round: retention::round_cutoff(now)?,
    })
}
