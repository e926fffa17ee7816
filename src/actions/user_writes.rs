//! Users of partners and customers as another system of the provider writes them, by its own keys. The
//! operator's people are never written so: who approves is made by people (S-39).

use chrono::{DateTime, Utc};

use super::user_changes::{Wanted, readdress};
use super::users::{add, send_password_link};
use super::{ActionError, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::client::{Client, ExternalId};
use crate::domain::user::{UserChange, UserState};
use crate::domain::viewer::{Acting as _, Duty, Role};
use crate::domain::{EmailAddress, UserId};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::logins::is_address_taken;
use crate::storage::user_list::{Company, UserLine, find_user};
use crate::storage::users::{self, NewUser, UserValues, lock_user, save_user};
use crate::storage::{PgConnection, external_ids, sessions};

/// A user of a partner or a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWrite {
    /// Key in the other system.
    pub key: ExternalId,
    /// The name.
    pub name: String,
    /// The address to sign in with.
    pub email: EmailAddress,
    /// For whom the user works, never changes; with the permission "Verträge" of a customer's user.
    pub role: Role,
    /// Permission "Benutzerverwaltung".
    pub manages_users: bool,
    /// Whether the user may sign in.
    pub active: bool,
}

/// What came of writing a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserWritten {
    /// The user was invited.
    Created,
    /// Something is otherwise since now.
    Changed {
        /// Whether a mail goes out because of it.
        is_told: bool,
    },
    /// All was so already.
    Unchanged,
    /// Another user has this address.
    AddressTaken,
    /// The user works for somebody else.
    OtherCompany,
}

/// Invites a user, or makes one what is written: other values, locked, or let in again. Whoever is let in
/// again sets a new password.
///
/// # Errors
/// [`ActionError::NotFound`] if a user who is not known is to be locked.
pub fn put(
    conn: &mut PgConnection,
    app: &App,
    client: &Client,
    new: &UserWrite,
    now: DateTime<Utc>,
) -> Result<UserWritten, ActionError> {
    require(client, Duty::Administration)?;
    if new.role.is_operator() {
        return Err(ActionError::NotAllowed);
    }
    external_ids::lock_key(conn, "user", new.key.as_str())?;
    // Two keys may want the same address.
    external_ids::lock_key(conn, "address", new.email.as_str())?;
    let Some(id) = external_ids::find_user(conn, &new.key)? else {
        return invite(conn, app, client, new, now);
    };
    lock_user(conn, id)?;
    let before = find_user(conn, id)?
        .filter(|user| user.state != UserState::Erased)
        .ok_or(ActionError::NotFound)?;
    if !works_for(&before, new.role) {
        return Ok(UserWritten::OtherCompany);
    }
    let wanted = Wanted {
        name: new.name.clone(),
        email: new.email.clone(),
        role: None,
        contracts: contracts(new.role),
        manages_users: new.manages_users,
    };
    let changes = wanted.changes(&before);
    if changes.contains(&UserChange::Address) && is_address_taken(conn, &new.email)? {
        return Ok(UserWritten::AddressTaken);
    }
    let is_locked = before.state == UserState::Locked;
    if !changes.is_empty() {
        change(conn, app, client, &before, (&wanted, &changes), now)?;
    }
    // A changed address is told to both, and whoever is let in again is invited.
    let is_told = changes.contains(&UserChange::Address) || new.active && is_locked;
    match (new.active, is_locked) {
        (true, true) => let_in(conn, app, client, (id, &new.name), now)?,
        (false, false) => lock(conn, client, (id, &new.name), now)?,
        _ if changes.is_empty() => return Ok(UserWritten::Unchanged),
        _ => {}
    }
    Ok(UserWritten::Changed { is_told })
}

fn invite(
    conn: &mut PgConnection,
    app: &App,
    client: &Client,
    new: &UserWrite,
    now: DateTime<Utc>,
) -> Result<UserWritten, ActionError> {
    if !new.active {
        return Err(ActionError::NotFound);
    }
    if is_address_taken(conn, &new.email)? {
        return Ok(UserWritten::AddressTaken);
    }
    let user = NewUser {
        email: new.email.clone(),
        name: new.name.clone(),
        role: new.role,
        manages_users: new.manages_users,
        password_hash: None,
    };
    let id = add(conn, app, client.actor(), &user, now)?;
    external_ids::name_user(conn, id, &new.key)?;
    Ok(UserWritten::Created)
}

fn works_for(user: &UserLine, role: Role) -> bool {
    match (&user.company, role) {
        (Company::Partner { id, .. }, Role::Partner(own) | Role::SubPartner(own)) => *id == own,
        (Company::Customer { number, .. }, Role::Customer { number: own, .. }) => *number == own,
        _ => false,
    }
}

fn contracts(role: Role) -> bool {
    matches!(
        role,
        Role::Customer {
            contracts: true,
            ..
        }
    )
}

fn change(
    conn: &mut PgConnection,
    app: &App,
    client: &Client,
    before: &UserLine,
    (wanted, changes): (&Wanted, &[UserChange]),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let values = UserValues {
        name: &wanted.name,
        email: &wanted.email,
        role: None,
        contracts: wanted.contracts,
        manages_users: wanted.manages_users,
    };
    save_user(conn, before.id, &values)?;
    if changes.contains(&UserChange::Address) {
        readdress(conn, app, before, now)?;
        sessions::delete_all(conn, before.id)?;
    }
    let kind = AuditKind::UserChanged {
        name: wanted.name.clone(),
        changes: changes.to_vec(),
    };
    note(conn, client, kind, now)
}

fn lock(
    conn: &mut PgConnection,
    client: &Client,
    (id, name): (UserId, &str),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if !users::disable_user(conn, id, now)? {
        return Err(Refusal::Unchanged.into());
    }
    let name = name.to_owned();
    note(conn, client, AuditKind::UserDisabled { name }, now)
}

fn let_in(
    conn: &mut PgConnection,
    app: &App,
    client: &Client,
    (id, name): (UserId, &str),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if !users::enable_user(conn, id, None)? {
        return Err(Refusal::Unchanged.into());
    }
    // A user of a deleted customer cannot be let in.
    users::find_viewer(conn, id)?.ok_or(ActionError::NotFound)?;
    send_password_link(conn, app, id, true, now)?;
    let name = name.to_owned();
    note(conn, client, AuditKind::UserEnabled { name }, now)
}

fn note(
    conn: &mut PgConnection,
    client: &Client,
    kind: AuditKind,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind,
        actor: client.actor(),
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
