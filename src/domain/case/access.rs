//! Access: may a partner enter a module of a customer right now (requirements 5.2)? In doubt the
//! answer is no.

use chrono::{DateTime, Utc};

use super::case_status::{CaseStatus, status_of};
use super::facts::{Case, Partner};
use crate::domain::PartnerId;
use crate::domain::product::Area;

/// Why access is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// The module needs no agreement.
    NotRequired,
    /// An agreement in force names the partner and the product.
    Agreement,
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

/// Decides for the partner or sub-partner `who` and the module with key `module`.
///
/// Customer users and the operator's administrators are not subject to this rule.
pub fn access(
    case: &Case,
    who: PartnerId,
    module: &str,
    now: DateTime<Utc>,
) -> Result<Grant, Denied> {
    if case.customer.deleted_at.is_some() {
        return Err(Denied::NotAssigned);
    }
    let partner = case.partner.as_ref().ok_or(Denied::NotAssigned)?;
    let is_partner = partner.id == who;
    let sub_partner = case.sub_partner.as_ref().filter(|sub| sub.id == who);
    if !is_partner && sub_partner.is_none() {
        return Err(Denied::NotAssigned);
    }
    if case.shuts_out(who) {
        return Err(Denied::Blocked);
    }
    let mut opened_by = case.areas(now);
    opened_by.retain(|area| area.module.key == module);
    if opened_by.is_empty() {
        return Err(Denied::NotBooked);
    }
    // Products can share a module (all SIP trunks may share one), and a partner inside it sees them
    // all. Therefore every product that opens the module must either need no agreement or be
    // covered. Whether an area needs one depends on the product data alone: a missing partner never
    // makes anything "not required" here.
    let mut gates = opened_by.iter().filter_map(Area::gate).peekable();
    if gates.peek().is_none() {
        return Ok(Grant::NotRequired);
    }
    let agreement = case
        .agreement()
        .ok_or_else(|| Denied::NoAgreement(status_of(case, now)))?;
    if agreement.offer.partner != partner.id {
        return Err(Denied::OtherPartner);
    }
    if sub_partner.is_some_and(|sub| !agreement.names_sub_partner(sub.id)) {
        return Err(Denied::SubPartnerNotNamed);
    }
    if case.doubt_about(agreement).is_some() {
        return Err(Denied::AddressOpen);
    }
    if gates.all(|needed| agreement.offer.covers(needed)) {
        Ok(Grant::Agreement)
    } else {
        Err(Denied::NotCovered)
    }
}
