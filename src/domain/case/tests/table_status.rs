//! Requirements 4.4 and 5.8-7: the status of a case and of each product, and when it changes with
//! time.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;

use super::samples::{
    CENTRAFLEX, MANDANT, SMALL_TRUNK, Scenario, TRUNK, booked, booking, in_state, partner,
};
use crate::domain::calendar::REMINDERS;
use crate::domain::case::{
    CaseStatus, Event, Status, detail, next_change, product_statuses, status_of,
};

#[test]
fn every_status_of_4_4_has_its_word_and_its_line() {
    let refused = |state| {
        let scenario = in_state(state);
        let refused = Event::MailRefused(scenario.link());
        scenario.after(&refused)
    };
    let over = in_state("R1").at_next_step().later(Duration::hours(-1));
    let deleted = {
        let mut scenario = in_state("C");
        scenario.case.customer.deleted_at = Some(scenario.now);
        scenario
    };
    let never_asked = {
        let mut scenario = in_state("N");
        scenario.case.bookings.push(booking(CENTRAFLEX, &[]));
        scenario
    };
    let entered = {
        let mut scenario = in_state("O");
        let entered = super::scenarios::address_by_partner(&mut scenario);
        scenario.after(&entered)
    };
    let table = [
        (
            entered,
            "address_open",
            "Adresse zu bestätigen",
            "vom Partner, seit 22.11.2026",
        ),
        (
            in_state("N"),
            "not_required",
            "Nicht erforderlich",
            "kein Produkt mit AVV",
        ),
        (
            never_asked,
            "open",
            "Noch nicht angefordert",
            "noch keine E-Mail gesendet",
        ),
        (
            in_state("O"),
            "no_email",
            "E-Mail-Adresse fehlt",
            "Stammdaten ergänzen",
        ),
        (
            in_state("R0"),
            "requested",
            "Angefordert",
            "Link gültig bis 06.12.2026",
        ),
        (
            in_state("R1"),
            "reminded",
            "Angefordert (Erinnerung 1 von 3)",
            "Link gültig bis 21.12.2026",
        ),
        (
            over,
            "reminded",
            "Angefordert (Erinnerung 1 von 3)",
            "Erinnerung 2 am 22.12.2026",
        ),
        (
            in_state("R2"),
            "reminded",
            "Angefordert (Erinnerung 2 von 3)",
            "Link gültig bis 05.01.2027",
        ),
        (
            in_state("R3"),
            "reminded",
            "Angefordert (Erinnerung 3 von 3)",
            "Link gültig bis 20.01.2027",
        ),
        (
            refused("R1"),
            "undeliverable",
            "Nicht zustellbar",
            "zurückgekommen am 07.12.2026",
        ),
        (
            in_state("X"),
            "expired",
            "Ohne Antwort abgelaufen",
            "am 20.01.2027",
        ),
        (in_state("D"), "declined", "Abgelehnt", "am 07.12.2026"),
        (
            in_state("C"),
            "concluded",
            "Abgeschlossen",
            "gültig seit 22.11.2026",
        ),
        (
            in_state("U"),
            "update_pending",
            "Abgeschlossen, Ergänzung angefordert",
            "gilt weiter, Link bis 06.12.2026",
        ),
        (
            refused("U"),
            "amendment_open",
            "Abgeschlossen, Ergänzung offen",
            "gilt weiter, offen seit 22.11.2026",
        ),
        (
            in_state("V"),
            "void",
            "Widersprochen",
            "nichtig seit 22.11.2026",
        ),
        (
            in_state("W"),
            "renewal_required",
            "Neuabschluss nötig",
            "seit 22.11.2026",
        ),
        (in_state("E"), "ended", "Beendet", "am 22.12.2026"),
        (deleted, "ended", "Beendet", "am 22.11.2026"),
    ];
    for (scenario, key, word, line) in &table {
        let now = status_of(&scenario.case, scenario.now);
        assert_eq!((now.status.key(), now.word().as_str()), (*key, *word));
        assert_eq!(
            detail(&now, scenario.case.holidays, scenario.now),
            *line,
            "{key}"
        );
        assert_eq!(Status::from_key(key), Some(now.status));
    }
    for status in Status::ALL {
        let shown = table.iter().any(|(_, key, ..)| *key == status.key());
        assert!(shown, "{status:?} is not in the table");
    }
    assert_eq!(Status::from_key("aktiv"), None);
}

#[test]
fn the_reference_timeline_of_1_4() {
    // Day 0: the request; days 15, 30 and 45: a reminder at 08:00; day 60: "Ohne Antwort
    // abgelaufen".
    let mut scenario = in_state("R0");
    let mut sent = Vec::new();
    let start = scenario.now;
    while (scenario.now - start).num_days() < 90 {
        if scenario.send(&Event::StepDue).is_ok() {
            sent.push((scenario.now - Duration::hours(7)).date_naive().to_string());
        }
        scenario.now += Duration::minutes(30);
    }
    assert_eq!(
        sent,
        ["2026-12-07", "2026-12-22", "2027-01-06", "2027-01-21"]
    );
    assert_eq!(scenario.letter(), "X");
}

#[test]
fn time_alone_expires_the_last_link_and_ends_bookings() {
    let mut last = in_state("R3");
    let end = last.case.open_request().unwrap().last_link_end().unwrap();
    let (at, then) = next_change(&last.case, last.now).unwrap();
    assert_eq!(
        (at, then.status),
        (end + Duration::milliseconds(1), Status::Expired)
    );
    last.now = end;
    assert_eq!(
        last.letter(),
        "R3",
        "the last millisecond still counts (5.7)"
    );
    last.now = at;
    assert_eq!(last.letter(), "X", "no job is needed for that");
    assert_eq!(next_change(&last.case, at), None);

    let mut ending = in_state("C");
    let end = ending.now + Duration::days(3);
    ending.case.bookings[0].ends_at = Some(end);
    let (at, then) = next_change(&ending.case, ending.now).unwrap();
    assert_eq!(
        (at, then),
        (
            end,
            CaseStatus {
                status: Status::Ended,
                reminders: 0,
                moment: Some(end)
            }
        )
    );

    // Reminders still to come, or the end of an irrelevant booking, are no such changes.
    for state in ["N", "O", "R0", "R1", "R2", "D", "C", "V"] {
        let mut scenario = in_state(state);
        let mut idle = booking(TRUNK, &[]);
        idle.ends_at = Some(scenario.now + Duration::days(1));
        scenario.case.bookings.push(idle);
        assert_eq!(next_change(&scenario.case, scenario.now), None, "{state}");
    }
}

#[test]
fn an_end_is_dated_by_the_product_that_needed_the_agreement() {
    let mut scenario = in_state("E");
    let ended = status_of(&scenario.case, scenario.now);
    let mut idle = booking(TRUNK, &[]);
    idle.ends_at = Some(scenario.now - Duration::days(1));
    scenario.case.bookings.push(idle);
    assert_eq!(status_of(&scenario.case, scenario.now), ended);
}

#[test]
fn an_objection_outlasts_the_round_it_closed_and_yields_to_a_later_answer() {
    let mut void = in_state("U").after(&Event::Objected(crate::domain::case::Channel::Email));
    assert_eq!(void.letter(), "V");
    void = void.later(Duration::hours(1)).after(&Event::AskedByHand);
    assert_eq!(void.letter(), "R0");
    let decline = Event::Declined(void.link());
    assert_eq!(void.later(Duration::hours(1)).after(&decline).letter(), "D");
}

fn per_product(scenario: &Scenario) -> Vec<(&str, bool, Status)> {
    // Whether the product is booked with an option.
    product_statuses(&scenario.case, scenario.now)
        .into_iter()
        .map(|row| {
            (
                row.product.code.as_str(),
                !row.options.is_empty(),
                row.case_status.status,
            )
        })
        .collect()
}

#[test]
fn each_product_stands_for_itself() {
    // 5.8-7, P-06
    let mut idle = in_state("R1");
    idle.case.bookings.push(booking(SMALL_TRUNK, &[]));
    assert_eq!(
        per_product(&idle),
        [
            (CENTRAFLEX, false, Status::Reminded),
            (SMALL_TRUNK, false, Status::NotRequired)
        ]
    );
    let amended = in_state("U");
    let uncovered = |status| {
        [
            (CENTRAFLEX, false, Status::Concluded),
            (TRUNK, true, status),
        ]
    };
    assert_eq!(per_product(&amended), uncovered(Status::Requested));
    let declined = amended.clone().after(&Event::Declined(amended.link()));
    assert_eq!(per_product(&declined), uncovered(Status::Declined));
    let refused = amended.clone().after(&Event::MailRefused(amended.link()));
    assert_eq!(per_product(&refused), uncovered(Status::Undeliverable));

    let mut last = amended;
    for _ in 0..REMINDERS {
        last = last.at_next_step().after(&Event::StepDue);
    }
    last = last.at_next_step().later(Duration::hours(-4));
    assert_eq!(last.letter(), "A", "all links are over");
    assert_eq!(
        per_product(&last),
        uncovered(Status::Expired),
        "before the scheduler knows"
    );
    let end = product_statuses(&last.case, last.now)[1].case_status.moment;
    last = last.at_next_step().after(&Event::StepDue);
    assert_eq!(per_product(&last), uncovered(Status::Expired), "and after");
    assert_eq!(
        product_statuses(&last.case, last.now)[1].case_status.moment,
        end
    );

    let mut without_address = in_state("C");
    without_address.case.customer.party.email = None;
    let without_address = without_address.after(&booked(TRUNK, &["ums"]));
    assert_eq!(per_product(&without_address), uncovered(Status::NoEmail));
}

#[test]
fn a_changed_mandant_makes_every_product_wait_for_the_new_agreement() {
    let scenario = in_state("W");
    assert_eq!(
        per_product(&scenario),
        [(CENTRAFLEX, false, Status::RenewalRequired)]
    );
    let mut back = scenario;
    back.case.partner = Some(partner(MANDANT, None));
    assert_eq!(per_product(&back), [(CENTRAFLEX, false, Status::Concluded)]);
}
