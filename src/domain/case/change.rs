//! What a decision changes: rows to write, links to make or end, mails to queue.

use chrono::{DateTime, Utc};

use super::address::{EnteredAddress, Verdict};
use super::facts::{
    Agreement, AgreementEnd, BookedOption, Link, LinkEnd, Partner, Request, RequestOutcome,
};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::{AddressId, AgreementId, EmailAddress, Language, LinkId, Party, RequestId};

/// One change to the facts. The order in a decision is the order of writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A product was added.
    AddBooking {
        /// Code in the catalogue.
        product: String,
        /// What is booked with it.
        options: Vec<BookedOption>,
        /// When it ends, if that is known already.
        ends_at: Option<DateTime<Utc>>,
    },
    /// A booking ends at a moment, or goes on after all. The figure is its place in
    /// [`super::Case::bookings`].
    EndBooking(usize, Option<DateTime<Utc>>),
    /// An option of a booking gets an end, or none after all; by its place in the case and its code.
    EndOption(usize, String, Option<DateTime<Utc>>),
    /// What follows from the end of a booking has been done.
    SettleBooking(usize),
    /// Another Mandant looks after the customer, or none.
    SetPartner(Option<Partner>),
    /// The sub-partner of the customer is another one, or none.
    SetSubPartner(Option<Partner>),
    /// The master-data address is another one.
    SetEmail(EmailAddress),
    /// A partner entered an address; it waits.
    EnterAddress(Box<EnteredAddress>),
    /// The former address was told of it.
    TellFormer(AddressId),
    /// The former address could not be told of it: it needs the operator.
    HoldAddress(AddressId),
    /// An entered address stands in the master data from now on.
    UseAddress(AddressId),
    /// An entered address neither waits nor is used any more.
    LeaveAddress(AddressId),
    /// It was decided whose address it is.
    JudgeAddress(AddressId, Verdict),
    /// Name, address, register or contact are others; the e-mail address stays.
    SetParty(Box<Party>),
    /// Mails, page and contract speak another language.
    SetLanguage(Language),
    /// The customer is hidden and locked; the evidence stays (row 51).
    DeleteCustomer,
    /// A round begins, with its first link if a mail can be sent.
    OpenRequest(Request),
    /// A round is over.
    CloseRequest(RequestId, RequestOutcome),
    /// A reminder is sent: its number and its new link.
    Remind(RequestId, Link),
    /// The address refuses mail.
    MarkUndeliverable(RequestId),
    /// A link stops before its time.
    EndLink(LinkId, LinkEnd),
    /// A new agreement.
    Conclude(Agreement),
    /// The sub-partner an agreement names no longer looks after the customer (row 24).
    LeaveSubPartner(AgreementId),
    /// An agreement is no longer in force.
    EndAgreement(AgreementId, AgreementEnd),
    /// A mail is queued.
    Queue(Mail),
}

impl Change {
    /// Whether the customer is asked to conclude: a round begins.
    pub fn asks(&self) -> bool {
        matches!(self, Self::OpenRequest(_))
    }

    /// The mail it queues.
    pub fn mail(&self) -> Option<&Mail> {
        match self {
            Self::Queue(mail) => Some(mail),
            _ => None,
        }
    }
}

/// A mail the rules ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Which.
    pub kind: MailKind,
    /// To whom.
    pub to: Recipient,
}
