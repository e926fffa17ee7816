//! What can happen, in the words of other systems. The list is closed: it may grow, and nothing in it
//! is renamed or removed.

use serde::Serialize;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A type of event.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
pub enum EventType {
    /// A customer was added.
    #[serde(rename = "customer.created")]
    #[strum(serialize = "customer.created")]
    CustomerCreated,
    /// Its master data changed, or who looks after it.
    #[serde(rename = "customer.updated")]
    #[strum(serialize = "customer.updated")]
    CustomerUpdated,
    /// It was deleted.
    #[serde(rename = "customer.deleted")]
    #[strum(serialize = "customer.deleted")]
    CustomerDeleted,
    /// A product was booked.
    #[serde(rename = "booking.created")]
    #[strum(serialize = "booking.created")]
    BookingCreated,
    /// An option or the end of a booking changed.
    #[serde(rename = "booking.changed")]
    #[strum(serialize = "booking.changed")]
    BookingChanged,
    /// A booking is over.
    #[serde(rename = "booking.ended")]
    #[strum(serialize = "booking.ended")]
    BookingEnded,
    /// The customer was asked to conclude.
    #[serde(rename = "agreement.requested")]
    #[strum(serialize = "agreement.requested")]
    AgreementRequested,
    /// The customer was reminded.
    #[serde(rename = "agreement.reminded")]
    #[strum(serialize = "agreement.reminded")]
    AgreementReminded,
    /// The last reminder went unanswered.
    #[serde(rename = "agreement.expired")]
    #[strum(serialize = "agreement.expired")]
    AgreementExpired,
    /// The customer declined.
    #[serde(rename = "agreement.declined")]
    #[strum(serialize = "agreement.declined")]
    AgreementDeclined,
    /// The customer concluded.
    #[serde(rename = "agreement.concluded")]
    #[strum(serialize = "agreement.concluded")]
    AgreementConcluded,
    /// An agreement that was concluded outside of the portal was recorded.
    #[serde(rename = "agreement.recorded")]
    #[strum(serialize = "agreement.recorded")]
    AgreementRecorded,
    /// The customer objected.
    #[serde(rename = "agreement.objected")]
    #[strum(serialize = "agreement.objected")]
    AgreementObjected,
    /// A later agreement took the place of one.
    #[serde(rename = "agreement.replaced")]
    #[strum(serialize = "agreement.replaced")]
    AgreementReplaced,
    /// An agreement is not needed any more.
    #[serde(rename = "agreement.ended")]
    #[strum(serialize = "agreement.ended")]
    AgreementEnded,
    /// The customer was asked for a new conclusion beside the agreement in force.
    #[serde(rename = "agreement.update_requested")]
    #[strum(serialize = "agreement.update_requested")]
    AgreementUpdateRequested,
    /// A partner may work in modules since.
    #[serde(rename = "access.opened")]
    #[strum(serialize = "access.opened")]
    AccessOpened,
    /// A partner may not any more.
    #[serde(rename = "access.closed")]
    #[strum(serialize = "access.closed")]
    AccessClosed,
    /// The operator blocked a partner.
    #[serde(rename = "partner.blocked")]
    #[strum(serialize = "partner.blocked")]
    PartnerBlocked,
    /// The operator took the block back.
    #[serde(rename = "partner.unblocked")]
    #[strum(serialize = "partner.unblocked")]
    PartnerUnblocked,
    /// A mail to the customer came back or was refused.
    #[serde(rename = "delivery.bounced")]
    #[strum(serialize = "delivery.bounced")]
    DeliveryBounced,
    /// The notice of a change was handed over.
    #[serde(rename = "notice.sent")]
    #[strum(serialize = "notice.sent")]
    NoticeSent,
    /// The customer dissented from a change.
    #[serde(rename = "notice.dissented")]
    #[strum(serialize = "notice.dissented")]
    NoticeDissented,
    /// The dissent was settled.
    #[serde(rename = "notice.settled")]
    #[strum(serialize = "notice.settled")]
    NoticeSettled,
    /// A version of the contract text was published.
    #[serde(rename = "contract_version.published")]
    #[strum(serialize = "contract_version.published")]
    ContractVersionPublished,
    /// A product of the catalogue was added or changed: whether a partner may work in its areas, and
    /// whether customers need an agreement for it, may be otherwise since.
    #[serde(rename = "product.changed")]
    #[strum(serialize = "product.changed")]
    ProductChanged,
    /// Something needs a person at the operator.
    #[serde(rename = "alert.raised")]
    #[strum(serialize = "alert.raised")]
    AlertRaised,
    /// It does not any more.
    #[serde(rename = "alert.settled")]
    #[strum(serialize = "alert.settled")]
    AlertSettled,
}

impl EventType {
    /// All of them, in the order of the lists.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// As it is written: `customer.created`.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// What it is about: `customer`.
    pub fn noun(self) -> &'static str {
        self.key().split('.').next().unwrap_or_default()
    }

    /// Reads a key; `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }
}
