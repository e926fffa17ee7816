//! Users, as the operator's list knows them: of which kind one is, and how the account stands.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::viewer::OperatorRole;

/// Of which kind a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserKind {
    /// One of the operator's people.
    Operator(OperatorRole),
    /// User of a Mandant or Submandant.
    Partner,
    /// User of a customer.
    Customer,
}

impl UserKind {
    /// All of them, in the order in which they are offered for choice.
    pub fn all() -> impl Iterator<Item = Self> {
        let own = OperatorRole::ALL.iter().copied().map(Self::Operator);
        own.chain([Self::Partner, Self::Customer])
    }

    /// The kind with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::all().find(|kind| kind.to_string() == key)
    }

    /// The job of one of the operator's people.
    pub fn operator(self) -> Option<OperatorRole> {
        match self {
            Self::Operator(role) => Some(role),
            Self::Partner | Self::Customer => None,
        }
    }
}

/// Its key in the database and in addresses.
impl fmt::Display for UserKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(role) => role.fmt(f),
            Self::Partner => f.write_str("partner"),
            Self::Customer => f.write_str("customer"),
        }
    }
}

/// How the account of a user stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum UserState {
    /// Has not set a password yet.
    Invited,
    /// Can sign in.
    Active,
    /// Cannot sign in until the lock is undone (B5).
    Locked,
    /// Name and address are gone, which cannot be undone (A9).
    Erased,
}

impl UserState {
    /// Those the list can be narrowed to.
    pub const ALL: [Self; 3] = [Self::Invited, Self::Active, Self::Locked];

    /// Whether the user cannot sign in.
    pub fn is_shut(self) -> bool {
        matches!(self, Self::Locked | Self::Erased)
    }
}

/// What was changed of a user, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum UserChange {
    /// The name.
    Name {
        /// The one before.
        from: String,
    },
    /// The address the user signs in with. The log does not say which.
    Address,
    /// The job of one of the operator's people.
    Role {
        /// The one before.
        from: OperatorRole,
        /// The one since.
        to: OperatorRole,
    },
    /// The permission "Verträge" of a customer's user, with what it is since; before it was the other.
    Contracts {
        /// Whether the user has it now.
        may: bool,
    },
    /// The permission "Benutzerverwaltung", likewise.
    ManagesUsers {
        /// Whether the user has it now.
        may: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_state_is_found_by_its_key() {
        let kinds: Vec<String> = UserKind::all().map(|kind| kind.to_string()).collect();
        assert_eq!(
            kinds,
            [
                "administrator",
                "legal",
                "support",
                "auditor",
                "partner",
                "customer"
            ]
        );
        for kind in UserKind::all() {
            assert_eq!(UserKind::from_key(&kind.to_string()), Some(kind));
        }
        assert_eq!(UserKind::from_key("operator"), None);
        for state in UserState::ALL {
            assert_eq!(state.to_string().parse(), Ok(state));
        }
    }
}
