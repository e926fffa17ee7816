//! Requirements 5.5: what a link can be used for, and how often a new one can be requested (S-13).
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::{DateTime, Duration, Utc};

use super::samples::{
    CENTRAFLEX, FOREIGN, Scenario, TRUNK, booked, case, consent, in_state, mails, new_email,
    partner, utc,
};
use crate::domain::case::{Case, Channel, Event, LinkState, Refusal};
use crate::domain::{Holidays, LinkId};

/// A word for the page to which a link leads.
fn page(scenario: &Scenario, link: LinkId) -> &'static str {
    match scenario.link_state(link) {
        None => "404",
        Some(LinkState::Valid { .. }) => "consent",
        Some(LinkState::Expired { .. }) => "expired",
        Some(LinkState::Replaced { .. }) => "replaced",
        Some(LinkState::Concluded {
            success_page: true, ..
        }) => "success",
        Some(LinkState::Concluded {
            success_page: false,
            ..
        }) => "concluded",
        Some(LinkState::Declined { .. }) => "declined",
        Some(LinkState::Objected { .. }) => "objected",
        Some(LinkState::Locked { .. }) => "locked",
        Some(LinkState::TextMissing) => "text missing",
        Some(LinkState::NotNeeded) => "not needed",
    }
}

/// A round with two usable links, sent an hour apart: the older and the newer one.
fn two_links() -> (Scenario, LinkId, LinkId) {
    let scenario = in_state("R0").later(Duration::hours(1));
    let older = scenario.link();
    let scenario = scenario.after(&Event::AskedByHand);
    let newer = scenario.link();
    (scenario.later(Duration::hours(1)), older, newer)
}

#[test]
fn links_lead_to_the_pages_of_5_5() {
    let (scenario, older, newer) = two_links();
    let both = |scenario: &Scenario| (page(scenario, older), page(scenario, newer));
    assert_eq!(
        both(&scenario),
        ("consent", "consent"),
        "plain resend: until its own end"
    );

    let changed = scenario.clone().after(&new_email("neu@kunde.example"));
    assert_eq!(both(&changed), ("replaced", "replaced"));
    assert_eq!(page(&changed, changed.link()), "consent");

    let concluded = scenario.clone().after(&consent(older));
    assert_eq!(both(&concluded), ("success", "concluded"));
    let declined = scenario.clone().after(&Event::Declined(newer));
    assert_eq!(both(&declined), ("declined", "declined"));
    let void = concluded.clone().after(&Event::Objected(Channel::Portal));
    assert_eq!(
        both(&void),
        ("objected", "objected"),
        "never 'concluded' once it is void"
    );

    let mut gone = scenario.clone();
    gone.case.bookings[0].ends_at = Some(gone.now);
    assert_eq!(both(&gone), ("not needed", "not needed"));
    let mut deleted = concluded.clone();
    deleted.case.customer.deleted_at = Some(deleted.now);
    assert_eq!(both(&deleted), ("404", "404"));

    let amended = concluded.after(&booked(TRUNK, &["ums"]));
    assert_eq!(
        both(&amended),
        ("success", "concluded"),
        "what they concluded still holds"
    );
}

#[test]
fn a_link_is_good_to_the_last_millisecond_of_its_berlin_day() {
    // 5.7: time of sending, end of validity; across both clock changes and the end of a month.
    let table = [
        ("2026-03-15T10:00:00Z", "2026-03-29T21:59:59.999Z"),
        ("2026-03-14T22:59:00Z", "2026-03-28T22:59:59.999Z"),
        ("2026-10-11T10:00:00Z", "2026-10-25T22:59:59.999Z"),
        ("2026-10-10T21:30:00Z", "2026-10-24T21:59:59.999Z"),
        ("2027-02-14T12:00:00Z", "2027-02-28T22:59:59.999Z"),
        ("2028-02-15T12:00:00Z", "2028-02-29T22:59:59.999Z"),
    ];
    for (sent, last) in table {
        let mut scenario = asked_at(utc(sent));
        let link = scenario.link();
        scenario.now = utc(last);
        assert_eq!(page(&scenario, link), "consent", "sent {sent}");
        assert!(scenario.clone().send(&consent(link)).is_ok(), "sent {sent}");
        scenario.now += Duration::milliseconds(1);
        assert_eq!(page(&scenario, link), "expired", "sent {sent}");
        assert_eq!(
            scenario.send(&consent(link)),
            Err(Refusal::LinkUnusable),
            "row 18"
        );
        assert_eq!(
            scenario.send(&Event::Declined(link)),
            Err(Refusal::LinkUnusable),
            "row 18"
        );
    }
}

fn asked_at(now: DateTime<Utc>) -> Scenario {
    let mut scenario = Scenario::of(case());
    scenario.now = now;
    scenario.after(&booked(CENTRAFLEX, &[]))
}

#[test]
fn f10_reminders_go_out_on_working_days_from_eight_to_twenty_in_berlin() {
    // 5.7: time of sending, first time at which the reminder is sent.
    let table = [
        ("2026-11-22T09:00:00Z", "2026-12-07T07:00:00Z"),
        ("2026-03-14T10:00:00Z", "2026-03-30T06:00:00Z"), // the Sunday the clocks go forward
        ("2026-10-10T10:00:00Z", "2026-10-26T07:00:00Z"), // the Sunday they go back
        ("2026-01-16T10:00:00Z", "2026-02-02T07:00:00Z"), // a Saturday
        ("2026-12-17T23:30:00Z", "2027-01-04T07:00:00Z"), // already the 18th in Berlin
        ("2026-12-10T10:00:00Z", "2026-12-28T07:00:00Z"), // Christmas, then a weekend
        ("2027-03-11T10:00:00Z", "2027-03-30T06:00:00Z"), // from Good Friday to Easter Monday
    ];
    for (sent, due) in table {
        let mut scenario = asked_at(utc(sent));
        scenario.now = utc(due) - Duration::milliseconds(1);
        assert_eq!(
            scenario.send(&Event::StepDue),
            Err(Refusal::NotDue),
            "sent {sent}"
        );
        scenario.now = utc(due);
        assert_eq!(
            mails(&scenario.send(&Event::StepDue).unwrap()),
            "M2.1>customer",
            "sent {sent}"
        );
        assert_eq!(
            scenario.send(&Event::StepDue),
            Err(Refusal::NotDue),
            "5.6-10: never twice"
        );
    }
    // The same holds days later: neither at night nor in the evening, nor at a weekend.
    let mut late = asked_at(utc("2026-11-22T09:00:00Z"));
    for closed in [
        "2026-12-18T04:00:00Z",
        "2026-12-18T19:00:00Z",
        "2026-12-20T10:00:00Z",
    ] {
        late.now = utc(closed);
        assert_eq!(late.send(&Event::StepDue), Err(Refusal::NotDue), "{closed}");
    }
    // A holiday of one state is a working day elsewhere.
    late.now = utc("2027-01-06T10:00:00Z");
    late.case.holidays = Holidays::Bavaria;
    assert_eq!(late.send(&Event::StepDue), Err(Refusal::NotDue));
    late.case.holidays = Holidays::NorthRhine;
    assert!(late.send(&Event::StepDue).is_ok());
}

#[test]
fn missed_steps_collapse_into_one_reminder() {
    // 5.6-10: the scheduler did not run for 30 days.
    let mut scenario = in_state("R0").later(Duration::days(45));
    assert_eq!(
        mails(&scenario.send(&Event::StepDue).unwrap()),
        "M2.1>customer"
    );
    let next = scenario.clone().at_next_step();
    for _ in 0..14 {
        assert_eq!(scenario.send(&Event::StepDue), Err(Refusal::NotDue));
        scenario.now += Duration::days(1);
    }
    assert_eq!(
        (next.now - scenario.now).num_days(),
        0,
        "then fourteen days again"
    );
}

#[test]
fn the_success_page_lives_fourteen_days() {
    // 5.8-15, including the clock change.
    let mut scenario = asked_at(utc("2026-10-10T10:00:00Z"));
    let link = scenario.link();
    scenario = scenario.later(Duration::days(1)).after(&consent(link));
    scenario.now = utc("2026-10-25T22:59:59.999Z");
    assert_eq!(page(&scenario, link), "success");
    scenario.now += Duration::milliseconds(1);
    assert_eq!(page(&scenario, link), "concluded");
}

#[test]
fn rows_16_to_18_conclude_nothing_twice() {
    let (scenario, older, newer) = two_links();
    let mut scenario = scenario.after(&consent(newer));
    for link in [newer, older] {
        assert_eq!(
            scenario.send(&consent(link)),
            Err(Refusal::AlreadyConcluded)
        );
    }
    let unknown = consent(LinkId(uuid::Uuid::nil()));
    assert_eq!(scenario.send(&unknown), Err(Refusal::LinkUnusable));
    // An old link of a concluded contract says so instead of offering a new one.
    let mut reminded = in_state("R1");
    let first = reminded.case.requests[0].links[0].id;
    assert_eq!(page(&reminded, first), "expired");
    reminded = reminded.clone().after(&consent(reminded.link()));
    assert_eq!(page(&reminded, first), "concluded");
}

#[test]
fn s_13_a_new_link_can_be_asked_for_by_an_expired_or_replaced_one() {
    let expired = in_state("R1");
    let first = expired.case.requests[0].links[0].id;
    let replaced = in_state("R0");
    let old = replaced.link();
    let replaced = replaced.after(&new_email("neu@kunde.example"));
    let gone = in_state("X");
    let last = gone.link();
    for (scenario, link) in [(expired, first), (replaced, old), (gone, last)] {
        let mut scenario = scenario.later(Duration::minutes(10));
        assert_eq!(
            mails(&scenario.send(&Event::AskedByLink(link)).unwrap()),
            "M1>customer"
        );
        assert_eq!(scenario.letter(), "R0");
        assert_eq!(page(&scenario, scenario.link()), "consent");
    }
}

#[test]
fn s_13_limits_new_links_to_one_in_ten_minutes_and_three_a_day() {
    let mut scenario = in_state("X").later(Duration::days(2));
    let link = scenario.link();
    let ask = Event::AskedByLink(link);
    for _ in 0..3 {
        assert!(scenario.send(&ask).is_ok());
        scenario.now += Duration::minutes(10) - Duration::milliseconds(1);
        assert_eq!(scenario.send(&ask), Err(Refusal::TooManyLinks));
        scenario.now += Duration::milliseconds(1);
    }
    assert_eq!(
        scenario.send(&ask),
        Err(Refusal::TooManyLinks),
        "the fourth within a day"
    );
    scenario.now += Duration::hours(24) - Duration::minutes(30) - Duration::milliseconds(1);
    assert_eq!(scenario.send(&ask), Err(Refusal::TooManyLinks));
    scenario.now += Duration::milliseconds(1);
    assert!(scenario.send(&ask).is_ok());
}

#[test]
fn s_13_a_new_link_is_refused_where_nothing_is_open() {
    type Spoil = fn(&mut Case);
    let table: &[(&str, Spoil, Refusal)] = &[
        (
            "R1",
            |case| case.customer.party.email = None,
            Refusal::NoAddress,
        ),
        ("R1", |case| case.partner = None, Refusal::LinkUnusable),
    ];
    for (state, spoil, refusal) in table {
        let mut scenario = in_state(state).later(Duration::hours(1));
        let first = scenario.case.requests[0].links[0].id;
        spoil(&mut scenario.case);
        assert_eq!(
            scenario.send(&Event::AskedByLink(first)),
            Err(*refusal),
            "{state}"
        );
    }
    for state in ["R0", "C", "V"] {
        let mut scenario = in_state(state).later(Duration::hours(1));
        let link = scenario.link();
        assert_eq!(
            scenario.send(&Event::AskedByLink(link)),
            Err(Refusal::LinkUnusable),
            "{state}"
        );
    }
    // The same after an objection, whatever the round before ended with.
    let mut void = in_state("U");
    let expired = void.link();
    for _ in 0..4 {
        void = void.at_next_step().after(&Event::StepDue);
    }
    void = void.after(&Event::Objected(Channel::Portal));
    void = void.later(Duration::hours(1));
    let asked = void.send(&Event::AskedByLink(expired));
    assert_eq!(asked, Err(Refusal::NothingOpen));
    let mut scenario = in_state("R0");
    let unknown = LinkId(uuid::Uuid::nil());
    assert_eq!(
        scenario.send(&Event::AskedByLink(unknown)),
        Err(Refusal::LinkUnusable)
    );
}

#[test]
fn c11_whoever_declined_by_mistake_gets_a_new_link_by_the_old_one() {
    let mut scenario = in_state("D").later(Duration::minutes(10));
    let declined = scenario.link();
    assert_eq!(page(&scenario, declined), "declined");
    let asked = scenario.send(&Event::AskedByLink(declined)).unwrap();
    assert_eq!(mails(&asked), "M1>customer");
    assert_eq!(scenario.letter(), "R0");
    // A declined round gets no more reminders: nothing is due in it.
    let mut declined = in_state("D").later(Duration::days(40));
    assert_eq!(declined.send(&Event::StepDue), Err(Refusal::NotDue));
}

#[test]
fn c12_a_link_says_what_holds_once_the_customer_was_asked_again() {
    let mut scenario = in_state("D");
    let declined = scenario.link();
    scenario = scenario.later(Duration::days(1)).after(&Event::AskedByHand);
    assert_eq!(page(&scenario, declined), "replaced");
    scenario = scenario.later(Duration::hours(1));
    let concluded = scenario.clone().after(&consent(scenario.link()));
    assert_eq!(page(&concluded, declined), "concluded");
    let again = scenario.clone().after(&Event::Declined(scenario.link()));
    assert_eq!(page(&again, declined), "declined");
    // An amendment was declined: the agreement in force stays in force and is not shown as
    // declined.
    let amended = in_state("U");
    let link = amended.link();
    let amended = amended.after(&Event::Declined(link));
    assert_eq!(page(&amended, link), "declined");
}

#[test]
fn a_concluded_link_of_the_old_chain_stays_concluded() {
    // W: the agreement stays in force between customer and operator, whichever partner is the
    // Mandant.
    let mut scenario = in_state("C");
    let link = scenario.link();
    scenario.case.partner = Some(partner(FOREIGN, None));
    assert_eq!(page(&scenario, link), "success");
}
