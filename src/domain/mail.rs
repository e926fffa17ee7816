//! The mails the rules ask for, as values (requirements 5.3). They are queued in the transaction
//! that makes them true and rendered only when they are delivered.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::case::Covered;
use super::{
    AddressId, AgreementId, EmailAddress, LinkId, NoticeId, PartnerId, ProposalId, UserId,
    VersionId,
};

/// Which mail, with what it needs to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MailKind {
    /// M1: please conclude, with a consent link.
    Request {
        /// The link it carries.
        link: LinkId,
        /// Why it is sent; chooses the wording.
        reason: RequestReason,
    },
    /// M2.n: reminder n of 3, with a new link.
    Reminder {
        /// The link it carries.
        link: LinkId,
        /// 1 to 3.
        number: u8,
    },
    /// M3: the concluded contract as PDF.
    Concluded {
        /// Which agreement.
        agreement: AgreementId,
    },
    /// M6: the customer's decline is confirmed.
    Declined,
    /// M7: the customer's objection is confirmed.
    Objected {
        /// Which agreement became void.
        agreement: AgreementId,
    },
    /// M12: there is a new contract version, and nothing is to be done (row 35).
    NewVersion {
        /// Its number.
        version: String,
    },
    /// M11: a short note to the customer that asks for nothing.
    Notice {
        /// What happened.
        news: CustomerNews,
    },
    /// M9: a change of the general sub-processors is announced (row 38).
    Announcement {
        /// The notice it carries.
        notice: NoticeId,
    },
    /// M10: the customer's dissent is confirmed (row 39).
    Dissented {
        /// From which notice.
        notice: NoticeId,
    },
    /// What came of the customer's dissent (row 41).
    DissentSettled {
        /// From which notice.
        notice: NoticeId,
    },
    /// M13: the agreement has ended; what happens to the data and how long the proof is kept. With
    /// `partner_left` it says as well that nobody looks after the customer any more (row 29).
    Ended {
        /// Which agreement.
        agreement: AgreementId,
        /// Because no partner is assigned any more.
        partner_left: bool,
    },
    /// M15: tells the former address that requests go to another one now, or soon.
    AddressChanged {
        /// The former address, which is not in the master data any more.
        old: EmailAddress,
        /// The address that a partner entered and that waits; the mail then carries the link by
        /// which it is stopped (A4). `None`: another one stands in the master data already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entered: Option<AddressId>,
    },
    /// M4, M5, M8: what a partner may know, without link and without contract.
    PartnerInfo {
        /// What happened.
        news: PartnerNews,
    },
    /// M8 to a blocked partner: no customer of it can be administered until further notice (row 49).
    PartnerBlocked,
    /// M14: something needs a person at the operator.
    Alert {
        /// What happened.
        alert: Alert,
    },
    /// M14 about a partner: the contract under Art. 28(4) GDPR with it ends, or is over (C6).
    PartnerContractEnds {
        /// Which partner.
        partner: PartnerId,
        /// Its last day.
        last: NaiveDate,
    },
    /// Something waits for a second person of the operator (C9).
    Approval {
        /// What.
        what: Approval,
    },
    /// Link to set a password, for a new user or after "Passwort vergessen".
    SetPassword {
        /// `true` for the first password of a new user.
        invitation: bool,
    },
    /// Notice to a user that the password was changed (S-38).
    PasswordChanged,
    /// Notice to an administrator that another account for the operator was made, or unlocked (S-39).
    AdministratorAdded {
        /// The new account.
        user: UserId,
        /// Whether it had been there and its lock was undone (B5).
        #[serde(default)]
        unlocked: bool,
    },
}

impl MailKind {
    /// Whether it is about an announced change of sub-processors: a matter between the customer and
    /// the operator, of which partners learn nothing.
    pub fn is_about_change(&self) -> bool {
        matches!(
            self,
            Self::Announcement { .. }
                | Self::Dissented { .. }
                | Self::DissentSettled { .. }
                | Self::Alert {
                    alert: Alert::Dissent
                }
        )
    }
}

/// Why a request round was opened (5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestReason {
    /// A booking made the AVV due.
    First,
    /// Somebody sent it by hand, or the customer asked for a new link.
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

/// What a customer is told without being asked for anything (M11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum CustomerNews {
    /// What was asked for is not needed any more (rows 19, 23).
    Withdrawn,
    /// A sub-partner no longer looks after the customer (row 24).
    SubPartnerLeft {
        /// Which.
        sub_partner: PartnerId,
    },
    /// One of several products has ended (row 43).
    ProductEnded {
        /// Which.
        product: Covered,
    },
    /// The operator blocked a partner the agreement names (row 49).
    PartnerBlocked {
        /// Which.
        partner: PartnerId,
    },
}

/// What a partner is told (5.8-19: the fact and the date, never a reason).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// What the operator is alerted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// What waits for a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Approval {
    /// What an administrator proposed.
    Proposal {
        /// Which.
        id: ProposalId,
    },
    /// A version of the contract text that was submitted.
    Version {
        /// Which.
        id: VersionId,
    },
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
