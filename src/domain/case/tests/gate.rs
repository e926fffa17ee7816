//! The gate decides over a few facts that were written down earlier. Here it is held against the rule
//! of 5.2 told once more over the whole case, at the time of writing and later.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::{DateTime, Duration, Utc};

use super::samples::{FOREIGN, MANDANT, MODULES, OTHER_SUB, SUB, Scenario};
use crate::domain::CustomerNumber;
use crate::domain::case::{Booking, Case, Gate, GateFacts, Grant, Keyholder, Shut};
use crate::domain::product::Area;
use crate::domain::viewer::Role;

/// Everybody who may ask.
fn people(case: &Case) -> [Role; 9] {
    let customer = |number| Role::Customer {
        number,
        contracts: false,
    };
    [
        Role::Partner(MANDANT),
        Role::Partner(FOREIGN),
        Role::Partner(SUB),
        Role::SubPartner(SUB),
        Role::SubPartner(OTHER_SUB),
        Role::SubPartner(MANDANT),
        Role::ADMINISTRATOR,
        customer(case.customer.number),
        customer(CustomerNumber::from(1)),
    ]
}

/// The rule, told over the case.
fn told(case: &Case, role: Role, module: &str, now: DateTime<Utc>) -> Result<Grant, Shut> {
    if !role.knows(case) || case.customer.deleted_at.is_some() {
        return Err(Shut::UnknownCustomer);
    }
    let blocked = role.partner().is_some_and(|who| case.shuts_out(who));
    if blocked {
        return Err(Shut::Blocked);
    }
    let mut areas = case.areas(now);
    areas.retain(|area| area.module.key == module);
    let (Some(who), false) = (role.partner(), areas.is_empty()) else {
        return match areas.is_empty() {
            true => Err(Shut::NoBooking),
            false => Ok(Grant::NotSubject),
        };
    };
    let needed: Vec<_> = areas.iter().filter_map(Area::gate).collect();
    if needed.is_empty() {
        return Ok(Grant::NotRequired);
    }
    let agreement = case.agreement().ok_or(Shut::NoAgreement)?;
    if !case.chain_matches() {
        return Err(Shut::OtherPartner);
    }
    if matches!(role, Role::SubPartner(_)) && !agreement.names_sub_partner(who) {
        return Err(Shut::SubPartnerNotNamed);
    }
    if case.doubt_about(agreement).is_some() {
        return Err(Shut::AddressOpen);
    }
    match needed.iter().all(|one| agreement.offer.covers(one)) {
        true => Ok(Grant::Agreement),
        false => Err(Shut::NotCovered),
    }
}

/// What was written down decides as the rule does, now and whenever time alone changes something,
/// whoever of the chain is blocked meanwhile.
pub(super) fn the_gate_decides_as_the_rule_does(scenario: &Scenario) {
    let case = &scenario.case;
    let written = serde_json::to_string(&GateFacts::of(case)).unwrap();
    let facts: GateFacts = serde_json::from_str(&written).unwrap();
    let ends = case.bookings.iter().flat_map(Booking::ends);
    let next = ends.filter(|end| *end > scenario.now).min();
    let later = next.unwrap_or(scenario.now + Duration::days(40));
    // Which of the chain is blocked changes with the time, to try both.
    let seconds = scenario.now.timestamp();
    for (now, blocks) in [(scenario.now, false), (later, seconds % 3 == 0)] {
        let mut case = case.clone();
        if blocks {
            let one = match seconds % 2 {
                0 => &mut case.partner,
                _ => &mut case.sub_partner,
            };
            if let Some(one) = one {
                one.blocked_at = Some(now);
            }
        }
        let holder = |id, is_shut_out| Keyholder { id, is_shut_out };
        let partner = case.partner.as_ref();
        let sub = case.sub_partner.as_ref();
        let gate = case.customer.deleted_at.is_none().then(|| Gate {
            number: case.customer.number,
            partner: partner.map(|one| holder(one.id, one.is_shut_out())),
            sub_partner: sub.map(|one| holder(one.id, one.is_shut_out())),
            facts: facts.clone(),
        });
        for role in people(&case) {
            for module in MODULES.into_iter().chain(["gibt-es-nicht"]) {
                let decided = gate.as_ref().map_or(Err(Shut::UnknownCustomer), |gate| {
                    gate.enter(role, module, &case.catalogue, now)
                });
                assert_eq!(
                    decided,
                    told(&case, role, module, now),
                    "{role:?} {module} at {now}, written at {}",
                    scenario.now
                );
            }
        }
    }
}
