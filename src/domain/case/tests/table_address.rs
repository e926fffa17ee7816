//! The rules for addresses that partners enter (A4), row by row: what happened; then whether the
//! waiting time alone lets the address pass, whether a mail is sent there, and whether a conclusion
//! grants access.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;

use super::samples::{CENTRAFLEX, Scenario, booked, email, in_state, mails, new_email};
use super::scenarios::{Happens, address_by_partner, agree, new_address, refused};
use crate::domain::case::{
    AddressChange, ENTRIES_PER_DAY, Event, Refusal, Status, Verdict, next_step_due,
};

const NEW: &str = "neu@kunde.example";

fn entered(address: &str) -> Event {
    Event::EmailChanged(AddressChange {
        email: email(address),
        partner_addresses: vec![email("post@partner1.example")],
        by_partner: true,
        wait: Duration::hours(48),
        despite: false,
    })
}

fn told(scenario: &mut Scenario) -> Event {
    Event::FormerTold(scenario.case.waiting_address().unwrap().id)
}

fn unreached(scenario: &mut Scenario) -> Event {
    Event::FormerUnreached(scenario.case.waiting_address().unwrap().id)
}

fn judged(scenario: &Scenario, verdict: Verdict) -> Event {
    let undecided = scenario.case.undecided_addresses().next();
    Event::AddressJudged(undecided.unwrap().id, verdict)
}

fn confirmed(scenario: &mut Scenario) -> Event {
    judged(scenario, Verdict::Confirmed)
}

fn denied(scenario: &mut Scenario) -> Event {
    judged(scenario, Verdict::Refused)
}

fn stopped(scenario: &mut Scenario) -> Event {
    judged(scenario, Verdict::Stopped)
}

fn a_day(scenario: &mut Scenario) -> Event {
    scenario.now += Duration::hours(47);
    Event::StepDue
}

fn two_days(scenario: &mut Scenario) -> Event {
    scenario.now = scenario
        .case
        .holidays
        .opens(scenario.now + Duration::hours(48));
    Event::StepDue
}

fn taken_back(_: &mut Scenario) -> Event {
    entered("info@kunde.example")
}

fn another(_: &mut Scenario) -> Event {
    entered("anders@kunde.example")
}

fn trunk(_: &mut Scenario) -> Event {
    booked("mehrstandort-sip-trunk", &["ums"])
}

fn no_address(scenario: &mut Scenario) -> Event {
    scenario.case.customer.party.email = None;
    trunk(scenario)
}

/// Reason, state before, events in sequence (a refused one changes nothing), the address after
/// them, its mails in the last step, the state after them, whether access is granted.
type Row = (
    &'static str,
    &'static str,
    &'static [Happens],
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const OLD: &str = "info@kunde.example";

#[rustfmt::skip] // one row of the table is one line
const ROWS: &[Row] = &[
    ("it waits", "R0", &[address_by_partner], OLD, "M15>old M14>operator", "R0", "✘✘"),
    ("without being told, time does nothing", "R0", &[address_by_partner, two_days], OLD, "refused", "R0", "✘✘"),
    ("told, but not long enough", "R0", &[address_by_partner, told, a_day], OLD, "refused", "R0", "✘✘"),
    ("told, and the time is over", "R0", &[address_by_partner, told, two_days], NEW, "M1>customer", "R0", "✘✘"),
    ("the mail came back: time does nothing", "R0", &[address_by_partner, told, unreached, two_days], OLD, "refused", "R0", "✘✘"),
    ("the mail came back: the operator can", "R0", &[address_by_partner, unreached, confirmed], NEW, "M1>customer", "R0", "✘✘"),
    ("the former address takes no mail", "R0", &[refused, address_by_partner, told, two_days], OLD, "refused", "R0", "✘✘"),
    ("the operator ends the time", "R0", &[address_by_partner, confirmed], NEW, "M1>customer", "R0", "✘✘"),
    ("the operator refuses", "R0", &[address_by_partner, denied], OLD, "", "R0", "✘✘"),
    ("the former address stops it", "R0", &[address_by_partner, told, stopped], OLD, "", "R0", "✘✘"),
    ("… and time does nothing any more", "R0", &[address_by_partner, told, stopped, two_days], OLD, "refused", "R0", "✘✘"),
    ("after a stop the next one needs the operator", "R0", &[address_by_partner, told, stopped, another, told, two_days], OLD, "refused", "R0", "✘✘"),
    ("stopped late: back again", "R0", &[address_by_partner, told, two_days, stopped], OLD, "M1>customer", "R0", "✘✘"),
    ("refused late: back again", "R0", &[address_by_partner, told, two_days, denied], OLD, "M1>customer", "R0", "✘✘"),
    ("taken back by whoever entered it", "R0", &[address_by_partner, told, taken_back, two_days], OLD, "refused", "R0", "✘✘"),
    ("another in its place: time begins anew", "R0", &[address_by_partner, told, a_day, another, told, a_day], OLD, "refused", "R0", "✘✘"),
    ("the operator enters one", "R0", &[address_by_partner, new_address_of_operator], "betrieb@kunde.example", "M1>customer M15>old", "R0", "✘✘"),
    ("no former address: it waits", "O", &[address_by_partner], "", "M14>operator", "O", "✘✘"),
    ("no former address: time does nothing", "O", &[address_by_partner, two_days], "", "refused", "O", "✘✘"),
    ("no former address: the operator confirms", "O", &[address_by_partner, confirmed], NEW, "M1>customer", "R0", "✘✘"),
    ("no former address: the operator refuses", "O", &[address_by_partner, denied], "", "", "O", "✘✘"),
    ("concluded after the time: no gate", "R0", &[address_by_partner, told, two_days, agree], NEW, "M3>customer M3>old M4>1 M4>11", "H", "✘✘"),
    ("… until the operator confirms", "R0", &[address_by_partner, told, two_days, agree, confirmed], NEW, "", "C", "✔✔"),
    ("… the former address alone ends nothing", "R0", &[address_by_partner, told, two_days, agree, stopped], NEW, "refused", "H", "✘✘"),
    ("… the operator refuses: no agreement", "R0", &[address_by_partner, told, two_days, agree, denied], OLD, "M1>customer", "R0", "✘✘"),
    ("… another address does not settle it", "R0", &[address_by_partner, told, two_days, agree, new_address_of_operator], "betrieb@kunde.example", "", "H", "✘✘"),
    ("… and can still be confirmed", "R0", &[address_by_partner, told, two_days, agree, new_address_of_operator, confirmed], "betrieb@kunde.example", "", "C", "✔✔"),
    ("… or refused", "R0", &[address_by_partner, told, two_days, agree, new_address_of_operator, denied], "betrieb@kunde.example", "M1>customer", "R0", "✘✘"),
    ("confirmed, then concluded", "R0", &[address_by_partner, confirmed, agree], NEW, "M3>customer M4>1 M4>11", "C", "✔✔"),
    ("concluded before: the gate stays open", "C", &[address_by_partner, told, two_days], NEW, "", "C", "✔✔"),
    ("concluded by the old link meanwhile", "R0", &[address_by_partner, told, agree], OLD, "M3>customer M4>1 M4>11", "C", "✔✔"),
    ("an amendment without an address", "C", &[no_address, address_by_partner, confirmed], NEW, "M1>customer", "U", "✔✔"),
];

fn new_address_of_operator(_: &mut Scenario) -> Event {
    new_email("betrieb@kunde.example")
}

#[test]
fn a4_every_row_leads_where_the_table_says() {
    for (name, state, steps, address, sent, after, gates) in ROWS {
        let mut scenario = in_state(state);
        let mut last = String::new();
        for happens in *steps {
            scenario.now += Duration::minutes(1);
            let event = happens(&mut scenario);
            last = match scenario.send(&event) {
                Ok(changes) => mails(&changes),
                Err(_) => "refused".to_owned(),
            };
        }
        let to = scenario
            .case
            .customer
            .email()
            .map_or("", |email| email.as_str());
        assert_eq!(to, *address, "{name}: address");
        assert_eq!(last, *sent, "{name}: mails");
        assert_eq!(scenario.letter(), *after, "{name}: state");
        assert_eq!(scenario.gates(), *gates, "{name}: gates");
    }
}

/// Only a settled address gets what could not be taken back after a refusal, and the scheduler runs
/// in time.
#[test]
fn a4_logins_go_to_no_address_in_doubt_and_time_is_foreseen() {
    let entered = in_state("R0").after(&address_by_partner(&mut in_state("R0")));
    let settled = |scenario: &Scenario| {
        scenario
            .case
            .settled_email()
            .map(|one| one.as_str().to_owned())
    };
    assert_eq!(settled(&entered).as_deref(), Some(OLD));
    let event = told(&mut entered.clone());
    let told = entered.after(&event);
    let due = next_step_due(&told.case).unwrap();
    assert_eq!(due, told.now + Duration::hours(48));
    let mut passed = told.clone();
    passed.now = due;
    let passed = passed.after(&Event::StepDue);
    assert_eq!(settled(&passed), None);
    let event = judged(&passed, Verdict::Confirmed);
    assert_eq!(settled(&passed.after(&event)).as_deref(), Some(NEW));
}

/// 5.8-16 of the faults: strangers get no mails, and the operator gets none for each attempt.
#[test]
fn a4_a_day_has_three_entries_for_one_customer() {
    let mut scenario = in_state("R0");
    for place in 0..ENTRIES_PER_DAY {
        scenario
            .send(&entered(&format!("neu{place}@kunde.example")))
            .unwrap();
    }
    let more = entered("mehr@kunde.example");
    assert_eq!(scenario.send(&more), Err(Refusal::TooManyAddresses));
    // Addresses that the operator enters are not counted, and the count starts anew the next day.
    scenario.send(&new_address(&mut scenario.clone())).unwrap();
    scenario.now += Duration::days(1);
    scenario.send(&more).unwrap();
    assert_eq!(scenario.send(&more), Err(Refusal::Unchanged));
}

#[test]
fn a4_what_is_asked_for_without_an_address_says_that_one_waits() {
    let mut scenario = in_state("O");
    scenario.send(&entered(NEW)).unwrap();
    assert_eq!(scenario.status(), Status::AddressOpen);
    assert_eq!(scenario.send(&Event::AskedByHand), Err(Refusal::NoAddress));
    // What is booked meanwhile is requested together with it.
    scenario.send(&booked(CENTRAFLEX, &[])).unwrap();
    let event = judged(&scenario, Verdict::Confirmed);
    assert_eq!(mails(&scenario.send(&event).unwrap()), "M1>customer");
    assert_eq!(scenario.send(&event), Err(Refusal::AddressDecided));
}
