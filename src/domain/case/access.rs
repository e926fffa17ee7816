//! Access: may a partner enter a module of a customer right now (requirements 5.2)? In doubt the
//! answer is no.

use chrono::{DateTime, Utc};

use super::case_status::{CaseStatus, status_of};
use super::facts::{Case, Partner};
use super::gate::{Gate, Shut};
use crate::domain::PartnerId;
use crate::domain::viewer::Role;

/// Why access is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Grant {
    /// The module needs no agreement.
    NotRequired,
    /// An agreement in force names the partner and the product.
    Agreement,
    /// The rule is for partners, and this person works for none.
    NotSubject,
}

/// Why access is denied. The pages show a sentence and a next step for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Another partner looks after the customer: to this one it does not exist (S-51).
    NotAssigned,
    /// The operator blocked the partner, or its Mandant deactivated the Submandant.
    Blocked,
    /// The customer has no product that opens this module.
    NotBooked,
    /// No agreement is in force; the status says why.
    NoAgreement(CaseStatus),
    /// The agreement in force was concluded over an address that a partner entered and that the
    /// operator has not confirmed (A4).
    AddressOpen,
    /// The agreement in force names another partner (row 26).
    OtherPartner,
    /// The agreement in force does not name this sub-partner (row 20).
    SubPartnerNotNamed,
    /// The agreement in force does not cover every product of this module (row 46).
    NotCovered,
}

impl Case {
    /// Whether `who` looks after the customer but is blocked or deactivated, or the Mandant it
    /// works for is.
    pub fn shuts_out(&self, who: PartnerId) -> bool {
        let sub_partner = self.sub_partner.as_ref().filter(|sub| sub.id == who);
        self.partner.as_ref().is_some_and(Partner::is_shut_out)
            || sub_partner.is_some_and(Partner::is_shut_out)
    }
}

impl Denied {
    fn of(shut: Shut, case: &Case, now: DateTime<Utc>) -> Self {
        match shut {
            Shut::Blocked => Self::Blocked,
            Shut::NoBooking | Shut::UnknownModule => Self::NotBooked,
            Shut::NoAgreement => Self::NoAgreement(status_of(case, now)),
            Shut::AddressOpen => Self::AddressOpen,
            Shut::OtherPartner => Self::OtherPartner,
            Shut::SubPartnerNotNamed => Self::SubPartnerNotNamed,
            Shut::NotCovered => Self::NotCovered,
            Shut::UnknownCustomer
            | Shut::SignedOut
            | Shut::SecondFactorMissing
            | Shut::UnclearPath
            | Shut::Unavailable => Self::NotAssigned,
        }
    }
}

/// Decides for the partner or sub-partner `who` and the module with key `module`.
///
/// Customer users and the operator's people are not subject to this rule.
pub fn access(
    case: &Case,
    who: PartnerId,
    module: &str,
    now: DateTime<Utc>,
) -> Result<Grant, Denied> {
    Gate::of(case)
        .ok_or(Denied::NotAssigned)?
        .admit(who, module, &case.catalogue, now)
        .map_err(|shut| Denied::of(shut, case, now))
}

/// Decides for a person with `role`, as the gate in front of the products does.
pub fn enter(case: &Case, role: Role, module: &str, now: DateTime<Utc>) -> Result<Grant, Denied> {
    Gate::of(case)
        .ok_or(Denied::NotAssigned)?
        .enter(role, module, &case.catalogue, now)
        .map_err(|shut| Denied::of(shut, case, now))
}
