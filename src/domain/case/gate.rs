//! The decision at the gate in front of the products (requirements 5.2), over the few facts of a
//! case that it depends on: `GateFacts` stands in a row of its own, written with the case, so that a
//! question reads that row and not the whole case. The pages decide by the same function, over the
//! same facts taken from the case. In doubt the answer is no.
//!
//! What only time changes is decided when the question comes; so is what changes without the case:
//! whether a partner is blocked, and what the catalogue says of a product.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::access::Grant;
use super::facts::{BookedOption, Case, Covered, Partner, covers};
use super::need::active;
use crate::domain::product::{Area, Options, Product};
use crate::domain::viewer::Role;
use crate::domain::{CustomerNumber, PartnerId};

/// Why the gate is shut: all that the header `X-AVV-Grund` can say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Shut {
    /// Nobody is signed in.
    SignedOut,
    /// The person has to set up a second factor first (S-36).
    SecondFactorMissing,
    /// The customer does not exist, was deleted, or is none of this person's (S-51).
    UnknownCustomer,
    /// No product has this module.
    UnknownModule,
    /// The customer has no product that opens this module.
    NoBooking,
    /// The operator blocked the partner, or its Mandant deactivated the Submandant (row 49).
    Blocked,
    /// No agreement is in force.
    NoAgreement,
    /// The agreement was concluded over an address that the operator has not confirmed (A4).
    AddressOpen,
    /// The agreement in force names another partner (row 26).
    OtherPartner,
    /// The agreement in force does not name this sub-partner (row 20).
    SubPartnerNotNamed,
    /// The agreement in force does not cover every product of this module (row 46).
    NotCovered,
    /// The path that was asked about can be read in more than one way.
    UnclearPath,
    /// The portal could not decide, because the facts could not be read.
    Unavailable,
}

/// What of a case decides about access and is changed by the case alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateFacts {
    /// All bookings, current and past.
    pub bookings: Vec<GateBooking>,
    /// What the agreement in force says; `None` if none is in force.
    pub agreement: Option<GateAgreement>,
}

/// A booking as the gate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateBooking {
    /// Code of the product in the catalogue.
    pub product: String,
    /// Its booked options, with their ends.
    pub options: Vec<BookedOption>,
    /// When it ends; `None` while it is not cancelled.
    pub ends_at: Option<DateTime<Utc>>,
}

/// The agreement in force as the gate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateAgreement {
    /// The partner as sub-processor.
    pub partner: PartnerId,
    /// The sub-partner that it names and that has not left since.
    pub sub_partner: Option<PartnerId>,
    /// The products with their options.
    pub products: BTreeSet<Covered>,
    /// Whether it was concluded over an address that is neither confirmed nor refused (A4).
    pub is_in_doubt: bool,
}

/// A partner of the chain as the gate sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyholder {
    /// Key of the partner.
    pub id: PartnerId,
    /// Whether it is blocked or deactivated now.
    pub is_shut_out: bool,
}

/// All facts of one decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The customer whose products it stands in front of.
    pub number: CustomerNumber,
    /// The partner that looks after the customer now.
    pub partner: Option<Keyholder>,
    /// The sub-partner that looks after the customer now.
    pub sub_partner: Option<Keyholder>,
    /// What the case says.
    pub facts: GateFacts,
}

impl GateFacts {
    /// The facts of a case.
    pub fn of(case: &Case) -> Self {
        let bookings = case.bookings.iter().map(|booking| GateBooking {
            product: booking.product.clone(),
            options: booking.options.clone(),
            ends_at: booking.ends_at,
        });
        let agreement = case.agreement().map(|agreement| GateAgreement {
            partner: agreement.offer.partner,
            sub_partner: agreement
                .offer
                .sub_partner
                .filter(|own| agreement.names_sub_partner(*own)),
            products: agreement.offer.products.clone(),
            is_in_doubt: case.doubt_about(agreement).is_some(),
        });
        Self {
            bookings: bookings.collect(),
            agreement,
        }
    }

    /// Codes of the booked products, each once.
    pub fn products(&self) -> BTreeSet<&str> {
        let codes = self.bookings.iter().map(|booking| booking.product.as_str());
        codes.collect()
    }
}

impl GateBooking {
    fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }

    fn options_at(&self, now: DateTime<Utc>) -> Options {
        let left = self.options.iter().filter(|one| one.is_active(now));
        left.map(|one| one.code.clone()).collect()
    }
}

impl Keyholder {
    fn of(partner: &Partner) -> Self {
        Self {
            id: partner.id,
            is_shut_out: partner.is_shut_out(),
        }
    }
}

impl Gate {
    /// The gate of a customer that was not deleted, from its case.
    pub fn of(case: &Case) -> Option<Self> {
        case.customer.deleted_at.is_none().then(|| Self {
            number: case.customer.number,
            partner: case.partner.as_ref().map(Keyholder::of),
            sub_partner: case.sub_partner.as_ref().map(Keyholder::of),
            facts: GateFacts::of(case),
        })
    }

    /// Whether a person with `role` may enter the module with key `module` now. `catalogue` holds at
    /// least the booked products. The rule of 5.2 is for partners; for others it is enough that they
    /// may know of the customer and that the module is booked.
    pub fn enter(
        &self,
        role: Role,
        module: &str,
        catalogue: &[Product],
        now: DateTime<Utc>,
    ) -> Result<Grant, Shut> {
        let is_own = |own: Option<Keyholder>, who| own.is_some_and(|own| own.id == who);
        match role {
            Role::Partner(who) if is_own(self.partner, who) => {
                self.admit(who, module, catalogue, now)
            }
            Role::SubPartner(who) if is_own(self.sub_partner, who) => {
                self.admit(who, module, catalogue, now)
            }
            Role::Customer { number, .. } if number != self.number => Err(Shut::UnknownCustomer),
            Role::Operator(_) | Role::Customer { .. } => {
                match self.opened_by(module, catalogue, now).is_empty() {
                    true => Err(Shut::NoBooking),
                    false => Ok(Grant::NotSubject),
                }
            }
            Role::Partner(_) | Role::SubPartner(_) => Err(Shut::UnknownCustomer),
        }
    }

    /// The same for a partner or sub-partner of the chain, whatever the role of its people.
    pub(super) fn admit(
        &self,
        who: PartnerId,
        module: &str,
        catalogue: &[Product],
        now: DateTime<Utc>,
    ) -> Result<Grant, Shut> {
        let partner = self.partner.ok_or(Shut::UnknownCustomer)?;
        let sub_partner = self.sub_partner.filter(|sub| sub.id == who);
        if partner.id != who && sub_partner.is_none() {
            return Err(Shut::UnknownCustomer);
        }
        // Nobody works below a blocked Mandant.
        if partner.is_shut_out || sub_partner.is_some_and(|sub| sub.is_shut_out) {
            return Err(Shut::Blocked);
        }
        let opened_by = self.opened_by(module, catalogue, now);
        if opened_by.is_empty() {
            return Err(Shut::NoBooking);
        }
        // Products can share a module (all SIP trunks may share one), and a partner inside it sees
        // them all. Therefore every product that opens the module must either need no agreement or
        // be covered. Whether an area needs one depends on the product data alone: a missing partner
        // never makes anything "not required" here.
        let mut gates = opened_by.iter().filter_map(Area::gate).peekable();
        if gates.peek().is_none() {
            return Ok(Grant::NotRequired);
        }
        let agreement = self.facts.agreement.as_ref().ok_or(Shut::NoAgreement)?;
        if agreement.partner != partner.id {
            return Err(Shut::OtherPartner);
        }
        if sub_partner.is_some_and(|sub| agreement.sub_partner != Some(sub.id)) {
            return Err(Shut::SubPartnerNotNamed);
        }
        if agreement.is_in_doubt {
            return Err(Shut::AddressOpen);
        }
        match gates.all(|needed| covers(&agreement.products, needed)) {
            true => Ok(Grant::Agreement),
            false => Err(Shut::NotCovered),
        }
    }

    /// What the customer has at `now` that opens this module.
    fn opened_by<'p>(
        &self,
        module: &str,
        catalogue: &'p [Product],
        now: DateTime<Utc>,
    ) -> Vec<Area<'p>> {
        let bookings = self.facts.bookings.iter();
        let left = bookings.filter(|booking| !booking.has_ended(now));
        let booked = left.map(|booking| (booking.product.as_str(), booking.options_at(now)));
        let areas =
            active(catalogue, booked).flat_map(|(product, options)| product.areas(&options));
        areas.filter(|area| area.module.key == module).collect()
    }
}
