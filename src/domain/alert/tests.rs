//! What alerts say, and where from.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;

use super::*;
use crate::domain::case::tests::samples::{CENTRAFLEX, STATES, Scenario, booked, in_state};
use crate::domain::case::tests::scenarios::{
    Happens, address_by_partner, agree, all_cancelled, by_hand, decline, deleted, demand_agreed,
    demand_declined, demand_expired, demand_objected, new_address, object, on_demand, on_paper,
    refused, run_out, step,
};
use crate::domain::case::{Demand, Event};

type Open = Vec<(AlertKind, String)>;

/// The list of the operator after one more event.
fn told(scenario: &mut Scenario, mut open: Open, happens: Happens) -> Open {
    let event = happens(scenario);
    let before = scenario.case.clone();
    let Ok(changes) = scenario.send(&event) else {
        return open;
    };
    let raised = raised_by(&before, &changes, scenario.now);
    open.retain(|(kind, subject)| {
        raised.contains(kind)
            || !has_settled(*kind, subject, &scenario.case, &changes, scenario.now)
    });
    for kind in raised {
        if !open.iter().any(|(known, _)| *known == kind) {
            open.push((kind, String::new()));
        }
    }
    open
}

fn kinds(open: &Open) -> Vec<AlertKind> {
    open.iter().map(|(kind, _)| *kind).collect()
}

fn booking(_: &mut Scenario) -> Event {
    booked(CENTRAFLEX, &[])
}

fn demand_again(scenario: &mut Scenario) -> Event {
    scenario.now += Duration::hours(1);
    Event::Demanded(Demand::Succession)
}

#[test]
fn an_alert_is_raised_by_its_cause_and_goes_with_it() {
    use AlertKind as A;
    type Row = (&'static str, &'static str, Happens, A, Happens, bool);
    #[rustfmt::skip] // one row of the table is one line
    let table: &[Row] = &[
        ("no address, entered", "N", booking, A::NoAddress, new_address, true),
        ("no address, cancelled", "N", booking, A::NoAddress, all_cancelled, true),
        ("no address, on paper", "N", booking, A::NoAddress, on_paper, false),
        ("refused, other address", "R1", refused, A::Undeliverable, new_address, true),
        ("refused, sent again", "R1", refused, A::Undeliverable, by_hand, true),
        ("refused, concluded all the same", "R1", refused, A::Undeliverable, agree, true),
        ("refused, declined", "R1", refused, A::Undeliverable, decline, true),
        ("refused, scheduler", "R1", refused, A::Undeliverable, step, false),
        ("refused, deleted", "R1", refused, A::Undeliverable, deleted, true),
        ("by the partner, corrected", "R0", address_by_partner, A::AddressByPartner, corrected, true),
        ("by the partner, concluded", "R0", address_by_partner, A::AddressByPartner, agree, false),
        ("by the partner, deleted", "R0", address_by_partner, A::AddressByPartner, deleted, true),
        ("row 37, asked again", "C", demand_expired, A::DemandUnanswered, demand_again, true),
        ("row 37, objected", "C", demand_expired, A::DemandUnanswered, object, true),
        ("row 37, scheduler", "C", demand_expired, A::DemandUnanswered, step_later, false),
        ("demand declined, asked again", "C", demand_declined, A::DemandUnanswered, demand_again, true),
        ("demand declined, gone", "C", demand_declined, A::DemandUnanswered, all_cancelled, true),
    ];
    for (name, state, cause, kind, then, is_gone) in table {
        let mut scenario = in_state(state);
        if *kind == A::NoAddress {
            scenario.case.customer.party.email = None;
        }
        let open = told(&mut scenario, Vec::new(), *cause);
        assert_eq!(kinds(&open), [*kind], "{name}: raised");
        scenario.now += Duration::hours(1);
        let open = told(&mut scenario, open, *then);
        assert_eq!(open.is_empty(), *is_gone, "{name}: {open:?}");
    }
}

fn corrected(scenario: &mut Scenario) -> Event {
    let _ = scenario;
    crate::domain::case::tests::samples::new_email("richtig@kunde.example")
}

fn step_later(scenario: &mut Scenario) -> Event {
    scenario.now += Duration::days(20);
    Event::StepDue
}

#[test]
fn what_is_answered_raises_nothing() {
    // An ordinary request that is declined or runs out has its own status; no list needs it.
    for (state, happens) in [
        ("R3", run_out as Happens),
        ("R1", decline),
        ("U", decline),
        ("C", demand_agreed),
        ("C", demand_objected),
    ] {
        let mut scenario = in_state(state);
        if state == "R3" {
            scenario = in_state("R0");
        }
        assert_eq!(told(&mut scenario, Vec::new(), happens), [], "{state}");
    }
    let mut scenario = in_state("C");
    on_demand(&mut scenario);
    assert_eq!(told(&mut scenario, Vec::new(), deleted), []);
}

#[test]
fn a_contract_that_came_back_is_an_alert_while_it_is_in_force() {
    for state in STATES {
        let mut scenario = in_state(state);
        let subject = scenario
            .case
            .agreement()
            .map(|agreement| agreement.id.to_string())
            .unwrap_or_default();
        let is_over = |scenario: &Scenario| {
            let kind = AlertKind::ContractUndelivered;
            has_settled(kind, &subject, &scenario.case, &[], scenario.now)
        };
        assert_eq!(is_over(&scenario), subject.is_empty(), "{state}");
        if scenario
            .send(&Event::Objected(crate::domain::case::Channel::Portal))
            .is_ok()
        {
            assert!(is_over(&scenario), "{state}");
        }
    }
}

#[test]
fn every_kind_has_its_words() {
    for &kind in AlertKind::ALL {
        assert_eq!(AlertKind::from_key(kind.key()), Some(kind));
        let stored = serde_json::to_value(kind).ok();
        assert_eq!(stored, Some(kind.key().into()));
        assert!(!kind.word().is_empty() && !kind.word_en().is_empty());
        assert!(kind.advice(None).ends_with('.') && kind.advice(Some(30)).ends_with('.'));
    }
}

#[test]
fn l_09_an_address_that_waits_is_not_missing_until_it_is_refused() {
    use AlertKind::{AddressByPartner, NoAddress};
    let mut scenario = in_state("N");
    scenario.case.customer.party.email = None;
    let open = told(&mut scenario, Vec::new(), booking);
    assert_eq!(kinds(&open), [NoAddress]);
    let open = told(&mut scenario, open, address_by_partner);
    assert_eq!(kinds(&open), [AddressByPartner]);
    let refuse: Happens = |scenario| {
        let waiting = scenario.case.waiting_address().unwrap();
        Event::AddressJudged(waiting.id, Verdict::Refused)
    };
    let open = told(&mut scenario, open, refuse);
    assert_eq!(kinds(&open), [NoAddress]);
}
