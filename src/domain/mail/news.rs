//! What mails that share a text tell: news to customers and partners, alerts to the operator, and what
//! waits for a second person. Another piece of news of these is a variant here, a row in `wording/mail.rs`
//! and a few sentences in the template of its mail.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::domain::case::Covered;
use crate::domain::{AgreementImportId, PartnerId, ProposalId, VersionId};

/// What a customer is told without being asked for anything (M11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum CustomerNews {
    /// What was asked for is not needed any more (rows 19, 23).
    Withdrawn,
    /// A sub-partner no longer looks after the customer (row 24).
    SubPartnerLeft {
        /// The sub-partner that left.
        sub_partner: PartnerId,
    },
    /// One of several products has ended (row 43).
    ProductEnded {
        /// The product that ended.
        product: Covered,
    },
    /// The operator blocked a partner the agreement names (row 49).
    PartnerBlocked {
        /// The partner that is blocked.
        partner: PartnerId,
    },
}

/// What a partner is told (5.8-19: the fact and the date, never a reason).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PartnerNews {
    /// Concluded, access is open.
    Concluded,
    /// The customer declined.
    Declined,
    /// Three reminders went unanswered.
    Expired,
    /// The mail came back.
    Undeliverable,
    /// The customer objected, access is closed.
    Objected,
    /// The customer has another Mandant now, access is closed (rows 10, 26).
    Replaced,
    /// The reader looks after the customer from now on, as Mandant or as Submandant (C12).
    Assigned,
}

impl PartnerNews {
    /// All pieces of news.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// As it stands in steps.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Number of its mail in the requirements (5.3).
    pub fn number(self) -> &'static str {
        match self {
            Self::Concluded => "M4",
            Self::Declined | Self::Expired | Self::Undeliverable => "M5",
            Self::Objected | Self::Replaced => "M8",
            Self::Assigned => "M16",
        }
    }
}

/// What the operator is alerted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// An AVV is due but the customer has no e-mail address (L-09).
    NoAddress,
    /// The customer's address refuses mail.
    Undeliverable,
    /// A partner changed the address that requests go to (5.6-11).
    AddressByPartner,
    /// The operator entered an address that belongs to a partner of the customer (5.6-11).
    AddressOfPartner,
    /// A customer dissented from an announced change (row 39).
    Dissent,
    /// The mail with the concluded contract came back or was refused for good.
    ContractUndelivered,
}

impl Alert {
    /// All alerts, in the order in which they are declared.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}

/// What waits for a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Approval {
    /// What an administrator proposed.
    Proposal {
        /// Key of the proposal.
        id: ProposalId,
    },
    /// A version of the contract text that was submitted.
    Version {
        /// Key of the version.
        id: VersionId,
    },
    /// A file of agreements that were concluded outside the portal.
    Agreements {
        /// Key of the file.
        id: AgreementImportId,
    },
}
