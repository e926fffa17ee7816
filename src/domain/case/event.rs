//! What can happen to a case. Handlers, jobs and commands differ only in the event they send.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::address::Verdict;
use super::facts::{Case, Offer, Partner};
use super::restored::Restored;
use crate::domain::mail::RequestReason;
use crate::domain::product::Options;
use crate::domain::{AddressId, EmailAddress, Language, LinkId, PartnerId, Party};

/// Something that happened or is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The operator or the provisioning added a product (rows 1, 12, 45, 46, 50).
    Booked {
        /// Code of the product in the catalogue.
        product: String,
        /// Codes of the options that are booked with it.
        options: Options,
    },
    /// A customer that has nothing yet comes from another system with what it has there.
    Arrived(Box<Arrival>),
    /// An option of a booking is switched on or off at once (rows 12, 44, 46).
    OptionChanged {
        /// Index in [`super::Case::bookings`].
        booking: usize,
        /// Code of the option within the product.
        option: String,
        /// Whether the booking has the option from now on.
        on: bool,
    },
    /// An option of a booking is cancelled, or its cancellation taken back (rows 19, 43, 44, B5).
    OptionCancelled {
        /// Index in [`super::Case::bookings`].
        booking: usize,
        /// Code of the option within the product.
        option: String,
        /// From when the booking continues without the option; `None`: the option stays.
        ends_at: Option<DateTime<Utc>>,
    },
    /// A booking is cancelled, or its cancellation taken back (rows 19, 43, 44).
    Cancelled {
        /// Index in [`super::Case::bookings`].
        booking: usize,
        /// When the booking ends; `None`: it does not end after all.
        ends_at: Option<DateTime<Utc>>,
    },
    /// The catalogue says otherwise what needs an agreement, or the contract text what it speaks of; it
    /// stands in the case already (P-07).
    NeedChanged,
    /// The operator assigns the customer to a Mandant, or to none (rows 1, 10, 19, 26, 29).
    PartnerAssigned(Option<Partner>),
    /// A user with the permission to do so wants the mail sent (rows 3, 7, L-06).
    AskedByHand,
    /// A new conclusion is demanded although the agreement in force covers everything
    /// (rows 36, 48).
    Demanded(Demand),
    /// The customer is told of the contract version in force, and nothing is asked for (row 35).
    ToldOfVersion,
    /// The customer pressed "Neuen Link anfordern" on the page of an old link (S-13).
    AskedByLink(LinkId),
    /// The scheduler checks whether something is due: a reminder, the end of a round, or what
    /// follows from the end of a booking (rows 5, 6, 19, 43, 44).
    StepDue,
    /// The scheduler checks whether the open request offers a contract version that is no longer in
    /// force (row 13).
    NewVersion,
    /// The customer's mail server refused a link mail for good (row 8).
    MailRefused(LinkId),
    /// The Mandant or the operator names a sub-partner, or none (rows 11, 20, 23 to 25).
    SubPartnerNamed(Option<Partner>),
    /// The operator blocked a partner the customer's agreement names; the customer is told (row 49).
    PartnerBlocked(PartnerId),
    /// Another master-data address is entered (rows 2, 9, 47).
    EmailChanged(AddressChange),
    /// The mail server of the former address accepted the mail about an address that a partner
    /// entered.
    FormerTold(AddressId),
    /// The mail to the former address was refused, given up or returned.
    FormerUnreached(AddressId),
    /// The operator confirmed or refused such an address, or it was stopped from the former one
    /// (A4).
    AddressJudged(AddressId, Verdict),
    /// The operator corrects name, address, register, contact or language (row 48).
    PartyChanged {
        /// The new particulars; the e-mail address in them is ignored.
        party: Box<Party>,
        /// New language of mails, page and contract.
        language: Language,
    },
    /// The operator deletes the customer (row 51).
    Deleted,
    /// The operator locks every link that was mailed (row 53).
    LinksLocked {
        /// Whether a new mail is sent at once.
        ask_again: bool,
    },
    /// The customer concludes (rows 15 to 18, 21, 27).
    Concluded(Declaration),
    /// Two administrators record a contract that was signed on paper (5.8-18).
    ConcludedOnPaper {
        /// Name of the person who signed, cleaned.
        person: String,
        /// Function of that person, cleaned.
        function: String,
        /// The text of an agreement that was concluded before the portal was there, and of which nobody
        /// is told; `None` for one with the text in force.
        existing: Option<ExistingText>,
    },
    /// The customer declines (rows 14, 22, 28).
    Declined(LinkId),
    /// The customer objects, or the operator records it (rows 30 to 32).
    Objected(Channel),
    /// Two administrators found that an objection had been recorded in error (row 33).
    ObjectedInError,
    /// An agreement that was concluded after the last backup is restored from its sealed document
    /// (F5).
    Restored(Box<Restored>),
}

/// What a customer brings that comes from another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The Mandant that looks after it.
    pub partner: Option<Partner>,
    /// Its Submandant.
    pub sub_partner: Option<Partner>,
    /// Codes of products with their options.
    pub bookings: Vec<(String, Options)>,
    /// Whether neither the customer is asked nor the partners are told now.
    pub quietly: bool,
}

/// The text of an agreement that was concluded elsewhere before: a published version, which need not be
/// the one in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingText {
    /// Number of the version.
    pub version: String,
    /// The product files it has, by their keys.
    pub annexes: BTreeSet<String>,
}

impl ExistingText {
    /// Whether it speaks of everything that an agreement would have to name.
    pub fn describes(&self, case: &Case, offer: &Offer) -> bool {
        let is_there = |key: &str| self.annexes.contains(key);
        offer.products.iter().all(|one| {
            case.product(&one.product)
                .is_some_and(|product| product.undescribed(one, is_there).is_none())
        })
    }
}

/// Why a new conclusion is demanded although an agreement is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Demand {
    /// The customer is another company now or has another name, and the operator wants the
    /// agreement to say so (row 48).
    Succession,
    /// There is a newer contract version than the one that was concluded (row 36).
    Version,
}

impl Demand {
    /// The reason with which its round is opened.
    pub fn reason(self) -> RequestReason {
        match self {
            Self::Succession => RequestReason::Succession,
            Self::Version => RequestReason::RollOut,
        }
    }
}

/// A new master-data address with what is needed to check it (5.6-11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressChange {
    /// The new address.
    pub email: EmailAddress,
    /// Addresses of the partners that look after the customer, and of their users.
    pub partner_addresses: Vec<EmailAddress>,
    /// Whether a partner changes it, not the operator.
    pub by_partner: bool,
    /// The waiting time for such an address, as configured now.
    pub wait: Duration,
    /// Whether the operator insists although the address belongs to a partner, and gave a reason.
    pub despite: bool,
}

/// What the person who concludes declares (EV-03, S-06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The link by which the customer concludes.
    pub link: LinkId,
    /// Name as typed, cleaned.
    pub person: String,
    /// Function as typed, cleaned.
    pub function: String,
    /// Hash of the text that was shown.
    pub shown: String,
    /// Hash of the text as it reads now; nothing is concluded if it differs.
    pub current: String,
}

/// How an objection was received (EV-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Channel {
    /// By the customer in the portal.
    Portal,
    /// Recorded by the operator: it came by e-mail.
    Email,
    /// Recorded by the operator: it came by letter.
    Letter,
    /// Recorded by the operator: it came by phone.
    Phone,
}

impl Channel {
    /// The channels that an operator can record.
    pub const RECORDED: [Self; 3] = [Self::Email, Self::Letter, Self::Phone];

    /// Whether this channel leaves written evidence: a letter or a mail (EV-10).
    pub fn leaves_paper(self) -> bool {
        matches!(self, Self::Email | Self::Letter)
    }

    /// The key of the channel in forms and in the database.
    pub fn key(self) -> &'static str {
        self.into()
    }
}
