//! The events in the rows of [`super::table`]: each function returns one event and may advance the
//! clock or send other events before it.

use chrono::Duration;

use super::samples::{
    CENTRAFLEX, FOREIGN, MANDANT, OTHER_SUB, SUB, Scenario, TRUNK, booked, consent, email,
    in_state, new_email, partner,
};
use crate::domain::case::{AddressChange, Channel, Demand, Event, ExistingText};

/// Prepares the scenario and returns the event.
pub(crate) type Happens = fn(&mut Scenario) -> Event;

pub(crate) fn by_hand(scenario: &mut Scenario) -> Event {
    scenario.now += Duration::hours(2);
    Event::AskedByHand
}

pub(crate) fn step(scenario: &mut Scenario) -> Event {
    *scenario = scenario.clone().at_next_step();
    Event::StepDue
}

/// Lets the open round expire: three reminders and the end of the last link.
pub(crate) fn run_out(scenario: &mut Scenario) -> Event {
    for _ in 0..3 {
        *scenario = scenario.clone().at_next_step().after(&Event::StepDue);
    }
    step(scenario)
}

pub(crate) fn refused(scenario: &mut Scenario) -> Event {
    Event::MailRefused(scenario.link())
}

pub(crate) fn new_address(_: &mut Scenario) -> Event {
    new_email("neu@kunde.example")
}

pub(crate) fn sub_removed(_: &mut Scenario) -> Event {
    Event::SubPartnerNamed(None)
}

pub(crate) fn sub_replaced(_: &mut Scenario) -> Event {
    Event::SubPartnerNamed(Some(partner(OTHER_SUB, Some(MANDANT))))
}

pub(crate) fn sub_added(scenario: &mut Scenario) -> Event {
    scenario.case.sub_partner = None;
    Event::SubPartnerNamed(Some(partner(SUB, Some(MANDANT))))
}

pub(crate) fn trunk_booked(_: &mut Scenario) -> Event {
    booked(TRUNK, &["ums"])
}

pub(crate) fn centraflex_booked(_: &mut Scenario) -> Event {
    booked(CENTRAFLEX, &[])
}

pub(crate) fn decline(scenario: &mut Scenario) -> Event {
    Event::Declined(scenario.link())
}

pub(crate) fn agree(scenario: &mut Scenario) -> Event {
    consent(scenario.link())
}

pub(crate) fn object(_: &mut Scenario) -> Event {
    Event::Objected(Channel::Portal)
}

pub(crate) fn objection_recorded(_: &mut Scenario) -> Event {
    Event::Objected(Channel::Letter)
}

/// The customer is assigned to a Mandant of another chain.
pub(crate) fn other_partner(_: &mut Scenario) -> Event {
    Event::PartnerAssigned(Some(partner(FOREIGN, None)))
}

pub(crate) fn partner_back(_: &mut Scenario) -> Event {
    Event::PartnerAssigned(Some(partner(MANDANT, None)))
}

pub(crate) fn partner_removed(_: &mut Scenario) -> Event {
    Event::PartnerAssigned(None)
}

pub(crate) fn sub_of_new_partner(_: &mut Scenario) -> Event {
    Event::SubPartnerNamed(Some(partner(OTHER_SUB, Some(FOREIGN))))
}

/// Rows 20 to 24: an agreement that names no Submandant.
pub(crate) fn without_sub(scenario: &mut Scenario) {
    *scenario = in_state("N");
    scenario.case.sub_partner = None;
    *scenario = scenario.clone().after(&booked(CENTRAFLEX, &[]));
    let answer = consent(scenario.link());
    *scenario = scenario.clone().later(Duration::hours(1)).after(&answer);
}

pub(crate) fn sub_comes(scenario: &mut Scenario) -> Event {
    without_sub(scenario);
    Event::SubPartnerNamed(Some(partner(OTHER_SUB, Some(MANDANT))))
}

pub(crate) fn amendment(scenario: &mut Scenario) {
    let comes = sub_comes(scenario);
    *scenario = scenario.clone().after(&comes);
}

pub(crate) fn sub_agreed(scenario: &mut Scenario) -> Event {
    amendment(scenario);
    consent(scenario.link())
}

pub(crate) fn sub_declined(scenario: &mut Scenario) -> Event {
    amendment(scenario);
    Event::Declined(scenario.link())
}

pub(crate) fn sub_expired(scenario: &mut Scenario) -> Event {
    amendment(scenario);
    run_out(scenario)
}

pub(crate) fn sub_withdrawn(scenario: &mut Scenario) -> Event {
    amendment(scenario);
    Event::SubPartnerNamed(None)
}

pub(crate) fn cancel(booking: usize, scenario: &Scenario) -> Event {
    Event::Cancelled {
        booking,
        ends_at: Some(scenario.now),
    }
}

pub(crate) fn cancelled_now(scenario: &mut Scenario) -> Event {
    cancel(0, scenario)
}

/// Cancelled for the end of the month; the scheduler runs on the morning after.
pub(crate) fn cancelled_then(scenario: &mut Scenario) -> Event {
    let ends_at = Some(scenario.now + Duration::days(8));
    *scenario = scenario.clone().after(&Event::Cancelled {
        booking: 0,
        ends_at,
    });
    scenario.now += Duration::days(9);
    Event::StepDue
}

/// All bookings but the first ended just before.
pub(crate) fn all_cancelled(scenario: &mut Scenario) -> Event {
    for place in (1..scenario.case.bookings.len()).rev() {
        let gone = cancel(place, scenario);
        *scenario = scenario.clone().after(&gone);
    }
    cancel(0, scenario)
}

/// One agreement about two products; the second one is cancelled.
pub(crate) fn one_of_two_cancelled(scenario: &mut Scenario) -> Event {
    let asked = in_state("R0").after(&booked(TRUNK, &["ums"]));
    let answer = consent(asked.link());
    *scenario = asked.after(&answer);
    cancel(1, scenario)
}

pub(crate) fn amendment_cancelled(scenario: &mut Scenario) -> Event {
    cancel(1, scenario)
}

pub(crate) fn address_by_partner(_: &mut Scenario) -> Event {
    Event::EmailChanged(AddressChange {
        email: email("neu@kunde.example"),
        partner_addresses: vec![email("post@partner1.example")],
        by_partner: true,
        wait: Duration::hours(48),
        despite: false,
    })
}

pub(crate) fn renamed(scenario: &mut Scenario) -> Event {
    let mut party = scenario.case.customer.party.clone();
    party.name = "Kunde Nachfolge AG".to_owned();
    Event::PartyChanged {
        party: Box::new(party),
        language: scenario.case.customer.language,
    }
}

/// The block is a fact of the partner; the event tells the customer.
pub(crate) fn blocked(scenario: &mut Scenario) -> Event {
    let now = scenario.now;
    for one in scenario
        .case
        .partner
        .iter_mut()
        .filter(|one| one.id == MANDANT)
    {
        one.blocked_at = Some(now);
    }
    Event::PartnerBlocked(MANDANT)
}

pub(crate) fn deleted(_: &mut Scenario) -> Event {
    Event::Deleted
}

pub(crate) fn locked(_: &mut Scenario) -> Event {
    Event::LinksLocked { ask_again: false }
}

pub(crate) fn locked_and_asked(_: &mut Scenario) -> Event {
    Event::LinksLocked { ask_again: true }
}

pub(crate) fn on_paper(_: &mut Scenario) -> Event {
    Event::ConcludedOnPaper {
        person: "Ute Vogt".to_owned(),
        function: "Vorstand".to_owned(),
        existing: None,
    }
}

/// One of the agreements from before the portal, on an older text.
pub(crate) fn before_the_portal(scenario: &mut Scenario) -> Event {
    Event::ConcludedOnPaper {
        person: "Ute Vogt".to_owned(),
        function: "Vorstand".to_owned(),
        existing: Some(ExistingText {
            version: "0.9".to_owned(),
            annexes: scenario.case.annexes.clone(),
        }),
    }
}

pub(crate) fn demanded(scenario: &mut Scenario) -> Event {
    let renamed = renamed(scenario);
    *scenario = scenario.clone().later(Duration::hours(1)).after(&renamed);
    Event::Demanded(Demand::Succession)
}

/// The customer is asked to conclude anew; the agreement in force stays in force.
pub(crate) fn on_demand(scenario: &mut Scenario) {
    let demanded = demanded(scenario);
    *scenario = scenario.clone().after(&demanded).later(Duration::hours(1));
}

pub(crate) fn demand_agreed(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    consent(scenario.link())
}

pub(crate) fn demand_declined(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    Event::Declined(scenario.link())
}

pub(crate) fn demand_reminded(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    step(scenario)
}

pub(crate) fn demand_expired(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    run_out(scenario)
}

pub(crate) fn demand_resent(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    by_hand(scenario)
}

pub(crate) fn demand_locked(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    Event::LinksLocked { ask_again: true }
}

pub(crate) fn demand_moved(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    new_email("neu@kunde.example")
}

pub(crate) fn demand_objected(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    Event::Objected(Channel::Portal)
}

/// Another product is booked and cancelled while a new conclusion is awaited.
pub(crate) fn demand_outlasts_product(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    *scenario = scenario
        .clone()
        .after(&booked(TRUNK, &["ums"]))
        .later(Duration::hours(1));
    cancel(1, scenario)
}

/// The Mandant is removed and assigned again.
pub(crate) fn demand_outlasts_partner(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    let moved = Event::PartnerAssigned(Some(partner(FOREIGN, None)));
    *scenario = scenario.clone().after(&moved).later(Duration::hours(1));
    Event::PartnerAssigned(Some(partner(MANDANT, None)))
}

pub(crate) fn demand_sub_removed(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    Event::SubPartnerNamed(None)
}

pub(crate) fn demand_on_paper(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    on_paper(scenario)
}

pub(crate) fn demanded_twice(scenario: &mut Scenario) -> Event {
    on_demand(scenario);
    Event::Demanded(Demand::Succession)
}

/// A newer contract version than all concluded ones is in force.
fn newer_version(scenario: &mut Scenario) {
    scenario.case.current_version = "9.0".to_owned();
}

pub(crate) fn told_of_version(scenario: &mut Scenario) -> Event {
    newer_version(scenario);
    Event::ToldOfVersion
}

pub(crate) fn told_of_same_version(_: &mut Scenario) -> Event {
    Event::ToldOfVersion
}

pub(crate) fn version_demanded(scenario: &mut Scenario) -> Event {
    newer_version(scenario);
    Event::Demanded(Demand::Version)
}

pub(crate) fn same_version_demanded(_: &mut Scenario) -> Event {
    Event::Demanded(Demand::Version)
}

/// The customer is asked for the new version; the agreement in force stays in force.
fn on_new_version(scenario: &mut Scenario) {
    let demanded = version_demanded(scenario);
    *scenario = scenario.clone().after(&demanded).later(Duration::hours(1));
}

pub(crate) fn version_agreed(scenario: &mut Scenario) -> Event {
    on_new_version(scenario);
    consent(scenario.link())
}

pub(crate) fn version_declined(scenario: &mut Scenario) -> Event {
    on_new_version(scenario);
    Event::Declined(scenario.link())
}

pub(crate) fn version_reminded(scenario: &mut Scenario) -> Event {
    on_new_version(scenario);
    step(scenario)
}

pub(crate) fn version_expired(scenario: &mut Scenario) -> Event {
    on_new_version(scenario);
    run_out(scenario)
}

pub(crate) fn version_demanded_twice(scenario: &mut Scenario) -> Event {
    on_new_version(scenario);
    Event::Demanded(Demand::Version)
}

/// The customer becomes another company while the new version is awaited.
pub(crate) fn version_and_succession(scenario: &mut Scenario) -> Event {
    on_new_version(scenario);
    Event::Demanded(Demand::Succession)
}

/// A new version replaces the text of all versions so far.
pub(crate) fn new_version(scenario: &mut Scenario) -> Event {
    scenario.case.current_version = "3.0".to_owned();
    scenario.now = scenario.case.holidays.opens(scenario.now);
    Event::NewVersion
}

pub(crate) fn error_found(_: &mut Scenario) -> Event {
    Event::ObjectedInError
}
