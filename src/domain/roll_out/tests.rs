//! Whom a roll-out reaches, whom it leaves out and why, and when a request of it is answered.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;

use super::*;
use crate::domain::Language;
use crate::domain::case::tests::samples::{FOREIGN, Scenario, consent, in_state, partner};
use crate::domain::mail::RequestReason;

/// A customer in this state while a version is in force that no customer has concluded.
fn newer(state: &str) -> Scenario {
    let mut scenario = in_state(state);
    scenario.case.current_version = "9.0".to_owned();
    scenario
}

fn skip(scenario: &Scenario, mode: Mode) -> Option<Skip> {
    let reached = reach(&scenario.case, mode, scenario.now);
    // What can be reached is what the rules allow.
    if let Ok(event) = &reached {
        assert!(scenario.clone().send(event).is_ok());
    }
    reached.err()
}

#[test]
fn rows_35_and_36_reach_those_whose_agreement_goes_on_and_explain_the_others() {
    let without_address = {
        let mut scenario = newer("C");
        scenario.case.customer.party.email = None;
        scenario
    };
    let deleted = newer("C").after(&Event::Deleted);
    let table = [
        (newer("C"), None),
        (newer("U"), Some(Skip::AlreadyAsked)),
        (newer("W"), Some(Skip::OtherChain)),
        (newer("V"), Some(Skip::NotInForce)),
        (newer("X"), Some(Skip::NotInForce)),
        (newer("R1"), Some(Skip::NotInForce)),
        (newer("N"), Some(Skip::NotInForce)),
        (newer("E"), Some(Skip::NotInForce)),
        (in_state("C"), Some(Skip::SameVersion)),
        (without_address, Some(Skip::NoAddress)),
        (deleted, Some(Skip::Deleted)),
    ];
    for (scenario, expected) in table {
        for &mode in Mode::ALL {
            let state = scenario.letter();
            assert_eq!(skip(&scenario, mode), expected, "{mode:?} from {state}");
        }
    }
}

#[test]
fn a_request_is_answered_when_its_round_is_over_and_not_before() {
    let asked = || {
        newer("C")
            .after(&Event::Demanded(Demand::Version))
            .later(Duration::hours(1))
    };
    let run_out = {
        let mut scenario = asked();
        for _ in 0..3 {
            scenario = scenario.at_next_step().after(&Event::StepDue);
        }
        scenario.at_next_step()
    };
    let moved = || Event::PartnerAssigned(Some(partner(FOREIGN, None)));
    let moved_and_declined = asked().after(&moved()).later(Duration::hours(1));
    let table: [(Scenario, Event, Option<Answer>); 9] = [
        (asked(), consent(asked().link()), Some(Answer::Concluded)),
        (
            asked(),
            Event::Declined(asked().link()),
            Some(Answer::Declined),
        ),
        (
            asked(),
            Event::Objected(crate::domain::case::Channel::Phone),
            Some(Answer::Closed),
        ),
        (
            asked(),
            Event::LinksLocked { ask_again: false },
            Some(Answer::Closed),
        ),
        (asked(), Event::LinksLocked { ask_again: true }, None),
        (asked(), Event::AskedByHand, None),
        (asked(), moved(), None),
        (
            moved_and_declined.clone(),
            Event::Declined(moved_and_declined.link()),
            Some(Answer::Declined),
        ),
        (run_out, Event::StepDue, Some(Answer::Unanswered)),
    ];
    for (mut scenario, event, expected) in table {
        let before = scenario.case.clone();
        assert_eq!(
            before.open_request().unwrap().reason,
            RequestReason::RollOut
        );
        scenario.send(&event).unwrap();
        assert_eq!(answered(&before, &scenario.case), expected, "{event:?}");
    }
    // Who was asked for another reason has nothing to do with it.
    let mut amended = newer("U");
    let before = amended.case.clone();
    amended.send(&consent(amended.link())).unwrap();
    assert_eq!(answered(&before, &amended.case), None);
}

#[test]
fn keys_lead_back_to_what_they_name() {
    for answer in Answer::ALL {
        assert_eq!(Answer::of(answer.key()), Some(answer));
    }
    for &skip in Skip::ALL {
        assert_eq!(Skip::of(skip.key()), Some(skip));
        assert!(!skip.sentence().is_empty());
    }
    assert_eq!(Mode::of("inform"), Some(Mode::Inform));
    assert_eq!(Mode::of(""), None);
}

#[test]
fn the_log_says_what_was_started() {
    let started = RollOutAuditEvent::Started {
        mode: Mode::Conclude,
        partner: Some("A GmbH".to_owned()),
        concluded: Some("1.0".to_owned()),
        numbers: Some(3),
    };
    assert_eq!(
        started.sentence("2.0", Language::De),
        "Umstellung auf die Vertragsfassung 2.0 gestartet: Neuabschluss anfordern, Kunden von A GmbH, abgeschlossen mit Fassung 1.0, 3 Kundennummern"
    );
    assert_eq!(
        started.sentence("2.0", Language::En),
        "Roll-out of agreement version 2.0 started: ask for a new conclusion, customers of A GmbH, concluded with version 1.0, 3 customer numbers"
    );
    assert_eq!(
        RollOutAuditEvent::Paused.sentence("2.0", Language::De),
        "Umstellung auf die Vertragsfassung 2.0 angehalten"
    );
}
