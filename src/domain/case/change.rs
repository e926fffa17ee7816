//! What a decision changes: rows to write, links to make or end, mails to queue.

use super::facts::{Agreement, AgreementEnd, Link, LinkEnd, Outcome, Partner, Request};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::{AgreementId, EmailAddress, LinkId, RequestId};

/// One change to the facts. The order in a decision is the order of writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A product was added.
    AddBooking {
        /// Code in the catalogue.
        product: String,
        /// With the UMS option.
        ums: bool,
    },
    /// The sub-partner of the customer is another one, or none.
    SetSubPartner(Option<Partner>),
    /// The master-data address is another one.
    SetEmail(EmailAddress),
    /// A round begins, with its first link if a mail can be sent.
    OpenRequest(Request),
    /// A round is over.
    CloseRequest(RequestId, Outcome),
    /// A reminder is sent: its number and its new link.
    Remind(RequestId, Link),
    /// The address refuses mail.
    MarkUndeliverable(RequestId),
    /// A link stops before its time.
    EndLink(LinkId, LinkEnd),
    /// A new agreement.
    Conclude(Agreement),
    /// An agreement is no longer in force.
    EndAgreement(AgreementId, AgreementEnd),
    /// A mail is queued.
    Queue(Mail),
}

/// A mail the rules ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Which.
    pub kind: MailKind,
    /// To whom.
    pub to: Recipient,
}
