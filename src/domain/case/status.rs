//! How a case can stand (requirements 4.4).

use strum::{EnumString, IntoStaticStr};

/// The words of requirements 4.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// No product needs an AVV.
    NotRequired,
    /// Needed, but the customer has not been asked.
    Open,
    /// Asked, no reminder yet.
    Requested,
    /// Asked and reminded.
    Reminded,
    /// Cannot be asked: the contract version in force has no annex for what is booked.
    TextMissing,
    /// Cannot be asked: no address.
    NoEmail,
    /// A partner entered the address, and the operator has to confirm it first: there is no other, or
    /// the agreement was concluded over it.
    AddressOpen,
    /// The address refuses mail.
    Undeliverable,
    /// Three reminders without reply.
    Expired,
    /// The customer declined.
    Declined,
    /// In force and complete.
    Concluded,
    /// In force, an amendment is asked for.
    UpdatePending,
    /// In force, but something it does not cover stays closed, and no request waits for an answer.
    AmendmentOpen,
    /// The customer objected.
    Void,
    /// In force, but another partner looks after the customer now.
    RenewalRequired,
    /// The need is over.
    Ended,
}

impl Status {
    /// All, in the order the filter shows them.
    pub const ALL: [Self; 16] = [
        Self::TextMissing,
        Self::NoEmail,
        Self::AddressOpen,
        Self::Undeliverable,
        Self::Expired,
        Self::RenewalRequired,
        Self::AmendmentOpen,
        Self::Open,
        Self::Requested,
        Self::Reminded,
        Self::Concluded,
        Self::UpdatePending,
        Self::Declined,
        Self::Void,
        Self::Ended,
        Self::NotRequired,
    ];

    /// Key in addresses, database and style sheet.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Reads a key; `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }
}
