//! The end of the UMS option alone: on a future day, at once, and taken back (B5; rows 19, 43, 44).
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::{DateTime, Duration, Utc};

use super::samples::{
    CENTRAFLEX, DESK, KIT, MANDANT, SMALL_TRUNK, Scenario, UMS, booked, case, consent, in_state,
    mails, options, utc,
};
use crate::domain::case::{Change, Event, Refusal, next_change, next_step_due};

/// Midnight in Berlin at the start of 1 December.
const END: &str = "2026-11-30T23:00:00Z";
/// When the scheduler handles it: a Tuesday.
const MORNING: &str = "2026-12-01T07:00:00Z";

fn ends(ends_at: Option<DateTime<Utc>>) -> Event {
    cancel("ums", ends_at)
}

fn cancel(option: &str, ends_at: Option<DateTime<Utc>>) -> Event {
    Event::OptionCancelled {
        booking: 0,
        option: option.to_owned(),
        ends_at,
    }
}

/// The customer is asked because of a trunk with the option.
fn asked() -> Scenario {
    Scenario::of(case()).after(&booked(SMALL_TRUNK, &["ums"]))
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
    assert_eq!(
        changes,
        [Change::EndOption(0, UMS.to_owned(), Some(utc(END)))]
    );
    assert_eq!(next_step_due(&scenario.case), Some(utc(MORNING)));
    assert_eq!(
        next_change(&scenario.case, scenario.now).unwrap().0,
        utc(END)
    );
    let last = at(scenario.clone(), "2026-11-30T22:59:59.999Z");
    assert_eq!(last.letter(), "C");
    assert!(last.gate(MANDANT, "ums").is_ok());
    // It has ended from midnight on, whether or not the scheduler has run.
    let night = at(scenario, END);
    assert_eq!(night.letter(), "E");
    assert!(night.gate(MANDANT, "ums").is_err());
    assert!(
        night.case.active_products(night.now)[0].1.is_empty(),
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
    assert_eq!(old.ends_at, Some(utc(END)));
    assert_eq!(old.options_to_the_end(morning.now), options(&["ums"]));
    assert_eq!((new.all_options(), new.ends_at), (options(&[]), None));
    assert!(new.is_active(morning.now));
}

#[test]
fn b5_the_cancellation_of_an_option_can_be_taken_back() {
    let scenario = concluded().after(&ends(Some(utc(END))));
    let mut back = scenario.later(Duration::days(3));
    let changes = back.send(&ends(None)).unwrap();
    assert_eq!(changes, [Change::EndOption(0, UMS.to_owned(), None)]);
    let mut later = at(back, MORNING);
    assert_eq!(later.letter(), "C");
    assert_eq!(later.send(&Event::StepDue), Err(Refusal::NotDue));
    // After its end the cancellation cannot be taken back.
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
    // With two products, the agreement stays in force for the other one.
    let both = Scenario::of(case())
        .after(&booked(SMALL_TRUNK, &["ums"]))
        .after(&booked(CENTRAFLEX, &[]));
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
    // The same as switching it off by hand (row 44), whether an end was planned before or not.
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
    // The whole product is cancelled: the scheduler still tells the customer that the agreement has
    // ended.
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
        option: UMS.to_owned(),
        on: true,
    };
    let mut again = night();
    assert_eq!(mails(&again.send(&on).unwrap()), "M1>customer");
    let mut morning = at(again, MORNING);
    assert_eq!(mails(&morning.send(&Event::StepDue).unwrap()), "");
    assert_eq!(morning.letter(), "R0");
}

/// An agreement about a product with these options is concluded.
fn with(product: &str, codes: &[&str]) -> Scenario {
    let asked = Scenario::of(case()).after(&booked(product, codes));
    let answer = consent(asked.link());
    asked.later(Duration::hours(1)).after(&answer)
}

#[test]
fn b5_one_option_ends_while_another_goes_on() {
    let mut scenario = with(KIT, &["fax", "archive", "journal"]);
    assert!(scenario.gate(MANDANT, "fax").is_ok() && scenario.gate(MANDANT, "archive").is_ok());
    scenario = scenario.after(&cancel("fax", Some(utc(END))));
    let night = at(scenario, END);
    assert_eq!(night.letter(), "C", "the agreement covers what is left");
    assert!(night.gate(MANDANT, "fax").is_err());
    assert!(night.gate(MANDANT, "archive").is_ok());
    let mut morning = at(night, MORNING);
    // Row 43 for an option: the customer is told, and the agreement stays in force.
    assert_eq!(
        mails(&morning.send(&Event::StepDue).unwrap()),
        "M11>customer"
    );
    assert_eq!(morning.letter(), "C");
    let [old, new] = morning.case.bookings.as_slice() else {
        panic!("{:?}", morning.case.bookings);
    };
    assert_eq!(old.ends_at, Some(utc(END)));
    assert_eq!(new.all_options(), options(&["archive", "journal"]));
    // The last option that needs an agreement ends: row 44.
    let last = Event::OptionCancelled {
        booking: 1,
        option: "archive".to_owned(),
        ends_at: Some(morning.now),
    };
    assert_eq!(mails(&morning.send(&last).unwrap()), "M13>customer");
    assert_eq!(morning.letter(), "E");
}

#[test]
fn b5_two_options_that_end_on_days_of_their_own_keep_them() {
    let later = utc("2026-12-08T23:00:00Z");
    let scenario = with(KIT, &["fax", "archive"])
        .after(&cancel("fax", Some(utc(END))))
        .after(&cancel("archive", Some(later)));
    let morning = at(scenario, MORNING).after(&Event::StepDue);
    assert_eq!(morning.case.bookings[1].options[0].ends_at, Some(later));
    assert_eq!(morning.letter(), "C");
    let mut next = at(morning, "2026-12-09T07:00:00Z");
    assert_eq!(next.letter(), "E");
    assert_eq!(mails(&next.send(&Event::StepDue).unwrap()), "M13>customer");
    assert_eq!(next.case.bookings.len(), 3);
}

#[test]
fn p_05_an_option_that_needs_no_agreement_comes_and_goes_in_silence() {
    for (product, code) in [(KIT, "journal"), (DESK, "music")] {
        let mut scenario = with(product, if product == KIT { &["fax"] } else { &[] });
        let switch = |place, on| Event::OptionChanged {
            booking: place,
            option: code.to_owned(),
            on,
        };
        assert_eq!(mails(&scenario.send(&switch(0, true)).unwrap()), "");
        assert_eq!(scenario.letter(), "C", "{product}");
        let doors = scenario.doors();
        assert_eq!(mails(&scenario.send(&switch(1, false)).unwrap()), "");
        assert_eq!((scenario.letter().as_str(), scenario.doors()), ("C", doors));
    }
}

#[test]
fn row_46_an_option_of_a_product_that_needs_an_agreement_itself() {
    let mut scenario = with(DESK, &[]);
    let on = |option: &str| Event::OptionChanged {
        booking: scenario.case.bookings.len() - 1,
        option: option.to_owned(),
        on: true,
    };
    let on = on("record");
    assert_eq!(mails(&scenario.send(&on).unwrap()), "M1>customer");
    assert_eq!(scenario.letter(), "U");
    assert!(
        scenario.gate(MANDANT, DESK).is_ok(),
        "the product is covered"
    );
    assert!(
        scenario.gate(MANDANT, "record").is_err(),
        "its option is not"
    );
    let answer = consent(scenario.link());
    scenario = scenario.later(Duration::hours(1)).after(&answer);
    assert_eq!(scenario.letter(), "C");
    assert!(scenario.gate(MANDANT, "record").is_ok());
    // When the option ends, the product keeps its agreement.
    let off = Event::OptionCancelled {
        booking: 1,
        option: "record".to_owned(),
        ends_at: Some(scenario.now),
    };
    assert_eq!(mails(&scenario.send(&off).unwrap()), "M11>customer");
    assert_eq!(scenario.letter(), "C");
    assert!(scenario.gate(MANDANT, DESK).is_ok());
    assert!(scenario.gate(MANDANT, "record").is_err());
}

#[test]
fn p_07_what_is_retired_goes_on_and_is_booked_no_more() {
    let mut scenario = with(KIT, &["fax"]);
    let before = (scenario.letter(), scenario.doors());
    for product in &mut scenario.case.catalogue {
        product.retired = product.code == KIT;
    }
    assert_eq!((scenario.letter(), scenario.doors()), before);
    for product in [booked(KIT, &[]), booked(KIT, &["fax"])] {
        assert_eq!(scenario.send(&product), Err(Refusal::UnknownProduct));
    }
    // The end of the booking can be set and taken back as usual.
    let scenario = scenario
        .after(&ends_booking(Some(utc(END))))
        .after(&ends_booking(None));
    let mut scenario = scenario.after(&cancel("fax", Some(utc(END))));
    // The same holds for an option alone.
    for product in &mut scenario.case.catalogue {
        product.retired = false;
        for option in &mut product.options {
            option.retired = option.code == "archive";
        }
    }
    let on = |option: &str| Event::OptionChanged {
        booking: 0,
        option: option.to_owned(),
        on: true,
    };
    assert_eq!(scenario.send(&on("archive")), Err(Refusal::UnknownProduct));
    assert_eq!(
        scenario.send(&booked(KIT, &["archive"])),
        Err(Refusal::UnknownProduct)
    );
    assert!(scenario.send(&on("journal")).is_ok());
}

fn ends_booking(ends_at: Option<DateTime<Utc>>) -> Event {
    Event::Cancelled {
        booking: 0,
        ends_at,
    }
}
