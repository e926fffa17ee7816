//! New administrators: which users are notified, and when an account counts as a second person
//! (S-39).

use chrono::{DateTime, Utc};

use super::alerts::{AlertKind, Raised, raise};
use super::case_command::actor;
use super::{ActionError, require};
use crate::app::App;
use crate::domain::UserId;
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::mail::{Joined, MailKind, Recipient};
use crate::domain::second_person::are_independent;
use crate::domain::viewer::{Duty, Viewer};
use crate::storage::PgConnection;
use crate::storage::administrators::{
    confirm_administrator, list_active_administrators, list_administrators, lock_administrators,
};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::users;

/// Mails every other administrator and raises an alert (S-39), because one of the operator's people has
/// access to everything.
pub(super) fn tell_administrators(
    conn: &mut PgConnection,
    app: &App,
    (added, how): (UserId, Joined),
    maker: UserId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let alert = Raised {
        kind: AlertKind::AdministratorAdded,
        customer: None,
        subject: added.to_string(),
        stage: None,
    };
    raise(conn, &alert, now)?;
    for other in list_active_administrators(conn)? {
        if other == added || other == maker {
            continue;
        }
        let mail = NewMail {
            step: match how {
                Joined::Added => format!("administrator-added:{added}:{other}"),
                Joined::Unlocked | Joined::Promoted | Joined::Readdressed => format!(
                    "administrator-{how:?}:{added}:{other}:{}",
                    now.timestamp_micros()
                ),
            },
            kind: MailKind::AdministratorAdded { user: added, how },
            to: Recipient::User(other),
            customer: None,
            message_id: app.new_message_id(),
        };
        queue_mail(conn, &mail, now)?;
    }
    Ok(())
}

/// Locks the administrators, so that they come one after the other, and refuses to take `target` from them
/// if nobody else could sign in; also whoever is no administrator any more by then.
pub(super) fn keep_one(
    conn: &mut PgConnection,
    viewer: &Viewer,
    target: UserId,
) -> Result<(), ActionError> {
    let all = lock_administrators(conn)?;
    let is_there = |user: UserId| all.iter().any(|(one, _)| *one == user);
    if !is_there(target) {
        return Ok(());
    }
    // Whoever does it is signed in, so can sign in.
    let stays = |(one, can_sign_in): &(UserId, bool)| {
        *one != target && (*can_sign_in || *one == viewer.user)
    };
    if !all.iter().any(stays) {
        return Err(Refusal::LastAdministrator.into());
    }
    if is_there(viewer.user) {
        Ok(())
    } else {
        Err(ActionError::NotAllowed)
    }
}

/// A third administrator confirms the person behind a new administrator's account, so that it
/// counts as a second person at once. The administrator who made the account cannot confirm it, nor
/// can another account that may be the same person's.
pub fn confirm(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Administration)?;
    let all = list_administrators(conn)?;
    let wait = app.config.rules.new_administrator_wait;
    if !all.iter().any(|one| one.id == user) {
        return Err(ActionError::NotFound);
    }
    if !are_independent(&all, user, viewer.user, wait, now) {
        return Err(Refusal::NewAccount.into());
    }
    if !confirm_administrator(conn, user, viewer.user, now)? {
        return Err(Refusal::Unchanged.into());
    }
    let (name, _) = users::find_contact(conn, user)?.ok_or(ActionError::NotFound)?;
    let event = NewEvent {
        kind: AuditKind::AdministratorConfirmed { name },
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
