//! The mails the rules ask for, as values (requirements 5.3). They are queued in the transaction
//! that makes them true and rendered only when they are delivered.

use serde::{Deserialize, Serialize};

use super::{AgreementId, LinkId, PartnerId, UserId};

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
    /// M4, M5, M8: what a partner may know, without link and without contract.
    PartnerInfo {
        /// What happened.
        news: PartnerNews,
    },
    /// M14: something needs a person at the operator.
    Alert {
        /// What happened.
        alert: Alert,
    },
    /// Link to set a password, for a new user or after "Passwort vergessen".
    SetPassword {
        /// `true` for the first password of a new user.
        invitation: bool,
    },
    /// Notice to a user that the password was changed (S-38).
    PasswordChanged,
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
}

/// What the operator is alerted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// An AVV is due but the customer has no e-mail address (L-09).
    NoAddress,
    /// The customer's address refuses mail.
    Undeliverable,
}

/// Who gets a mail. Addresses are looked up when it is delivered (L-08).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "to", content = "id", rename_all = "snake_case")]
pub enum Recipient {
    /// The customer's master-data address, always (L-07).
    Customer,
    /// Contact address of a partner or sub-partner.
    Partner(PartnerId),
    /// A user's own address.
    User(UserId),
    /// The operator's mailbox.
    Operator,
}
