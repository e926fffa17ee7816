//! The mails the rules ask for, as values (requirements 5.3). They are queued in the transaction
//! that makes them true and rendered only when they are delivered. Everything that lists, names or
//! keeps mails reads their row in [`SPECS`].

mod kind;
mod news;

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::{PartnerId, UserId};
pub use kind::{Group, MailKind, MailSpec, MailVariant, SPECS};
pub use news::{Alert, Approval, CustomerNews, PartnerNews};

/// Why a request round was opened (5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum RequestReason {
    /// A booking made the AVV due.
    First,
    /// A user sent it by hand, or the customer asked for a new link.
    Manual,
    /// The sub-partner changed before conclusion.
    SubPartner,
    /// A further product must be covered.
    Product,
    /// Another Mandant looks after the customer (rows 10, 26).
    Partner,
    /// Name or address of the customer were corrected while the request was open.
    Particulars,
    /// An objection had been recorded in error (row 33).
    InError,
    /// The operator wants it concluded anew because the customer is another company now (row 48).
    Succession,
    /// A new version of the contract text is in force, and the request had not been answered yet
    /// (row 13).
    Version,
    /// The operator wants a newer contract version concluded than the one in force (row 36).
    RollOut,
}

impl RequestReason {
    /// All of them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Whether it asks for a new conclusion although the agreement in force may cover everything
    /// (rows 36, 48).
    pub fn is_demand(self) -> bool {
        match self {
            Self::Succession | Self::RollOut => true,
            Self::First
            | Self::Manual
            | Self::SubPartner
            | Self::Product
            | Self::Partner
            | Self::Particulars
            | Self::InError
            | Self::Version => false,
        }
    }
}

/// Who gets a mail. Addresses are looked up when it is delivered (L-08).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "to", content = "id", rename_all = "snake_case")]
pub enum Recipient {
    /// The customer's master-data address, always (L-07).
    Customer,
    /// Contact address of a partner or sub-partner.
    Partner(PartnerId),
    /// The customer's address before it was changed; the mail itself holds it (M15).
    FormerAddress,
    /// A user's own address.
    User(UserId),
    /// The operator's mailbox.
    Operator,
    /// Those who audit the operator (`AVV_AUDIT_MAIL`).
    Auditors,
}

/// How an account for the operator came to be able to do what it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Joined {
    /// It was added.
    #[default]
    Added,
    /// It had been there, and its lock was undone (B5).
    Unlocked,
    /// It had been there, and was given a role that may approve.
    Promoted,
    /// It had been there, and was given another address: somebody else may read its mail now.
    Readdressed,
}

/// As steps name it; see [`MailKind::step`].
impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer => f.write_str("customer"),
            Self::Partner(id) => write!(f, "partner-{id}"),
            Self::FormerAddress => f.write_str("former"),
            Self::User(id) => write!(f, "user-{id}"),
            Self::Operator => f.write_str("operator"),
            Self::Auditors => f.write_str("auditors"),
        }
    }
}

/// One part of a mail and the hash of what it says once it is decoded. In texts a line ends with
/// one line feed: how lines end changes on the way, what they say does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartHash {
    /// For example `text/plain`.
    pub content_type: String,
    /// Name of an attachment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// SHA-256, hex.
    pub sha256: String,
}
