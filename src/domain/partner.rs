//! Partners as the pages about them need them: how one stands, the contract with it, what was done.

use serde::{Deserialize, Serialize};

use super::case::{Partner, Status};
use super::partner_contract::ContractState;

/// How a partner stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerState {
    /// It can be named, and works under its agreements.
    Active,
    /// The operator blocked it (row 49).
    Blocked,
    /// Its Mandant no longer works with it.
    Deactivated,
    /// Something is missing that a contract must say of it (LC-24).
    Incomplete,
    /// The operator has not released it yet.
    Unreleased,
    /// No contract under Art. 28(4) GDPR was recorded with it (C6).
    WithoutContract,
    /// That contract is over (C6).
    ContractOver,
}

impl PartnerState {
    /// How `partner` stands, looked at alone; the Mandant of a Submandant can be blocked besides.
    pub fn of(partner: &Partner, contract: ContractState) -> Self {
        if partner.blocked_at.is_some() {
            Self::Blocked
        } else if partner.deactivated_at.is_some() {
            Self::Deactivated
        } else if !partner.party.is_complete() {
            Self::Incomplete
        } else if partner.unreleased_since.is_some() {
            Self::Unreleased
        } else {
            match contract {
                ContractState::Missing => Self::WithoutContract,
                ContractState::Expired(_) => Self::ContractOver,
                ContractState::EndsSoon(_) | ContractState::Valid => Self::Active,
            }
        }
    }

    /// The AVV status whose look its tag borrows: as good or as bad.
    pub fn look(self) -> Status {
        match self {
            Self::Active => Status::Concluded,
            Self::Blocked => Status::Void,
            Self::Deactivated => Status::Ended,
            Self::Incomplete | Self::WithoutContract | Self::ContractOver => Status::NoEmail,
            Self::Unreleased => Status::Open,
        }
    }
}

/// What was done to a partner, as the audit keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PartnerAuditEvent {
    /// It was added.
    Added,
    /// Its contact data were changed.
    Changed {
        /// The name before, if it is another one now.
        former_name: Option<String>,
    },
    /// A contract under Art. 28(4) GDPR was recorded.
    ContractRecorded {
        /// SHA-256 of its file, if there is one.
        file_hash: Option<String>,
    },
    /// The operator blocked it.
    Blocked {
        /// The reason that was given.
        reason: String,
    },
    /// The operator took the block back.
    Unblocked,
    /// Its Mandant, or the operator, deactivated it.
    Deactivated,
    /// It was activated again.
    Activated,
    /// The operator released it, so that it can be named.
    Released,
    /// Another system gave it its key.
    Named {
        /// The key.
        key: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::tests::samples::{MANDANT, SUB, partner, utc};

    #[test]
    fn what_shuts_a_partner_out_says_more_than_what_is_missing() {
        let mut one = partner(SUB, Some(MANDANT));
        let day = chrono::NaiveDate::default();
        for (contract, state) in [
            (ContractState::Valid, PartnerState::Active),
            (ContractState::EndsSoon(day), PartnerState::Active),
            (ContractState::Expired(day), PartnerState::ContractOver),
            (ContractState::Missing, PartnerState::WithoutContract),
        ] {
            assert_eq!(PartnerState::of(&one, contract), state);
        }
        let state = |one: &Partner| PartnerState::of(one, ContractState::Missing);
        for field in [
            |one: &mut Partner| one.party.street.clear(),
            |one: &mut Partner| one.party.phone.clear(),
            |one: &mut Partner| one.party.represented_by = " ".to_owned(),
            |one: &mut Partner| one.party.email = None,
        ] {
            let mut one = one.clone();
            field(&mut one);
            assert_eq!(state(&one), PartnerState::Incomplete);
            assert!(!one.can_be_named() && !one.is_shut_out());
        }
        one.unreleased_since = Some(utc("2026-01-07T09:00:00Z"));
        assert_eq!(state(&one), PartnerState::Unreleased);
        assert!(!one.can_be_named() && !one.is_shut_out());
        one.deactivated_at = Some(utc("2026-01-07T09:00:00Z"));
        assert_eq!(state(&one), PartnerState::Deactivated);
        one.blocked_at = one.deactivated_at;
        assert_eq!(state(&one), PartnerState::Blocked);
        assert!(!one.can_be_named() && one.is_shut_out());
    }
}
