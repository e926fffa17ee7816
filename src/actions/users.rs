//! Setting passwords, adding, disabling and enabling users. Signing in is in [`super::throttle`].

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::administrators::{keep_one, tell_administrators};
use super::identities::only_way;
use super::throttle::{Attempted, may_reset};
use super::{ActionError, Actor, case_command::actor};
use crate::app::App;
use crate::domain::audit::{AuditKind, Counts};
use crate::domain::case::Refusal;
use crate::domain::mail::{Joined, MailKind, Recipient};
use crate::domain::viewer::{Duty, Role, Viewer};
use crate::domain::{EmailAddress, UserId};
use crate::storage::PgConnection;
use crate::storage::agreements::is_any_concluded;
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::users::{self, NewUser};

/// Lifetime of a link to reset a password (S-38).
const RESET_LIFE: Duration = Duration::minutes(60);
/// Lifetime of an invitation.
pub const INVITATION_LIFE: Duration = Duration::days(7);

/// "Passwort vergessen": mails a link if the account exists. The caller gives the same answer in
/// either case.
pub fn request_password_link(
    conn: &mut PgConnection,
    app: &App,
    email: &str,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let who = Attempted::new(app, email, source);
    if !may_reset(conn, &who, now)? {
        return Ok(());
    }
    let found = match EmailAddress::parse(email) {
        Ok(email) => users::find_credentials(conn, &email)?,
        Err(_) => None,
    };
    match found {
        // A password would be a way past the issuer.
        Some(found) if only_way(conn, app, found.user)?.is_some() => Ok(()),
        Some(found) => {
            send_password_link(conn, app, found.user, found.password_hash.is_none(), now)
        }
        None => Ok(()),
    }
}

pub(super) fn send_password_link(
    conn: &mut PgConnection,
    app: &App,
    user: UserId,
    invitation: bool,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    send_link(conn, app, user, (invitation, None), now)
}

/// Mails an invitation; `by` is who asked for it.
pub(super) fn send_invitation(
    conn: &mut PgConnection,
    app: &App,
    user: UserId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    send_link(conn, app, user, (true, by), now)
}

fn send_link(
    conn: &mut PgConnection,
    app: &App,
    user: UserId,
    (invitation, by): (bool, Option<UserId>),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let id = Uuid::new_v4();
    users::create_password_link(
        conn,
        id,
        user,
        now + if invitation {
            INVITATION_LIFE
        } else {
            RESET_LIFE
        },
    )?;
    let mail = NewMail {
        step: format!("password:{id}"),
        kind: MailKind::SetPassword { invitation, by },
        to: Recipient::User(user),
        customer: None,
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &mail, now)?;
    Ok(())
}

/// Sets a password by a mailed link: uses the link up, ends all sessions, notifies the user (S-38).
pub fn set_password(
    conn: &mut PgConnection,
    app: &App,
    link: Uuid,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (user, _) = users::find_password_link(conn, link, now)?.ok_or(ActionError::NotFound)?;
    if !users::use_password_link(conn, link, now)? {
        return Err(ActionError::NotFound);
    }
    let viewer = users::find_viewer(conn, user)?.ok_or(ActionError::NotFound)?;
    users::save_password(conn, user, hash)?;
    let mail = NewMail {
        step: format!("password-changed:{link}"),
        kind: MailKind::PasswordChanged,
        to: Recipient::User(user),
        customer: None,
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &mail, now)?;
    let event = NewEvent {
        kind: AuditKind::PasswordSet,
        actor: actor(&viewer),
        customer: None,
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(())
}

/// Adds a user and mails an invitation to set a password.
pub fn add(
    conn: &mut PgConnection,
    app: &App,
    by: Actor,
    new: &NewUser,
    now: DateTime<Utc>,
) -> Result<UserId, ActionError> {
    let is_operator = new.role.is_operator();
    let made_by = by.user().filter(|_| is_operator);
    let id = users::create_user(conn, new, made_by, now)?;
    if new.password_hash.is_none() {
        send_invitation(conn, app, id, by.user(), now)?;
    }
    if let Some(maker) = made_by {
        tell_administrators(conn, app, (id, Joined::Added), maker, now)?;
    }
    log_added(conn, by, new, now)?;
    Ok(id)
}

/// Adds a user and returns the invitation link to the caller: the first administrator is added
/// before mails can be sent (S-39).
pub fn add_with_link(
    conn: &mut PgConnection,
    by: Actor,
    new: &NewUser,
    now: DateTime<Utc>,
) -> Result<(UserId, Uuid), ActionError> {
    let id = users::create_user(conn, new, None, now)?;
    let link = Uuid::new_v4();
    users::create_password_link(conn, link, id, now + INVITATION_LIFE)?;
    log_added(conn, by, new, now)?;
    Ok((id, link))
}

fn log_added(
    conn: &mut PgConnection,
    by: Actor,
    new: &NewUser,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let counts = match (&by, new.role) {
        (Actor::User { .. }, Role::Operator(_)) if is_any_concluded(conn)? => Some(Counts::Later),
        (Actor::User { .. }, Role::Operator(_)) => Some(Counts::SetUp),
        (_, Role::Operator(_)) => Some(Counts::Command),
        _ => None,
    };
    let event = NewEvent {
        kind: AuditKind::UserAdded {
            name: new.name.clone(),
            role: match new.role {
                Role::Operator(role) => Some(role),
                _ => None,
            },
            counts,
            rights: new.rights().list(),
        },
        actor: by,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// Unlocks a user (B5). The old password is not valid any more, because it may be known to others:
/// an invitation to set a new one is sent to the stored address. As an administrator has access to
/// everything, the others are notified of an unlocked one, and it counts as made by the
/// administrator who unlocked it (S-39).
pub fn enable(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if !viewer.role.has(Duty::Administration) || viewer.user == user {
        return Err(ActionError::NotAllowed);
    }
    let (name, _) = users::find_contact(conn, user)?.ok_or(ActionError::NotFound)?;
    if !users::enable_user(conn, user, Some(viewer.user))? {
        return Err(Refusal::Unchanged.into());
    }
    // A user of a deleted customer cannot be unlocked.
    let back = users::find_viewer(conn, user)?.ok_or(ActionError::NotFound)?;
    send_password_link(conn, app, user, true, now)?;
    if back.role.is_operator() {
        tell_administrators(conn, app, (user, Joined::Unlocked), viewer.user, now)?;
    }
    let event = NewEvent {
        kind: AuditKind::UserEnabled { name },
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// Disables a user; all sessions end with the same commit (S-33). One administrator stays, also when two
/// lock each other at the same moment.
pub fn disable(
    conn: &mut PgConnection,
    viewer: &Viewer,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if !viewer.role.has(Duty::Administration) || viewer.user == user {
        return Err(ActionError::NotAllowed);
    }
    keep_one(conn, viewer, user)?;
    let (name, _) = users::find_contact(conn, user)?.ok_or(ActionError::NotFound)?;
    if users::disable_user(conn, user, now)? {
        let event = NewEvent {
            kind: AuditKind::UserDisabled { name },
            actor: actor(viewer),
            customer: None,
            status: None,
        };
        add_event(conn, &event, now)?;
    }
    Ok(())
}
