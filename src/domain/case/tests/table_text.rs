//! LC-49: what the contract text in force does not speak of is neither asked for nor concluded, and who
//! waits for it is asked as soon as it is there.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;

use super::samples::{
    CENTRAFLEX, DESK, KIT, MANDANT, Scenario, TRUNK, booked, case, consent, in_state, mails,
    new_email, partner,
};
use crate::domain::case::{
    Event, LinkState, Refusal, Status, missing, next_step_due, product_statuses,
};
use crate::domain::mail::RequestReason;

/// A version comes into force that lacks these product files.
fn without(mut scenario: Scenario, keys: &[&str]) -> Scenario {
    scenario
        .case
        .annexes
        .retain(|key| !keys.contains(&key.as_str()));
    scenario
}

/// A version comes into force that has them, and the customer is looked at an hour later.
fn with(mut scenario: Scenario, keys: &[&str]) -> (Scenario, Result<String, Refusal>) {
    let keys = keys.iter().map(|key| (*key).to_owned());
    scenario.case.annexes.extend(keys);
    scenario.now += Duration::hours(1);
    let sent = scenario.send(&Event::NeedChanged);
    (scenario, sent.map(|changes| mails(&changes)))
}

#[test]
fn lc_49_what_is_not_written_is_not_asked_for_and_who_waits_is_asked_then() {
    for (product, codes, missing) in [
        (CENTRAFLEX, &[][..], &[CENTRAFLEX][..]),
        (TRUNK, &["ums"], &["mehrstandort-sip-trunk_ums"]),
        (KIT, &["fax", "archive"], &["kit_archive"]),
        (DESK, &[], &[DESK]),
    ] {
        let mut scenario = without(Scenario::of(case()), missing);
        let changes = scenario.send(&booked(product, codes)).unwrap();
        assert_eq!(mails(&changes), "", "{product}");
        assert_eq!(scenario.status(), Status::TextMissing, "{product}");
        for event in [
            Event::AskedByHand,
            Event::ConcludedOnPaper {
                person: "Ute Vogt".to_owned(),
                function: "Vorstand".to_owned(),
                existing: None,
            },
        ] {
            assert_eq!(
                scenario.send(&event),
                Err(Refusal::TextMissing),
                "{event:?}"
            );
        }
        assert_eq!(scenario.send(&Event::NeedChanged), Err(Refusal::Unchanged));
        let (after, sent) = with(scenario, missing);
        assert_eq!(sent.unwrap(), "M1>customer", "{product}");
        assert_eq!(after.letter(), "R0");
        let reason = after.case.open_request().unwrap().reason;
        assert_eq!(reason, RequestReason::First);
    }
}

#[test]
fn lc_49_what_is_said_of_an_option_may_stand_in_the_file_of_its_product() {
    let scenario = without(Scenario::of(case()), &["kit_fax"]);
    assert_eq!(scenario.clone().after(&booked(KIT, &["fax"])).letter(), "T");
    let mut whole = scenario;
    whole.case.annexes.insert(KIT.to_owned());
    assert_eq!(whole.after(&booked(KIT, &["fax"])).letter(), "R0");
}

#[test]
fn lc_49_without_any_version_nothing_is_asked_for_and_what_needs_none_is_booked_as_ever() {
    let mut scenario = Scenario::of(case());
    scenario.case.annexes.clear();
    scenario.case.current_version.clear();
    assert_eq!(scenario.clone().after(&booked(TRUNK, &[])).letter(), "N");
    assert_eq!(scenario.after(&booked(CENTRAFLEX, &[])).letter(), "T");
}

#[test]
fn lc_49_a_request_that_would_have_to_name_more_gives_way_until_the_text_is_there() {
    let asked = without(in_state("R0"), &["kit_fax"]).later(Duration::hours(1));
    let link = asked.link();
    let waiting = asked.clone().after(&booked(KIT, &["fax"]));
    assert_eq!(waiting.letter(), "T");
    assert_eq!(waiting.link_state(link), Some(LinkState::TextMissing));
    assert_eq!(
        next_step_due(&waiting.case, waiting.now),
        None,
        "no reminder"
    );
    assert_eq!(
        waiting.clone().send(&consent(link)),
        Err(Refusal::TextMissing)
    );
    // Either the text comes …
    let (then, sent) = with(waiting.clone(), &["kit_fax"]);
    assert_eq!(sent.unwrap(), "M1>customer");
    assert_eq!(then.letter(), "R0");
    // … or what it lacks goes.
    let mut gone = waiting.later(Duration::hours(1));
    let cancelled = Event::Cancelled {
        booking: 1,
        ends_at: Some(gone.now),
    };
    let changes = gone.send(&cancelled).unwrap();
    assert_eq!(mails(&changes), "M1>customer");
    assert_eq!(gone.letter(), "R0");
}

#[test]
fn lc_49_a_text_that_loses_an_annex_keeps_links_shut_and_reminders_back() {
    let asked = without(in_state("R1"), &[CENTRAFLEX]);
    let link = asked.link();
    assert_eq!(asked.letter(), "T");
    assert_eq!(asked.link_state(link), Some(LinkState::TextMissing));
    assert_eq!(next_step_due(&asked.case, asked.now), None);
    let mut later = asked.clone().at_next_step();
    assert_eq!(later.send(&Event::StepDue), Err(Refusal::NotDue));
    let (back, sent) = with(asked, &[CENTRAFLEX]);
    assert_eq!(sent, Err(Refusal::Unchanged), "the link is good again");
    assert_eq!(back.letter(), "R1");
    assert_eq!(back.after(&consent(link)).letter(), "C");
}

#[test]
fn lc_49_an_agreement_in_force_goes_on_and_its_amendment_waits() {
    let concluded = without(in_state("C"), &["kit_fax"]).later(Duration::hours(1));
    let waiting = concluded.after(&booked(KIT, &["fax"]));
    assert_eq!(waiting.status(), Status::AmendmentOpen);
    let lacks = missing(&waiting.case, waiting.now).unwrap();
    assert_eq!(lacks.status, Status::TextMissing);
    let lines = product_statuses(&waiting.case, waiting.now);
    let states: Vec<Status> = lines.iter().map(|one| one.case_status.status).collect();
    assert_eq!(states, [Status::Concluded, Status::TextMissing]);
    assert_eq!(waiting.gates(), "✔✔", "what is covered stays open");
    let (then, sent) = with(waiting, &["kit_fax"]);
    assert_eq!(sent.unwrap(), "M1>customer");
    assert_eq!(then.letter(), "U");
    let reason = then.case.open_request().unwrap().reason;
    assert_eq!(reason, RequestReason::Product);
}

#[test]
fn lc_49_a_new_mandant_waits_for_the_text_too() {
    let concluded = without(in_state("C"), &[CENTRAFLEX]).later(Duration::hours(1));
    assert_eq!(concluded.letter(), "C", "what was concluded is concluded");
    let other = partner(super::samples::FOREIGN, None);
    let moved = concluded.after(&Event::PartnerAssigned(Some(other)));
    assert_eq!(moved.letter(), "W");
    assert!(moved.case.open_request().is_none());
    let (then, sent) = with(moved, &[CENTRAFLEX]);
    assert_eq!(sent.unwrap(), "M1>customer");
    let reason = then.case.open_request().unwrap().reason;
    assert_eq!(reason, RequestReason::Partner);
    assert_ne!(then.case.partner.as_ref().map(|one| one.id), Some(MANDANT));
}

#[test]
fn lc_49_who_has_said_no_is_not_asked_because_the_text_came_back() {
    for (state, status) in [
        ("D", Status::Declined),
        ("V", Status::Void),
        ("X", Status::Expired),
    ] {
        let scenario = without(in_state(state), &[CENTRAFLEX]);
        assert_eq!(scenario.status(), status);
        let asked = scenario.clone().send(&Event::AskedByHand);
        assert_eq!(asked, Err(Refusal::TextMissing), "{state}");
        let (_, sent) = with(scenario, &[CENTRAFLEX]);
        assert_eq!(sent, Err(Refusal::Unchanged), "{state}");
    }
}

#[test]
fn lc_49_without_an_address_the_customer_is_asked_when_both_are_there() {
    let mut scenario = without(Scenario::of(case()), &[CENTRAFLEX]);
    scenario.case.customer.party.email = None;
    let waiting = scenario.after(&booked(CENTRAFLEX, &[]));
    assert_eq!(waiting.status(), Status::TextMissing);
    let (then, sent) = with(waiting.clone(), &[CENTRAFLEX]);
    assert_eq!(sent.unwrap(), "M14>operator");
    assert_eq!(then.status(), Status::NoEmail);
    let addressed = waiting.after(&new_email("neu@kunde.example"));
    assert_eq!(addressed.status(), Status::TextMissing);
    let (then, sent) = with(addressed, &[CENTRAFLEX]);
    assert_eq!(sent.unwrap(), "M1>customer");
    assert_eq!(then.letter(), "R0");
}
