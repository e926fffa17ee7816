//! Rows 38 to 42 of the table, and what holds in every order of events.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;
use proptest::prelude::*;

use super::*;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Sent on Monday, 23 November 2026 at 10:00 in Berlin, announced to begin on 8 December.
fn running() -> Notice {
    Notice {
        days: 14,
        announced_start: date("2026-12-08"),
        sent_at: Some(utc("2026-11-23T09:00:00Z")),
        failed_at: None,
        dissent: None,
        settled: None,
        lapsed: false,
    }
}

fn dissent(on: &str) -> Dissent {
    let received_on = date(on);
    Dissent {
        at: end_of_day(received_on),
        received_on,
        way: DissentWay::Letter,
        person: "Erika Muster".to_owned(),
        text: String::new(),
    }
}

const LAST: &str = "2026-12-07T22:59:59.999Z";
const AFTER: &str = "2026-12-07T23:00:00Z";

#[test]
fn periods_end_with_the_fourteenth_berlin_day_and_changes_begin_after_it() {
    // 5.7: sent, days, last moment, first possible day
    for (sent, days, end, start) in [
        ("2026-11-23T09:00:00Z", 14, LAST, "2026-12-08"),
        (
            "2026-11-23T23:30:00Z",
            14,
            "2026-12-08T22:59:59.999Z",
            "2026-12-09",
        ), // already the 24th
        (
            "2026-03-20T09:00:00Z",
            14,
            "2026-04-03T21:59:59.999Z",
            "2026-04-04",
        ), // summer time
        (
            "2026-10-11T10:00:00Z",
            14,
            "2026-10-25T22:59:59.999Z",
            "2026-10-26",
        ), // winter time
        (
            "2026-12-20T10:00:00Z",
            30,
            "2027-01-19T22:59:59.999Z",
            "2027-01-20",
        ),
    ] {
        assert_eq!(period_end(utc(sent), days), utc(end), "{sent}");
        assert_eq!(earliest_start(utc(sent), days), date(start), "{sent}");
    }
    for (notice, objection, days) in [
        (14, Some(14), 14),
        (14, None, 14),
        (7, Some(3), 14),
        (30, Some(14), 30),
        (14, Some(21), 21),
    ] {
        assert_eq!(period_days(notice, objection), days);
    }
}

#[test]
fn row_38_a_notice_runs_from_its_sending() {
    let now = utc("2026-11-23T09:00:00Z");
    let queued = Notice {
        sent_at: None,
        ..running()
    };
    assert_eq!(queued.state(now), NoticeState::Unsent);
    assert_eq!((queued.period_end(), queued.starts_on()), (None, None));
    let sent = queued.sent(now);
    assert_eq!(sent.state(now), NoticeState::Running);
    assert_eq!(sent.period_end(), Some(utc(LAST)));
    assert_eq!(sent.starts_on(), Some(date("2026-12-08")));
    // A mail that went out late gives its customer as much time as all others have.
    let late = queued.sent(utc("2026-12-01T09:00:00Z"));
    assert_eq!(late.period_end(), Some(utc("2026-12-15T22:59:59.999Z")));
    assert_eq!(late.starts_on(), Some(date("2026-12-16")));
    // A start that was announced for later stays.
    let later = Notice {
        announced_start: date("2027-02-01"),
        ..running()
    };
    assert_eq!(later.starts_on(), Some(date("2027-02-01")));
    // A mail that came back did not reach the customer: no period runs until it is sent again.
    let back = Notice {
        failed_at: Some(utc("2026-11-23T09:05:00Z")),
        ..running()
    };
    assert_eq!(back.state(utc(AFTER)), NoticeState::Unsent);
    assert!(!back.applies(utc("2027-06-01T00:00:00Z")));
    assert_eq!(back.may_resend(utc(AFTER)), Ok(()));
    assert_eq!(running().may_resend(now), Err(NoticeRefusal::Delivered));
    let again = back.sent(utc("2026-12-10T09:00:00Z"));
    assert_eq!(again.starts_on(), Some(date("2026-12-25")));
}

#[test]
fn row_39_a_dissent_counts_within_the_period_and_once() {
    let noted = running().dissented(dissent("2026-12-07")).unwrap();
    for moment in [LAST, AFTER, "2030-01-01T00:00:00Z"] {
        assert_eq!(noted.state(utc(moment)), NoticeState::Dissent);
        assert!(!noted.applies(utc(moment)), "{moment}");
    }
    assert_eq!(
        running().dissented(dissent("2026-12-08")),
        Err(NoticeRefusal::TooLate)
    );
    assert_eq!(
        noted.dissented(dissent("2026-12-07")),
        Err(NoticeRefusal::Already)
    );
    // By word of mouth before the mail was there.
    let queued = Notice {
        sent_at: None,
        ..running()
    };
    assert!(queued.dissented(dissent("2026-11-23")).is_ok());
}

#[test]
fn row_40_time_alone_ends_the_period() {
    let notice = running();
    for (moment, state, applies) in [
        (LAST, NoticeState::Running, false),
        (AFTER, NoticeState::NoDissent, true),
    ] {
        assert_eq!(notice.state(utc(moment)), state);
        assert_eq!(notice.applies(utc(moment)), applies);
    }
}

#[test]
fn row_41_a_dissent_is_settled_in_one_of_three_ways() {
    let (now, noted) = (
        utc("2026-12-20T09:00:00Z"),
        running().dissented(dissent("2026-12-01")).unwrap(),
    );
    for (how, state, applies) in [
        (Settlement::Withdrawn, NoticeState::Settled, true),
        (Settlement::Exempted, NoticeState::Exempted, false),
        (Settlement::Terminated, NoticeState::Terminated, false),
    ] {
        let settled = noted.settle(how, now).unwrap();
        assert_eq!(settled.state(now), state);
        assert_eq!(settled.applies(now), applies);
        assert_eq!(settled.settle(how, now), Err(NoticeRefusal::Closed));
        assert_eq!(
            settled.dissented(dissent("2026-12-01")),
            Err(NoticeRefusal::Closed)
        );
    }
    for how in Settlement::OF_DISSENT {
        assert_eq!(running().settle(how, now), Err(NoticeRefusal::NoDissent));
    }
}

#[test]
fn row_42_a_new_agreement_closes_what_is_open() {
    let now = utc("2026-11-24T09:00:00Z");
    let closed = running().concluded(now).unwrap();
    assert_eq!(closed.state(now), NoticeState::Settled);
    assert!(!closed.applies(now) && closed.applies(utc(AFTER)));
    let queued = Notice {
        sent_at: None,
        ..running()
    };
    assert!(queued.concluded(now).is_some());
    assert_eq!(running().concluded(utc(AFTER)), None, "it was over");
    let noted = running().dissented(dissent("2026-11-24")).unwrap();
    assert_eq!(noted.concluded(now), None, "a dissent stays");
}

/// What can happen to a notice.
#[derive(Debug, Clone)]
enum NoticeEvent {
    Wait(i64),
    Sent,
    Failed,
    Dissent,
    Settle(usize),
    Concluded,
}

fn events() -> impl Strategy<Value = Vec<NoticeEvent>> {
    let one = prop_oneof![
        3 => (0..30_i64 * 24).prop_map(NoticeEvent::Wait),
        2 => Just(NoticeEvent::Sent),
        1 => Just(NoticeEvent::Failed),
        2 => Just(NoticeEvent::Dissent),
        2 => (0..3_usize).prop_map(NoticeEvent::Settle),
        1 => Just(NoticeEvent::Concluded),
    ];
    proptest::collection::vec(one, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: crate::domain::seeds::kept("notice"), ..ProptestConfig::with_cases(512) })]

    /// C-16 to C-19: whatever happens, no change applies to a customer who could not dissent, or
    /// did.
    #[test]
    fn no_order_of_events_applies_a_change_without_its_period(story in events()) {
        let mut now = utc("2026-11-23T09:00:00Z");
        let mut notice = Notice { sent_at: None, ..running() };
        for event in story {
            let before = notice.clone();
            match event {
                NoticeEvent::Wait(hours) => now += Duration::hours(hours),
                // Only what did not arrive is sent again.
                NoticeEvent::Sent => if notice.may_resend(now).is_ok() { notice = notice.sent(now) },
                NoticeEvent::Failed => if notice.sent_at.is_some() { notice.failed_at = Some(now) },
                NoticeEvent::Dissent => {
                    let on = Dissent { at: now, received_on: day(now), ..dissent("2026-12-01") };
                    let was = notice.state(now);
                    match notice.dissented(on) {
                        Ok(after) => {
                            prop_assert!(matches!(was, NoticeState::Unsent | NoticeState::Running));
                            notice = after;
                        }
                        Err(_) => prop_assert!(!matches!(was, NoticeState::Unsent | NoticeState::Running)),
                    }
                }
                NoticeEvent::Settle(how) => if let Ok(after) = notice.settle(Settlement::OF_DISSENT[how], now) { notice = after },
                NoticeEvent::Concluded => if let Some(after) = notice.concluded(now) { notice = after },
            }
            // What is settled stays as it is.
            if before.settled.is_some() {
                prop_assert_eq!(&before.settled, &notice.settled);
                prop_assert_eq!(&before.dissent, &notice.dissent);
            }
            if notice.applies(now) {
                prop_assert!(notice.announced_start <= day(now));
                let agreed = matches!(notice.settled, Some((_, Settlement::NewAgreement)));
                let had_time = notice.period_end().is_some_and(|end| end < now)
                    && notice.starts_on().is_some_and(|start| start <= day(now));
                prop_assert!(agreed || had_time, "{notice:?} at {now}");
                let open_dissent = notice.dissent.is_some()
                    && !matches!(notice.settled, Some((_, Settlement::Withdrawn)));
                prop_assert!(!open_dissent, "{notice:?} at {now}");
            }
        }
    }
}
