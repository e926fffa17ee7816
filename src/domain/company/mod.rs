//! The people of one company, who are managed by some of themselves: who may do what about whom, and
//! which permissions are passed on (1.9, 5.8-14).

use serde::{Deserialize, Serialize};

pub use super::user::UserState;
use super::viewer::{Role, Viewer};
use super::{CustomerNumber, PartnerId, UserId};

/// A company whose people sign in. A Mandant is one company and each of its Submandanten another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Company {
    /// A Mandant or a Submandant.
    Partner(PartnerId),
    /// A customer.
    Customer(CustomerNumber),
}

/// A permission that one person of a company passes on to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum UserRight {
    /// Seeing the contract and objecting to it; for people of customers.
    Contracts,
    /// "Benutzerverwaltung": managing the other people of the company.
    ManagesUsers,
}

/// The permissions of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct UserRights {
    /// [`UserRight::Contracts`].
    pub contracts: bool,
    /// [`UserRight::ManagesUsers`].
    pub manages_users: bool,
}

/// A person who can sign in, as the rules look at one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colleague {
    /// Key of the user.
    pub user: UserId,
    /// The company; the operator's people have none here.
    pub company: Option<Company>,
    /// What the person may do.
    pub rights: UserRights,
    /// Whether the person can sign in.
    pub state: UserState,
}

/// What a manager does about a person of the own company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Managing {
    /// Gives these permissions in place of the present ones; with the same ones, only the name changes.
    Change(UserRights),
    /// Has the invitation mailed once more.
    InviteAgain,
    /// Locks the person out.
    Lock,
    /// Undoes that.
    Unlock,
    /// Has name and address of a locked person erased.
    Erase,
}

/// Why a manager's wish is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDone {
    /// For this manager there is no such person (S-51): another company's, the operator's, or the manager.
    Unknown,
    /// The manager does not have the permission, and so neither gives nor takes it.
    Lacks(UserRight),
    /// The person is not in the state for it; most of the time this is a second click.
    Unchanged,
}

impl Company {
    /// The permissions that people of such a company can have.
    pub fn rights(self) -> &'static [UserRight] {
        match self {
            Self::Partner(_) => &[UserRight::ManagesUsers],
            Self::Customer(_) => &[UserRight::Contracts, UserRight::ManagesUsers],
        }
    }
}

impl UserRights {
    /// Whether it is among them.
    pub fn has(self, right: UserRight) -> bool {
        match right {
            UserRight::Contracts => self.contracts,
            UserRight::ManagesUsers => self.manages_users,
        }
    }

    /// The same with or without `right`.
    pub fn with(mut self, right: UserRight, given: bool) -> Self {
        match right {
            UserRight::Contracts => self.contracts = given,
            UserRight::ManagesUsers => self.manages_users = given,
        }
        self
    }

    /// Those that are there.
    pub fn list(self) -> Vec<UserRight> {
        let all = <UserRight as strum::VariantArray>::VARIANTS.iter();
        all.copied().filter(|right| self.has(*right)).collect()
    }
}

impl Role {
    /// The company the person works for; the operator's people are managed by the operator alone.
    pub fn company(self) -> Option<Company> {
        match self {
            Self::Operator(_) => None,
            Self::Partner(id) | Self::SubPartner(id) => Some(Company::Partner(id)),
            Self::Customer { number, .. } => Some(Company::Customer(number)),
        }
    }
}

impl Viewer {
    /// What this person may do and pass on.
    pub fn rights(&self) -> UserRights {
        UserRights {
            contracts: matches!(
                self.role,
                Role::Customer {
                    contracts: true,
                    ..
                }
            ),
            manages_users: self.manages_users,
        }
    }

    /// The company whose people this person manages.
    pub fn manages(&self) -> Option<Company> {
        self.role.company().filter(|_| self.manages_users)
    }
}

/// Which permissions somebody new gets from `manager`.
///
/// # Errors
/// [`NotDone::Lacks`] for one that the manager does not have, or that such a company cannot have.
pub fn invited(manager: &Viewer, asked: UserRights) -> Result<UserRights, NotDone> {
    let company = manager.manages().ok_or(NotDone::Unknown)?;
    passed_on(manager, company, UserRights::default(), asked)
}

/// How `about` stands after `manager` has done this.
///
/// Locking somebody needs no permission but "Benutzerverwaltung", because it is done when there is no time;
/// letting in again and erasing for good are for those who have every permission of that person, because
/// the first gives them back and the second takes them.
///
/// # Errors
/// [`NotDone`].
pub fn managed(manager: &Viewer, about: Colleague, what: Managing) -> Result<Colleague, NotDone> {
    let company = manager.manages().ok_or(NotDone::Unknown)?;
    if !is_managed_by(manager, about) {
        return Err(NotDone::Unknown);
    }
    let lacking = || passed_on(manager, company, UserRights::default(), about.rights);
    let stands = |state| Colleague { state, ..about };
    match (what, about.state) {
        (Managing::Change(asked), UserState::Invited | UserState::Active) => Ok(Colleague {
            rights: passed_on(manager, company, about.rights, asked)?,
            ..about
        }),
        (Managing::InviteAgain, UserState::Invited) => Ok(about),
        (Managing::Lock, UserState::Invited | UserState::Active) => Ok(stands(UserState::Locked)),
        (Managing::Unlock, UserState::Locked) => lacking().map(|_| stands(UserState::Invited)),
        (Managing::Erase, UserState::Locked) => lacking().map(|_| stands(UserState::Erased)),
        _ => Err(NotDone::Unchanged),
    }
}

/// Whether `about` is somebody `manager` may do something about: of the same company, and somebody else.
pub fn is_managed_by(manager: &Viewer, about: Colleague) -> bool {
    let own = manager.manages();
    own.is_some() && about.company == own && about.user != manager.user
}

fn passed_on(
    manager: &Viewer,
    company: Company,
    before: UserRights,
    asked: UserRights,
) -> Result<UserRights, NotDone> {
    let refused = <UserRight as strum::VariantArray>::VARIANTS
        .iter()
        .filter(|right| before.has(**right) != asked.has(**right))
        .find(|right| !manager.rights().has(**right) || !company.rights().contains(right));
    match refused {
        Some(right) => Err(NotDone::Lacks(*right)),
        None => Ok(asked),
    }
}

#[cfg(test)]
mod tests;
