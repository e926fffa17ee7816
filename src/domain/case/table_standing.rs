//! Requirements 4.4 and 5.8-7: how a case and each of its products stand, and when time changes that.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;

use super::samples::{
    CENTRAFLEX, MANDANT, Play, SMALL_TRUNK, TRUNK, booked, booking, in_state, partner,
};
use super::{Event, Standing, Status, detail, next_change, product_standings, standing};
use crate::domain::calendar::REMINDERS;

#[test]
fn every_status_of_4_4_has_its_word_and_its_line() {
    let refused = |state| {
        let play = in_state(state);
        let refused = Event::MailRefused(play.link());
        play.after(&refused)
    };
    let over = in_state("R1").at_next_step().later(Duration::hours(-1));
    let deleted = {
        let mut play = in_state("C");
        play.case.customer.deleted_at = Some(play.now);
        play
    };
    let never_asked = {
        let mut play = in_state("N");
        play.case.bookings.push(booking(CENTRAFLEX, false));
        play
    };
    let entered = {
        let mut play = in_state("O");
        let entered = super::happenings::address_by_partner(&mut play);
        play.after(&entered)
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
    for (play, key, word, line) in &table {
        let now = standing(&play.case, play.now);
        assert_eq!((now.status.key(), now.word().as_str()), (*key, *word));
        assert_eq!(detail(&now, play.case.holidays, play.now), *line, "{key}");
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
    // Day 0 the request, day 15, 30 and 45 a reminder at 08:00, day 60 "Ohne Antwort abgelaufen".
    let mut play = in_state("R0");
    let mut sent = Vec::new();
    let start = play.now;
    while (play.now - start).num_days() < 90 {
        if play.send(&Event::StepDue).is_ok() {
            sent.push((play.now - Duration::hours(7)).date_naive().to_string());
        }
        play.now += Duration::minutes(30);
    }
    assert_eq!(
        sent,
        ["2026-12-07", "2026-12-22", "2027-01-06", "2027-01-21"]
    );
    assert_eq!(play.letter(), "X");
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
            Standing {
                status: Status::Ended,
                reminders: 0,
                moment: Some(end)
            }
        )
    );

    // Reminders still to come, or the end of something that never mattered, are not such moments.
    for state in ["N", "O", "R0", "R1", "R2", "D", "C", "V"] {
        let mut play = in_state(state);
        let mut idle = booking(TRUNK, false);
        idle.ends_at = Some(play.now + Duration::days(1));
        play.case.bookings.push(idle);
        assert_eq!(next_change(&play.case, play.now), None, "{state}");
    }
}

#[test]
fn an_end_is_dated_by_the_product_that_needed_the_agreement() {
    let mut play = in_state("E");
    let ended = standing(&play.case, play.now);
    let mut idle = booking(TRUNK, false);
    idle.ends_at = Some(play.now - Duration::days(1));
    play.case.bookings.push(idle);
    assert_eq!(standing(&play.case, play.now), ended);
}

#[test]
fn an_objection_outlasts_the_round_it_closed_and_yields_to_a_later_answer() {
    let mut void = in_state("U").after(&Event::Objected(super::Channel::Email));
    assert_eq!(void.letter(), "V");
    void = void.later(Duration::hours(1)).after(&Event::AskedByHand);
    assert_eq!(void.letter(), "R0");
    let decline = Event::Declined(void.link());
    assert_eq!(void.later(Duration::hours(1)).after(&decline).letter(), "D");
}

fn per_product(play: &Play) -> Vec<(&str, bool, Status)> {
    product_standings(&play.case, play.now)
        .into_iter()
        .map(|row| (row.product.code.as_str(), row.ums, row.standing.status))
        .collect()
}

#[test]
fn each_product_stands_for_itself() {
    // 5.8-7, P-06
    let mut idle = in_state("R1");
    idle.case.bookings.push(booking(SMALL_TRUNK, false));
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
    let end = product_standings(&last.case, last.now)[1].standing.moment;
    last = last.at_next_step().after(&Event::StepDue);
    assert_eq!(per_product(&last), uncovered(Status::Expired), "and after");
    assert_eq!(
        product_standings(&last.case, last.now)[1].standing.moment,
        end
    );

    let mut without_address = in_state("C");
    without_address.case.customer.party.email = None;
    let without_address = without_address.after(&booked(TRUNK, true));
    assert_eq!(per_product(&without_address), uncovered(Status::NoEmail));
}

#[test]
fn a_changed_mandant_makes_every_product_wait_for_the_new_agreement() {
    let play = in_state("W");
    assert_eq!(
        per_product(&play),
        [(CENTRAFLEX, false, Status::RenewalRequired)]
    );
    let mut back = play;
    back.case.partner = Some(partner(MANDANT, None));
    assert_eq!(per_product(&back), [(CENTRAFLEX, false, Status::Concluded)]);
}
