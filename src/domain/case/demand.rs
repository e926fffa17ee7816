//! A new conclusion on demand: the agreement in force covers everything and stays in force, and yet
//! the customer is asked to conclude anew (rows 36 and 37, 48). It has rules of its own because the
//! request is neither refused nor ended by the fact that everything is covered, and because the
//! demand survives other changes while it waits. It ends with its round: answered, expired, locked,
//! or no longer needed. Beside it, row 35 tells the customer of a new contract version and asks for
//! nothing.

use chrono::{DateTime, Utc};

use super::asking::{ask_anew, awaited, sent_within_a_day, to_customer};
use super::change::Change;
use super::decide::{DecisionContext, MAILS_PER_DAY, Refusal};
use super::event::Demand;
use super::facts::{Case, LinkEnd};
use crate::domain::mail::{MailKind, RequestReason};

/// Why a new conclusion is awaited although an agreement is in force; `None` if none is.
pub(super) fn demanded(case: &Case, now: DateTime<Utc>) -> Option<RequestReason> {
    case.agreement()?;
    awaited(case, now)
        .map(|round| round.reason)
        .filter(|reason| reason.is_demand())
}

impl Case {
    /// Whether a new conclusion is awaited although an agreement is in force (rows 36, 48).
    pub fn is_demanded(&self, now: DateTime<Utc>) -> bool {
        demanded(self, now).is_some()
    }

    /// Whether nothing is left to conclude: everything is covered and no new conclusion is
    /// demanded.
    pub fn is_settled(&self, now: DateTime<Utc>) -> bool {
        self.is_covered(now) && !self.is_demanded(now)
    }
}

/// Whether `demand` can be made, apart from the limits per day: only in C and U. If no agreement is
/// in force, or the chain has changed (W), the customer is asked in the ordinary way.
pub fn may_be_demanded(case: &Case, demand: Demand, now: DateTime<Utc>) -> Result<(), Refusal> {
    match demand {
        Demand::Version => may_be_told_of_version(case, now),
        Demand::Succession => {
            goes_on(case, now)?;
            if demanded(case, now) == Some(demand.reason()) {
                return Err(Refusal::Unchanged);
            }
            has_address(case)
        }
    }
}

/// Rows 35 and 36 apply in C only. The open request in U already shows and concludes the text in
/// force (row 13), so a further mail would only repeat it.
pub fn may_be_told_of_version(case: &Case, now: DateTime<Utc>) -> Result<(), Refusal> {
    goes_on(case, now)?;
    let has_it = case
        .agreement()
        .is_some_and(|agreement| agreement.offer.version == case.current_version);
    if has_it {
        return Err(Refusal::Unchanged);
    }
    if awaited(case, now).is_some() {
        return Err(Refusal::AlreadyAsked);
    }
    has_address(case)
}

/// Whether an agreement with the current chain is in force and still needed.
fn goes_on(case: &Case, now: DateTime<Utc>) -> Result<(), Refusal> {
    if case.required_products(now).is_empty() {
        Err(Refusal::NotNeeded)
    } else if !case.chain_matches() {
        Err(Refusal::NothingInForce)
    } else {
        Ok(())
    }
}

fn has_address(case: &Case) -> Result<(), Refusal> {
    match case.customer.email() {
        Some(_) => Ok(()),
        None => Err(Refusal::NoAddress),
    }
}

/// Row 35: M12 is sent, and the agreement keeps the version it was concluded with.
pub(super) fn told_of_version(case: &Case, now: DateTime<Utc>) -> Result<Vec<Change>, Refusal> {
    may_be_told_of_version(case, now)?;
    Ok(vec![to_customer(MailKind::NewVersion {
        version: case.current_version.clone(),
    })])
}

/// Rows 36 and 48. A round that is open in U is replaced: the new one offers the same and more.
pub(super) fn ask_on_demand(
    case: &Case,
    demand: Demand,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    may_be_demanded(case, demand, context.now)?;
    let is_by_hand = match demand {
        Demand::Succession => true,
        // The roll-out sends it, once per customer, so no limit per day applies.
        Demand::Version => false,
    };
    if is_by_hand && sent_within_a_day(case, context.now) >= MAILS_PER_DAY {
        return Err(Refusal::TooManyLinks);
    }
    Ok(ask_anew(case, demand.reason(), LinkEnd::Replaced, context))
}
