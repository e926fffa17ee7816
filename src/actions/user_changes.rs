//! What administrators do with a user who is there already: change, invite once more, erase.

use chrono::{DateTime, Utc};

use super::administrators::{keep_one, tell_administrators};
use super::case_command::actor;
use super::form_version;
use super::users::{INVITATION_LIFE, send_password_link};
use super::{ActionError, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::mail::{Joined, MailKind, Recipient};
use crate::domain::user::{UserChange, UserKind, UserState};
use crate::domain::viewer::{Duty, OperatorRole, Viewer};
use crate::domain::{EmailAddress, UserId};
use crate::storage::administrators::count_as_made;
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::user_list::{UserLine, find_user};
use crate::storage::users::{self, UserValues, find_password_link_of, lock_user, save_user};
use crate::storage::{PgConnection, sessions};

/// What an administrator wants a user to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The name.
    pub name: String,
    /// The address to sign in with.
    pub email: EmailAddress,
    /// The job of one of the operator's people; not read for others.
    pub role: Option<OperatorRole>,
    /// Permission "Verträge"; read for users of customers.
    pub contracts: bool,
    /// Permission "Benutzerverwaltung"; read for users of partners and customers.
    pub manages_users: bool,
}

impl Wanted {
    /// What would be changed.
    pub fn changes(&self, before: &UserLine) -> Vec<UserChange> {
        let mut changes = Vec::new();
        if self.name != before.name {
            changes.push(UserChange::Name {
                from: before.name.clone(),
            });
        }
        if self.email.as_str() != before.email {
            changes.push(UserChange::Address);
        }
        match (before.kind, self.role) {
            (UserKind::Operator(from), Some(to)) if from != to => {
                changes.push(UserChange::Role { from, to });
            }
            _ => {}
        }
        if before.kind == UserKind::Customer && self.contracts != before.contracts {
            changes.push(UserChange::Contracts {
                may: self.contracts,
            });
        }
        if before.kind.operator().is_none() && self.manages_users != before.manages_users {
            changes.push(UserChange::ManagesUsers {
                may: self.manages_users,
            });
        }
        changes
    }
}

/// Whether a change touches more than the name, so that whoever makes it proves to be it once more (S-40).
pub fn weighs(changes: &[UserChange]) -> bool {
    changes
        .iter()
        .any(|change| !matches!(change, UserChange::Name { .. }))
}

/// Changes a user as the form wants that showed the values with the stamp `seen`; returns what was changed.
/// Nobody changes the own role or permissions. With another address or role the user is signed out everywhere
/// else; permissions are read anew with the next request (S-33). Who is given a role that may approve, or has
/// one and is given another address, counts as just made by whoever gave it (S-39). `csrf` is the token of the forms of the session that asks.
pub fn change(
    conn: &mut PgConnection,
    app: &App,
    (viewer, csrf): (&Viewer, &str),
    (user, seen): (UserId, &str),
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Vec<UserChange>, ActionError> {
    require(viewer, Duty::Administration)?;
    if wanted
        .role
        .is_some_and(|role| role != OperatorRole::Administrator)
        && viewer.user != user
    {
        keep_one(conn, viewer, user)?;
    }
    lock_user(conn, user)?;
    let before = find_user(conn, user)?
        .filter(|user| user.state != UserState::Erased)
        .ok_or(ActionError::NotFound)?;
    let changes = wanted.changes(&before);
    if changes.is_empty() {
        return Ok(changes);
    }
    if form_version::of_user(&before) != seen {
        return Err(ActionError::Changed);
    }
    let is_right =
        |change: &UserChange| !matches!(change, UserChange::Name { .. } | UserChange::Address);
    if viewer.user == user && changes.iter().any(is_right) {
        return Err(ActionError::NotAllowed);
    }
    let values = UserValues {
        name: &wanted.name,
        email: &wanted.email,
        role: wanted.role.filter(|_| before.kind.operator().is_some()),
        contracts: wanted.contracts && before.kind == UserKind::Customer,
        manages_users: wanted.manages_users && before.kind.operator().is_none(),
    };
    save_user(conn, user, &values)?;
    for change in &changes {
        match change {
            UserChange::Address => {
                readdress(conn, app, &before, now)?;
                let approves = before.kind.operator().is_some_and(OperatorRole::approves);
                if approves && viewer.user != user {
                    count_as_made(conn, user, viewer.user)?;
                    tell_administrators(conn, app, (user, Joined::Readdressed), viewer.user, now)?;
                }
            }
            UserChange::Role { to, .. } if to.approves() => {
                count_as_made(conn, user, viewer.user)?;
                tell_administrators(conn, app, (user, Joined::Promoted), viewer.user, now)?;
            }
            _ => {}
        }
    }
    let ends =
        |change: &UserChange| matches!(change, UserChange::Address | UserChange::Role { .. });
    if changes.iter().any(ends) {
        // The session that asks is the own one, or none of theirs.
        sessions::delete_others(conn, user, csrf)?;
    }
    let event = NewEvent {
        kind: AuditKind::UserChanged {
            name: wanted.name.clone(),
            changes: changes.clone(),
        },
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(changes)
}

/// The address has changed: links to set a password that went to the old one stop working, and both addresses
/// are told. Whoever has no password yet is invited at the new one instead; to that of a locked user goes
/// nothing, because nobody signs in with it.
pub(super) fn readdress(
    conn: &mut PgConnection,
    app: &App,
    before: &UserLine,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    users::delete_password_links(conn, before.id)?;
    for former in [EmailAddress::parse(&before.email).ok(), None] {
        if former.is_none() && before.state != UserState::Active {
            continue;
        }
        let at = if former.is_some() { "old" } else { "new" };
        let mail = NewMail {
            step: format!("address:{}:{at}:{}", before.id, now.timestamp_micros()),
            kind: MailKind::SignInAddressChanged { former },
            to: Recipient::User(before.id),
            customer: None,
            message_id: app.new_message_id(),
        };
        queue_mail(conn, &mail, now)?;
    }
    if before.state == UserState::Invited {
        send_password_link(conn, app, before.id, true, now)?;
    }
    Ok(())
}

/// Sends the invitation of a user once more; the link sent before stops working. `seen` is the end of the
/// invitation that the page showed: with a second click it is another one, and nothing is sent.
pub fn invite_again(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    (user, seen): (UserId, &str),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Administration)?;
    find_user(conn, user)?.ok_or(ActionError::NotFound)?;
    lock_user(conn, user)?;
    let before = find_user(conn, user)?.ok_or(ActionError::NotFound)?;
    if before.state != UserState::Invited || invitation_stamp(conn, user)? != seen {
        return Err(Refusal::Unchanged.into());
    }
    send_password_link(conn, app, user, true, now)?;
    let event = NewEvent {
        kind: AuditKind::InvitationSent { name: before.name },
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// Stamp of the invitation that was sent last.
pub fn invitation_stamp(conn: &mut PgConnection, user: UserId) -> Result<String, ActionError> {
    let last = find_password_link_of(conn, user)?;
    Ok(form_version::of(&last))
}

/// When the invitation was sent that is valid until then.
pub fn invited_at(valid_until: DateTime<Utc>) -> DateTime<Utc> {
    valid_until - INVITATION_LIFE
}
