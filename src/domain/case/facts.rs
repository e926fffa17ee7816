//! The facts of a case. What can be computed from them is never stored as a flag.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::address::EnteredAddress;
use crate::domain::calendar::REMINDERS;
use crate::domain::mail::RequestReason;
use crate::domain::product::{Options, Product};
use crate::domain::{
    AgreementId, CustomerNumber, EmailAddress, Holidays, Language, LinkId, PartnerId, Party,
    RequestId,
};

/// Everything the rules need to know about one customer's AVV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The controller and its master data.
    pub customer: Customer,
    /// The product catalogue, in its order of display.
    pub catalogue: Vec<Product>,
    /// All bookings, current and past, oldest first.
    pub bookings: Vec<Booking>,
    /// The partner (Mandant) that looks after the customer now.
    pub partner: Option<Partner>,
    /// The sub-partner (Submandant) that looks after the customer now.
    pub sub_partner: Option<Partner>,
    /// The contract version that a new request would offer.
    pub current_version: String,
    /// The public holidays that the operator observes (F10).
    pub holidays: Holidays,
    /// Concluded agreements, oldest first. At most one is in force (5.6-1).
    pub agreements: Vec<Agreement>,
    /// Rounds of asking, oldest first. At most one is open (5.6-1).
    pub requests: Vec<Request>,
    /// Addresses that partners entered, oldest first. At most one waits, and at most one is used
    /// (A4).
    pub entered: Vec<EnteredAddress>,
}

/// Master data of the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Key of the customer.
    pub number: CustomerNumber,
    /// Name, address, register.
    pub party: Party,
    /// Language of mails, page and contract.
    pub language: Language,
    /// When it was deleted; from then on the case can only be read.
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Customer {
    /// The only address a customer mail may go to (L-07).
    pub fn email(&self) -> Option<&EmailAddress> {
        self.party.email.as_ref()
    }
}

/// A partner or sub-partner as far as rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Key of the partner.
    pub id: PartnerId,
    /// The Mandant a Submandant belongs to; `None` for a Mandant.
    pub parent: Option<PartnerId>,
    /// Its particulars, as contract and mails print them.
    pub party: Party,
    /// When the operator blocked it; `None` while it is not blocked.
    pub blocked_at: Option<DateTime<Utc>>,
    /// Since when its Mandant no longer works with it; set for a Submandant only.
    pub deactivated_at: Option<DateTime<Utc>>,
    /// Since when it waits for the operator's release; set for a Submandant only.
    pub unreleased_since: Option<DateTime<Utc>>,
}

impl Partner {
    /// Whether it is blocked by the operator or deactivated by its Mandant, and may do nothing.
    pub fn is_shut_out(&self) -> bool {
        self.blocked_at.is_some() || self.deactivated_at.is_some()
    }

    /// Whether it can be named for a customer: its data are complete enough for a contract (LC-24,
    /// 5.8-16), it does not wait for the operator's release, and it is neither blocked nor
    /// deactivated.
    pub fn can_be_named(&self) -> bool {
        self.party.is_complete() && self.unreleased_since.is_none() && !self.is_shut_out()
    }
}

/// A product a customer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Code of the product in the catalogue.
    pub product: String,
    /// Its booked options, each once.
    pub options: Vec<BookedOption>,
    /// When it was booked.
    pub booked_at: DateTime<Utc>,
    /// When it ends; `None` while it is not cancelled.
    pub ends_at: Option<DateTime<Utc>>,
    /// When the consequences of its end were carried out: agreement ended, customer told
    /// (rows 19, 43, 44).
    pub settled_at: Option<DateTime<Utc>>,
}

impl Booking {
    /// Whether the customer has it at `now`.
    pub fn is_active(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }

    /// Whether it has ended and the consequences have not been carried out yet.
    pub fn has_lapsed(&self, now: DateTime<Utc>) -> bool {
        !self.is_active(now) && self.settled_at.is_none()
    }

    /// The options that it has at `now`, with their ends.
    pub fn options_left(&self, now: DateTime<Utc>) -> impl Iterator<Item = &BookedOption> {
        self.options.iter().filter(move |one| one.is_active(now))
    }

    /// Codes of the options that it has at `now`.
    pub fn options_at(&self, now: DateTime<Utc>) -> Options {
        self.options_left(now).map(|one| one.code.clone()).collect()
    }

    /// Codes of the options that it has, or had when it ended.
    pub fn options_to_the_end(&self, now: DateTime<Utc>) -> Options {
        match self.ends_at.filter(|end| *end <= now) {
            Some(end) => self.options_at(end - chrono::Duration::milliseconds(1)),
            None => self.options_at(now),
        }
    }

    /// Codes of all options with which it was booked.
    pub fn all_options(&self) -> Options {
        self.options.iter().map(|one| one.code.clone()).collect()
    }

    /// The option with this code, if it was booked with it.
    pub fn option(&self, code: &str) -> Option<&BookedOption> {
        self.options.iter().find(|one| one.code == code)
    }

    /// When the first of its options ended, if the booking continues without it and the
    /// consequences have not been carried out yet.
    pub fn lapsed_option(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let ends = self.options.iter().filter_map(|one| one.ends_at);
        ends.min().filter(|end| *end <= now && self.is_active(now))
    }

    /// All known ends of the booking and of its options.
    pub fn ends(&self) -> impl Iterator<Item = DateTime<Utc>> {
        let of_options = self.options.iter().filter_map(|one| one.ends_at);
        self.ends_at.into_iter().chain(of_options)
    }
}

/// An option of a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedOption {
    /// Code of the option within the product.
    pub code: String,
    /// From when the booking continues without it; `None` while it is not cancelled (B5).
    pub ends_at: Option<DateTime<Utc>>,
}

impl BookedOption {
    /// An option that is not cancelled.
    pub fn of(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            ends_at: None,
        }
    }

    /// Whether the booking has it at `now`.
    pub fn is_active(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

/// A product as an agreement or an offer covers it. An offer names each product once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Covered {
    /// Code of the product in the catalogue.
    pub product: String,
    /// Those of its options that need an agreement.
    pub options: Options,
}

/// A concluded agreement: between whom, about what, until when. The document itself is stored
/// separately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Key of the agreement.
    pub id: AgreementId,
    /// Printed number: `AVV-2026-4711-1-7KQ2M8`.
    pub number: String,
    /// When it was concluded.
    pub concluded_at: DateTime<Utc>,
    /// Person who concluded it, as typed.
    pub person: String,
    /// Function of that person, as typed.
    pub function: String,
    /// The round it answers; `None` if it was concluded on paper without one.
    pub request: Option<RequestId>,
    /// The link it was concluded by; `None` if it was concluded on paper (5.8-18).
    pub link: Option<LinkId>,
    /// The chain, products and text that it fixes.
    pub offer: Offer,
    /// Since when the sub-partner it names no longer looks after the customer (row 24). Choosing
    /// the same one again does not bring it back: that is a new sub-processor (row 20).
    pub sub_partner_left: Option<DateTime<Utc>>,
    /// When and why it stopped being in force; `None` while it is in force.
    pub end: Option<(DateTime<Utc>, AgreementEnd)>,
}

impl Agreement {
    /// Whether it is in force.
    pub fn in_force(&self) -> bool {
        self.end.is_none()
    }

    /// Whether it was signed on paper and recorded by the operator (5.8-18).
    pub fn on_paper(&self) -> bool {
        self.link.is_none()
    }

    /// Whether this sub-partner is covered by it.
    pub fn names_sub_partner(&self, id: PartnerId) -> bool {
        self.offer.sub_partner == Some(id) && self.sub_partner_left.is_none()
    }
}

/// Why an agreement is no longer in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementEnd {
    /// The customer objected: void ("nichtig").
    Objected,
    /// A later agreement replaced it ("ersetzt").
    Replaced,
    /// It is not needed any more ("beendet").
    Ended,
    /// It was concluded over an address that turned out not to be the customer's (A4).
    Disowned,
}

/// What a request offers and an agreement fixes: the chain, the products and the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The partner as sub-processor.
    pub partner: PartnerId,
    /// The sub-partner as further sub-processor; `None` if there is none.
    pub sub_partner: Option<PartnerId>,
    /// The products with their options, each product once.
    pub products: BTreeSet<Covered>,
    /// Number of the contract version whose text is used.
    pub version: String,
}

impl Offer {
    /// Whether it covers the product with all these options; further options do not matter.
    pub fn covers(&self, one: &Covered) -> bool {
        covers(&self.products, one)
    }
}

/// Whether the list contains the product with all these options.
pub fn covers(all: &BTreeSet<Covered>, one: &Covered) -> bool {
    all.iter()
        .any(|known| known.product == one.product && one.options.is_subset(&known.options))
}

/// One round of asking: a first mail and up to three reminders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Key of the request.
    pub id: RequestId,
    /// Why it was opened.
    pub reason: RequestReason,
    /// When the round was opened.
    pub opened_at: DateTime<Utc>,
    /// The chain, products and text that it offers.
    pub offer: Offer,
    /// Automatic reminders sent so far, 0 to 3.
    pub reminders: u8,
    /// Since when the address refuses mail; reminders pause from then on (row 8).
    pub undeliverable_at: Option<DateTime<Utc>>,
    /// When and how it was closed; `None` while it is open.
    pub closed: Option<(DateTime<Utc>, RequestOutcome)>,
    /// The links that were sent in this round, oldest first.
    pub links: Vec<Link>,
}

impl Request {
    /// Its key as a bare UUID.
    pub fn key(&self) -> uuid::Uuid {
        self.id.0
    }

    /// Whether an answer is still awaited.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// When its latest link expires; `None` without a link.
    pub fn last_link_end(&self) -> Option<DateTime<Utc>> {
        self.links.iter().map(|link| link.valid_until).max()
    }

    /// Whether all reminders were sent and the last link has expired: nothing more is sent
    /// automatically.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.reminders >= REMINDERS && self.last_link_end().is_some_and(|end| end < now)
    }
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestOutcome {
    /// The customer concluded.
    Concluded,
    /// The customer declined, or objected before there was an agreement (row 32).
    Declined,
    /// Three reminders went unanswered (row 6).
    Expired,
    /// A newer round replaced it.
    Superseded,
    /// No product needs an agreement any more (row 19).
    NotNeeded,
    /// It was closed together with the agreement it would have amended (row 30).
    Objected,
    /// The operator locked all links (row 53).
    Locked,
}

/// One mailed consent link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Key of the link; the token in the mail consists of it and an HMAC.
    pub id: LinkId,
    /// 0 for the first mail of the round, 1 to 3 for reminders.
    pub number: u8,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// Until when it can be used; fixed when it is sent (5.7).
    pub valid_until: DateTime<Utc>,
    /// When and how it ended before it expired; `None` if it did not.
    pub end: Option<(DateTime<Utc>, LinkEnd)>,
}

/// Why a link ended before it expired (5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkEnd {
    /// Offer or address changed, and a newer mail replaces this one ("ersetzt").
    Replaced,
    /// An agreement was concluded by this link ("benutzt").
    Used,
    /// The round was closed without this link having been used ("geschlossen").
    Closed,
}

impl Case {
    /// The agreement in force; there is at most one (5.6-1).
    pub fn agreement(&self) -> Option<&Agreement> {
        self.agreements
            .iter()
            .find(|agreement| agreement.in_force())
    }

    /// The partners that look after the customer: the Mandant, then the Submandant.
    pub fn chain(&self) -> impl Iterator<Item = &Partner> {
        [&self.partner, &self.sub_partner].into_iter().flatten()
    }

    /// The round that awaits an answer; there is at most one (5.6-1).
    pub fn open_request(&self) -> Option<&Request> {
        self.requests.iter().find(|request| request.is_open())
    }

    /// A link of this customer together with its round.
    pub fn link(&self, id: LinkId) -> Option<(&Request, &Link)> {
        self.requests.iter().find_map(|request| {
            request
                .links
                .iter()
                .find(|link| link.id == id)
                .map(|link| (request, link))
        })
    }

    /// The catalogue entry of a booked or covered product.
    pub fn product(&self, code: &str) -> Option<&Product> {
        self.catalogue.iter().find(|product| product.code == code)
    }

    /// The number that the next agreement of this customer gets. Its last part is derived from the
    /// content of this conclusion (`from`) and its time: if the database is put back to an earlier
    /// state, another conclusion still gets another number (5.6-7). The number is all in capitals
    /// so that it can be typed in any case; customers whose numbers differ in case alone get
    /// different numbers, too.
    pub fn next_agreement_number(&self, from: &[&str], now: DateTime<Utc>) -> String {
        let year = crate::domain::calendar::day(now).format("%Y");
        format!(
            "AVV-{year}-{}-{}-{}",
            self.customer.number.as_str().to_ascii_uppercase(),
            self.agreements.len() + 1,
            mark(from, now)
        )
    }
}

/// Six digits and letters that cannot be confused with each other: 30 bits of a SHA-256.
fn mark(from: &[&str], now: DateTime<Utc>) -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut digest = Sha256::new_with_prefix(now.timestamp_micros().to_be_bytes());
    for part in from {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    let sign = |byte: &u8| SIGNS.get(usize::from(byte % 32)).copied().map(char::from);
    digest.finalize().iter().take(6).filter_map(sign).collect()
}
