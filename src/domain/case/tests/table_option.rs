//! The end of the UMS option alone: on a day to come, at once, and taken back (B5; rows 19, 43, 44).
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::{DateTime, Duration, Utc};

use super::samples::{
    CENTRAFLEX, MANDANT, SMALL_TRUNK, Scenario, booked, case, consent, in_state, mails, utc,
};
use crate::domain::case::{Change, Event, Refusal, next_change, next_step_due};

/// Midnight in Berlin at the beginning of 1 December.
const END: &str = "2026-11-30T23:00:00Z";
/// When the scheduler acts on it: a Tuesday.
const MORNING: &str = "2026-12-01T07:00:00Z";

fn ends(ends_at: Option<DateTime<Utc>>) -> Event {
    Event::OptionCancelled {
        booking: 0,
        ends_at,
    }
}

/// Asked for a trunk with the option.
fn asked() -> Scenario {
    Scenario::of(case()).after(&booked(SMALL_TRUNK, true))
}

fn concluded() -> Scenario {
    let asked = asked();
    let answer = consent(asked.link());
    asked.later(Duration::hours(1)).after(&answer)
}

fn at(mut scenario: Scenario, moment: &str) -> Scenario {
    scenario.now = utc(moment);
    scenario
}

#[test]
fn b5_an_option_that_is_cancelled_works_to_its_last_day() {
    let mut scenario = concluded();
    let changes = scenario.send(&ends(Some(utc(END)))).unwrap();
    assert_eq!(changes, [Change::EndOption(0, Some(utc(END)))]);
    assert_eq!(next_step_due(&scenario.case), Some(utc(MORNING)));
    assert_eq!(
        next_change(&scenario.case, scenario.now).unwrap().0,
        utc(END)
    );
    let last = at(scenario.clone(), "2026-11-30T22:59:59.999Z");
    assert_eq!(last.letter(), "C");
    assert!(last.gate(MANDANT, "ums").is_ok());
    // From midnight on it is gone, whether or not the scheduler has come.
    let night = at(scenario, END);
    assert_eq!(night.letter(), "E");
    assert!(night.gate(MANDANT, "ums").is_err());
    assert!(
        !night.case.active_products(night.now)[0].1,
        "the product goes on without it"
    );
    let mut morning = at(night, MORNING);
    assert_eq!(
        mails(&morning.send(&Event::StepDue).unwrap()),
        "M13>customer"
    );
    assert_eq!(morning.send(&Event::StepDue), Err(Refusal::NotDue));
    let [old, new] = morning.case.bookings.as_slice() else {
        panic!("{:?}", morning.case.bookings);
    };
    assert_eq!((old.ums, old.ends_at), (true, Some(utc(END))));
    assert_eq!(
        (new.ums, new.ends_at, new.option_ends_at),
        (false, None, None)
    );
    assert!(new.is_active(morning.now));
}

#[test]
fn b5_the_cancellation_of_an_option_can_be_taken_back() {
    let scenario = concluded().after(&ends(Some(utc(END))));
    let mut back = scenario.later(Duration::days(3));
    let changes = back.send(&ends(None)).unwrap();
    assert_eq!(changes, [Change::EndOption(0, None)]);
    let mut later = at(back, MORNING);
    assert_eq!(later.letter(), "C");
    assert_eq!(later.send(&Event::StepDue), Err(Refusal::NotDue));
    // Once it is over it cannot be.
    let mut over = at(
        later.after(&ends(Some(utc("2026-12-05T23:00:00Z")))),
        "2026-12-05T23:00:00Z",
    );
    assert_eq!(over.send(&ends(None)), Err(Refusal::UnknownBooking));
}

#[test]
fn b5_what_is_open_for_the_option_is_withdrawn_at_its_end() {
    let scenario = asked().after(&ends(Some(utc(END))));
    let mut morning = at(scenario, MORNING);
    assert_eq!(
        mails(&morning.send(&Event::StepDue).unwrap()),
        "M11>customer"
    );
    assert_eq!(morning.letter(), "N");
    // Of two products the agreement goes on for the other one.
    let both = Scenario::of(case())
        .after(&booked(SMALL_TRUNK, true))
        .after(&booked(CENTRAFLEX, false));
    let answer = consent(both.link());
    let both = both.after(&answer).after(&ends(Some(utc(END))));
    let mut morning = at(both, MORNING);
    assert_eq!(
        mails(&morning.send(&Event::StepDue).unwrap()),
        "M11>customer"
    );
    assert_eq!(morning.letter(), "C");
}

#[test]
fn b5_at_once_and_what_is_refused() {
    let mut scenario = concluded();
    let now = scenario.now;
    let past = Some(now - Duration::milliseconds(1));
    assert_eq!(scenario.send(&ends(past)), Err(Refusal::EndInPast));
    assert_eq!(scenario.send(&ends(None)), Err(Refusal::Unchanged));
    let mut without = in_state("C");
    assert_eq!(
        without.send(&ends(Some(utc(END)))),
        Err(Refusal::UnknownBooking),
        "no option is booked"
    );
    let mut planned = scenario.clone().after(&ends(Some(utc(END))));
    assert_eq!(planned.send(&ends(Some(utc(END)))), Err(Refusal::Unchanged));
    // As when it is switched off by hand (row 44), planned before or not.
    for mut scenario in [scenario, planned] {
        let changes = scenario.send(&ends(Some(now))).unwrap();
        assert_eq!(mails(&changes), "M13>customer");
        assert_eq!(scenario.letter(), "E");
        assert_eq!(scenario.case.bookings.len(), 2);
    }
}

#[test]
fn b5_between_midnight_and_morning_nothing_gets_lost() {
    let night = || at(concluded().after(&ends(Some(utc(END)))), END).later(Duration::hours(2));
    // The whole product is cancelled: the scheduler still tells the customer that the agreement is over.
    let now = night().now;
    let gone = Event::Cancelled {
        booking: 0,
        ends_at: Some(now),
    };
    let mut morning = at(night().after(&gone), MORNING);
    assert_eq!(
        mails(&morning.send(&Event::StepDue).unwrap()),
        "M13>customer"
    );
    // It is switched on again: a new need (row 50), and the customer is asked.
    let on = Event::OptionChanged {
        booking: 0,
        ums: true,
    };
    let mut again = night();
    assert_eq!(mails(&again.send(&on).unwrap()), "M1>customer");
    let mut morning = at(again, MORNING);
    assert_eq!(mails(&morning.send(&Event::StepDue).unwrap()), "");
    assert_eq!(morning.letter(), "R0");
}
