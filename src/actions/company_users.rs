//! A company's people, managed by some of themselves (1.9): inviting, changing, locking and erasing. The
//! operator manages everybody by [`super::users`]; the rules are [`crate::domain::company`].

use chrono::{DateTime, Utc};

use super::case_command::actor;
use super::retention::log_erased_user;
use super::throttle::{Attempted, may_reset, note_invitation};
use super::users::{add, send_invitation};
use super::{ActionError, form_version};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Denied, Refusal};
use crate::domain::company::{
    Company, Managing, NotDone, UserRights, UserState, invited, is_managed_by, managed,
};
use crate::domain::unlinked::may_stand_in_mail;
use crate::domain::user::UserChange;
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{EmailAddress, UserId};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::company_users::{
    CompanyUser, CompanyUserQuery, find_company_user, list_company_users, lock_both,
    save_company_user,
};
use crate::storage::user_erasure::erase_user;
use crate::storage::users::{NewUser, find_credentials};
use crate::storage::{PgConnection, logins, partners, users};

/// Somebody to be invited.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The person's full name.
    pub name: String,
    /// Where the invitation goes, and what the person signs in with.
    pub email: EmailAddress,
    /// What the person may do.
    pub rights: UserRights,
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationSent {
    /// It is on its way, or was already when the form came a second time.
    Yes,
    /// Somebody signs in with the address already; whose it is, is not told.
    AddressTaken,
}

/// A page of the people of the viewer's own company.
pub fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    query: &CompanyUserQuery,
) -> Result<Vec<CompanyUser>, ActionError> {
    let company = viewer.manages().ok_or(ActionError::NotFound)?;
    Ok(list_company_users(conn, company, query)?)
}

/// A person whom the viewer manages.
pub fn find(
    conn: &mut PgConnection,
    viewer: &Viewer,
    user: UserId,
) -> Result<CompanyUser, ActionError> {
    find_company_user(conn, user)?
        .filter(|found| is_managed_by(viewer, found.person))
        .ok_or(ActionError::NotFound)
}

/// Whether the viewer's company is blocked, or the Mandant above it: then nobody of it manages anybody
/// (row 49).
pub fn is_blocked(conn: &mut PgConnection, viewer: &Viewer) -> Result<bool, ActionError> {
    let mut next = viewer.role.partner();
    while let Some(id) = next {
        let Some(partner) = partners::find_partner(conn, id)? else {
            return Ok(true);
        };
        if partner.is_shut_out() {
            return Ok(true);
        }
        next = partner.parent;
    }
    Ok(false)
}

/// Adds somebody to the viewer's company and mails the invitation.
pub fn invite(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    new: &Invitation,
    source: &str,
    now: DateTime<Utc>,
) -> Result<InvitationSent, ActionError> {
    let (viewer, company) = manager(conn, viewer, viewer.user)?;
    let rights = invited(&viewer, new.rights)?;
    refuse_link(&new.name)?;
    if is_sent_twice(conn, company, new)? {
        return Ok(InvitationSent::Yes);
    }
    // Refused ones count as well: nobody finds out by hundreds who signs in here.
    note_invitation(conn, app, company, source, now)?;
    if logins::is_address_taken(conn, &new.email)? {
        return Ok(InvitationSent::AddressTaken);
    }
    let user = NewUser {
        email: new.email.clone(),
        name: new.name.clone(),
        role: match viewer.role {
            Role::Customer { number, .. } => Role::Customer {
                number,
                contracts: rights.contracts,
            },
            role => role,
        },
        manages_users: rights.manages_users,
        password_hash: None,
    };
    add(conn, app, actor(&viewer), &user, now)?;
    Ok(InvitationSent::Yes)
}

/// Whether this very person of the company was invited already and has not set a password yet: the form was
/// sent twice, for example by a double click.
fn is_sent_twice(
    conn: &mut PgConnection,
    company: Company,
    new: &Invitation,
) -> Result<bool, ActionError> {
    let Some(found) = find_credentials(conn, &new.email)? else {
        return Ok(false);
    };
    Ok(find_company_user(conn, found.user)?.is_some_and(|found| {
        found.person.company == Some(company)
            && found.person.state == UserState::Invited
            && found.name == new.name
            && found.person.rights == new.rights
    }))
}

/// Stamp of a form with a person's name and permissions (B1).
pub fn stamp(user: &CompanyUser) -> String {
    let rights = user.person.rights;
    form_version::of(&(&user.name, rights.contracts, rights.manages_users))
}

/// Gives a person another name or other permissions; `seen` is the [`stamp`] of what the form showed.
pub fn change(
    conn: &mut PgConnection,
    viewer: &Viewer,
    user: UserId,
    (name, rights): (&str, UserRights),
    seen: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (viewer, found) = lock_managed(conn, viewer, user)?;
    let after = managed(&viewer, found.person, Managing::Change(rights))?;
    if stamp(&found) != seen {
        return Err(ActionError::Changed);
    }
    if found.name == name && found.person == after {
        return Err(Refusal::Unchanged.into());
    }
    refuse_link(name)?;
    save_company_user(conn, user, name, after.rights)?;
    let mut changes = Vec::new();
    if found.name != name {
        changes.push(UserChange::Name { from: found.name });
    }
    let (before, after) = (found.person.rights, after.rights);
    if before.contracts != after.contracts {
        changes.push(UserChange::Contracts {
            may: after.contracts,
        });
    }
    if before.manages_users != after.manages_users {
        changes.push(UserChange::ManagesUsers {
            may: after.manages_users,
        });
    }
    let kind = AuditKind::UserChanged {
        name: name.to_owned(),
        changes,
    };
    note(conn, &viewer, kind, now)
}

/// Mails the invitation of somebody who has not set a password yet once more.
pub fn invite_again(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    user: UserId,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (viewer, found) = lock_managed(conn, viewer, user)?;
    managed(&viewer, found.person, Managing::InviteAgain)?;
    if !may_reset(conn, &Attempted::new(app, &found.email, source), now)? {
        return Err(ActionError::TooManyAttempts(3_600));
    }
    invitation(conn, app, &viewer, user, source, now)?;
    note(
        conn,
        &viewer,
        AuditKind::InvitationSent { name: found.name },
        now,
    )
}

/// Locks a person; all sessions end with the same commit (S-33).
pub fn lock(
    conn: &mut PgConnection,
    viewer: &Viewer,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (viewer, found) = lock_managed(conn, viewer, user)?;
    managed(&viewer, found.person, Managing::Lock)?;
    users::disable_user(conn, user, now)?;
    note(
        conn,
        &viewer,
        AuditKind::UserDisabled { name: found.name },
        now,
    )
}

/// Lets a locked person in again, who sets a new password by an invitation (B5).
pub fn unlock(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    user: UserId,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (viewer, found) = lock_managed(conn, viewer, user)?;
    managed(&viewer, found.person, Managing::Unlock)?;
    users::enable_user(conn, user, Some(viewer.user))?;
    invitation(conn, app, &viewer, user, source, now)?;
    note(
        conn,
        &viewer,
        AuditKind::UserEnabled { name: found.name },
        now,
    )
}

/// Erases name, address and password of a locked person for good (A9).
pub fn erase(
    conn: &mut PgConnection,
    viewer: &Viewer,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (viewer, found) = lock_managed(conn, viewer, user)?;
    managed(&viewer, found.person, Managing::Erase)?;
    erase_user(conn, user)?;
    log_erased_user(conn, user, actor(&viewer), now)
}

/// A name stands in the operator's mails: it must not be turned into a link (S-26).
fn refuse_link(name: &str) -> Result<(), ActionError> {
    if may_stand_in_mail(name) {
        Ok(())
    } else {
        Err(Refusal::LinkInName.into())
    }
}

fn invitation(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    user: UserId,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let company = viewer.manages().ok_or(ActionError::NotFound)?;
    note_invitation(conn, app, company, source, now)?;
    send_invitation(conn, app, user, Some(viewer.user), now)
}

/// The viewer as stored now, if there is still somebody to manage: the permission may have been taken since
/// the request came in. Locks the rows of both.
fn manager(
    conn: &mut PgConnection,
    viewer: &Viewer,
    about: UserId,
) -> Result<(Viewer, Company), ActionError> {
    lock_both(conn, viewer.user, about)?;
    let viewer = users::find_viewer(conn, viewer.user)?.ok_or(ActionError::NotFound)?;
    let company = viewer.manages().ok_or(ActionError::NotFound)?;
    if is_blocked(conn, &viewer)? {
        return Err(ActionError::Denied(Denied::Blocked));
    }
    Ok((viewer, company))
}

fn lock_managed(
    conn: &mut PgConnection,
    viewer: &Viewer,
    user: UserId,
) -> Result<(Viewer, CompanyUser), ActionError> {
    let (viewer, _) = manager(conn, viewer, user)?;
    let found = find(conn, &viewer, user)?;
    Ok((viewer, found))
}

fn note(
    conn: &mut PgConnection,
    viewer: &Viewer,
    kind: AuditKind,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind,
        actor: actor(viewer),
        // The history of a customer is read by its partners, too.
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

impl From<NotDone> for ActionError {
    fn from(why: NotDone) -> Self {
        match why {
            NotDone::Unknown => Self::NotFound,
            NotDone::Lacks(_) => Self::NotAllowed,
            NotDone::Unchanged => Self::Refused(Refusal::Unchanged),
        }
    }
}
