//! What a decision changes: rows to write, links to create or end, mails to queue.

use chrono::{DateTime, Utc};

use super::address::{EnteredAddress, Verdict};
use super::facts::{
    Agreement, AgreementEnd, BookedOption, Link, LinkEnd, Partner, Request, RequestOutcome,
};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::{AddressId, AgreementId, EmailAddress, Language, LinkId, Party, RequestId};

/// One change to the facts. A decision lists its changes in the order in which they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A product was added.
    AddBooking {
        /// Code of the product in the catalogue.
        product: String,
        /// The options that are booked with it.
        options: Vec<BookedOption>,
        /// When the booking ends, if that is known already.
        ends_at: Option<DateTime<Utc>>,
        /// Index of the booking that goes on in this one.
        instead_of: Option<usize>,
    },
    /// A booking ends at this time, or does not end after all (`None`). The number is its index in
    /// [`super::Case::bookings`].
    EndBooking(usize, Option<DateTime<Utc>>),
    /// An option of a booking ends at this time, or does not end after all (`None`); index of the
    /// booking and code of the option.
    EndOption(usize, String, Option<DateTime<Utc>>),
    /// The consequences of the end of a booking have been carried out.
    SettleBooking(usize),
    /// Another Mandant looks after the customer, or none does.
    SetPartner(Option<Partner>),
    /// The customer has another sub-partner, or none.
    SetSubPartner(Option<Partner>),
    /// The master-data address changes.
    SetEmail(EmailAddress),
    /// A partner entered an address; it waits for now.
    EnterAddress(Box<EnteredAddress>),
    /// The former address was told of the entered one.
    TellFormer(AddressId),
    /// The former address could not be told of the entered one: the operator has to decide.
    HoldAddress(AddressId),
    /// An entered address becomes the address of the master data.
    UseAddress(AddressId),
    /// An entered address neither waits nor is used any more.
    LeaveAddress(AddressId),
    /// It was decided whether the entered address is the customer's.
    JudgeAddress(AddressId, Verdict),
    /// Name, address, register or contact change; the e-mail address stays.
    SetParty(Box<Party>),
    /// Mails, page and contract are in another language from now on.
    SetLanguage(Language),
    /// The customer is hidden and locked; the evidence stays (row 51).
    DeleteCustomer,
    /// A round is opened, with its first link if a mail can be sent.
    OpenRequest(Request),
    /// A round is closed with this outcome.
    CloseRequest(RequestId, RequestOutcome),
    /// A reminder is sent: its number and its new link.
    Remind(RequestId, Link),
    /// The mail server refuses mail to the address of this round.
    MarkUndeliverable(RequestId),
    /// A link ends before it expires.
    EndLink(LinkId, LinkEnd),
    /// An agreement is concluded.
    Conclude(Agreement),
    /// The sub-partner an agreement names no longer looks after the customer (row 24).
    LeaveSubPartner(AgreementId),
    /// An agreement is no longer in force.
    EndAgreement(AgreementId, AgreementEnd),
    /// A mail is queued.
    Queue(Mail),
}

impl Change {
    /// Whether it asks the customer to conclude, that is, opens a round.
    pub fn asks(&self) -> bool {
        matches!(self, Self::OpenRequest(_))
    }

    /// The mail that it queues; `None` for every other change.
    pub fn mail(&self) -> Option<&Mail> {
        match self {
            Self::Queue(mail) => Some(mail),
            _ => None,
        }
    }
}

/// A mail that follows from a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Which mail it is, with the data it needs.
    pub kind: MailKind,
    /// Who gets it, as a role and not as an address.
    pub to: Recipient,
}
