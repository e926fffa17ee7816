//! Requirements 5.4, row by row: state and event → new state, mails, and who may enter before and
//! after. Rows 10, 13, 19, 20, 23 to 26, 29, 33, 35 to 44, 48, 49 and 51 to 53 are not built yet;
//! row 4 needs no test here, because looking at a link is no event.
use chrono::Duration;

use super::samples::{
    CENTRAFLEX, MANDANT, OTHER_SUB, Play, STATES, SUB, TRUNK, booked, booking, consent, email,
    in_state, mails, partner,
};
use super::{Channel, Event, Refusal};

/// Brings about the event; may let time pass first.
pub(super) type Happens = fn(&mut Play) -> Event;

/// Row, states before, event, state after ("same": as before), mails, gates of Mandant and
/// Submandant before → after.
type Row = (
    &'static str,
    &'static str,
    Happens,
    &'static str,
    &'static str,
    &'static str,
);

pub(super) fn by_hand(play: &mut Play) -> Event {
    play.now += Duration::hours(2);
    Event::AskedByHand
}

fn step(play: &mut Play) -> Event {
    *play = play.clone().at_next_step();
    Event::StepDue
}

/// Lets the open round run out: three reminders and the end of the last link.
fn run_out(play: &mut Play) -> Event {
    for _ in 0..3 {
        *play = play.clone().at_next_step().after(&Event::StepDue);
    }
    step(play)
}

pub(super) fn refused(play: &mut Play) -> Event {
    Event::MailRefused(play.link())
}

pub(super) fn new_address(_: &mut Play) -> Event {
    Event::EmailChanged(email("neu@kunde.example"))
}

pub(super) fn sub_removed(_: &mut Play) -> Event {
    Event::SubPartnerNamed(None)
}

pub(super) fn sub_replaced(_: &mut Play) -> Event {
    Event::SubPartnerNamed(Some(partner(OTHER_SUB, Some(MANDANT))))
}

fn sub_added(play: &mut Play) -> Event {
    play.case.sub_partner = None;
    Event::SubPartnerNamed(Some(partner(SUB, Some(MANDANT))))
}

pub(super) fn trunk_booked(_: &mut Play) -> Event {
    booked(TRUNK, true)
}

fn centraflex_booked(_: &mut Play) -> Event {
    booked(CENTRAFLEX, false)
}

fn decline(play: &mut Play) -> Event {
    Event::Declined(play.link())
}

fn agree(play: &mut Play) -> Event {
    consent(play.link())
}

fn object(_: &mut Play) -> Event {
    Event::Objected(Channel::Portal)
}

fn objection_recorded(_: &mut Play) -> Event {
    Event::Objected(Channel::Letter)
}

#[rustfmt::skip] // one row of the table is one line
const ROWS: &[Row] = &[
    ("1", "N", centraflex_booked, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("2", "O", new_address, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("3", "X D V", by_hand, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("5", "R0", step, "R1", "M2.1>customer", "✘✘ → ✘✘"),
    ("5", "R1", step, "R2", "M2.2>customer", "✘✘ → ✘✘"),
    ("5", "R2", step, "R3", "M2.3>customer", "✘✘ → ✘✘"),
    ("6", "R3", step, "X", "M5>1 M5>11", "✘✘ → ✘✘"),
    ("7", "R0 R1 R2 R3", by_hand, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("8", "R0 R1 R2 R3", refused, "same", "M14>operator M5>1 M5>11", "✘✘ → ✘✘"),
    ("9", "R0 R1 R2 R3", new_address, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("11 removed", "R0 R1 R2 R3", sub_removed, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("11 replaced", "R0 R1 R2 R3", sub_replaced, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("11 added", "R0 R1 R2 R3", sub_added, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("12", "R0 R1 R2 R3", trunk_booked, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("14", "R0 R1 R2 R3", decline, "D", "M6>customer M5>1 M5>11", "✘✘ → ✘✘"),
    ("15", "R0 R1 R2 R3", agree, "C", "M3>customer M4>1 M4>11", "✘✘ → ✔✔"),
    ("21", "U", agree, "C", "M3>customer M4>1 M4>11", "✔✔ → ✔✔"),
    ("22 declined", "U", decline, "C", "M6>customer M5>1 M5>11", "✔✔ → ✔✔"),
    ("22 links over", "U", run_out, "C", "M5>1 M5>11", "✔✔ → ✔✔"),
    ("27", "W", agree, "C", "M3>customer M4>2", "✘✘ → ✔✘"),
    ("28 declined", "W", decline, "W", "M6>customer M5>2", "✘✘ → ✘✘"),
    ("28 expired", "W", run_out, "W", "M5>2", "✘✘ → ✘✘"),
    ("30", "C U", object, "V", "M7>customer M8>1 M8>11", "✔✔ → ✘✘"),
    ("30", "W", object, "V", "M7>customer M8>2", "✘✘ → ✘✘"),
    ("31", "C U", objection_recorded, "V", "M7>customer M8>1 M8>11", "✔✔ → ✘✘"),
    ("31", "W", objection_recorded, "V", "M7>customer M8>2", "✘✘ → ✘✘"),
    ("32", "R0 R1 R2 R3", objection_recorded, "D", "M6>customer M5>1 M5>11", "✘✘ → ✘✘"),
    ("45", "C U", centraflex_booked, "same", "", "✔✔ → ✔✔"),
    ("46", "C", trunk_booked, "U", "M1>customer", "✔✔ → ✔✔"),
    ("47", "C", new_address, "same", "", "✔✔ → ✔✔"),
    ("50", "E N", centraflex_booked, "R0", "M1>customer", "✘✘ → ✘✘"),
    // 5.4, above the table: the rows of the request hold for the one inside U and W.
    ("5 in U, W", "U W", step, "same", "M2.1>customer", ""),
    ("7 in U, W", "U W", by_hand, "same", "M1>customer", ""),
    ("8 in U", "U", refused, "same", "M14>operator M5>1 M5>11", "✔✔ → ✔✔"),
    ("9 in U, W", "U W", new_address, "same", "M1>customer", ""),
];

#[test]
fn every_row_leads_where_the_table_says() {
    for (row, states, happens, after, sent, gates) in ROWS {
        for state in states.split(' ') {
            let mut play = in_state(state);
            let before = play.gates();
            let event = happens(&mut play);
            let changes = play.send(&event);
            let name = format!("row {row} from {state}");
            let changes = changes.unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"));
            let after = if *after == "same" { state } else { *after };
            assert_eq!(play.letter(), after, "{name}: new state");
            assert_eq!(mails(&changes), *sent, "{name}: mails");
            if !gates.is_empty() {
                assert_eq!(
                    format!("{before} → {}", play.gates()),
                    *gates,
                    "{name}: gates"
                );
            }
        }
    }
}

#[test]
fn samples_are_in_the_state_they_are_named_after() {
    for state in STATES {
        assert_eq!(in_state(state).letter(), state);
    }
}

#[test]
fn what_the_table_does_not_allow_is_refused_and_changes_nothing() {
    let table: &[(&str, &str, Happens, Refusal)] = &[
        ("3", "N E", by_hand, Refusal::NotNeeded),
        ("3", "O", by_hand, Refusal::NoAddress),
        ("3", "C", by_hand, Refusal::AlreadyConcluded),
        ("16", "C", agree, Refusal::AlreadyConcluded),
        ("18", "V D X", agree, Refusal::LinkUnusable),
        ("14", "D", decline, Refusal::Unchanged),
        ("14", "C", decline, Refusal::AlreadyConcluded),
        ("14", "X V", decline, Refusal::LinkUnusable),
        ("8", "D C X", refused, Refusal::Unchanged),
        (
            "11",
            "C U W",
            sub_replaced,
            Refusal::SubPartnerAfterConclusion,
        ),
        ("32", "N O D X V", object, Refusal::NothingToObject),
    ];
    for (row, states, happens, refusal) in table {
        for state in states.split(' ') {
            let mut play = in_state(state);
            let event = happens(&mut play);
            let before = play.case.clone();
            assert_eq!(play.send(&event), Err(*refusal), "row {row} from {state}");
            assert_eq!(play.case, before);
        }
    }
}

#[test]
fn nothing_is_done_by_itself_outside_an_open_round() {
    // Rows 6, 14, 34, 5.6-5: neither at once nor in the mornings of the next hundred days
    for state in ["N", "O", "X", "D", "C", "V", "E"] {
        let mut play = in_state(state);
        for _ in 0..100 {
            assert_eq!(play.send(&Event::StepDue), Err(Refusal::NotDue), "{state}");
            play.now += Duration::days(1);
        }
    }
}

#[test]
fn a_deleted_customer_is_left_alone() {
    for state in STATES {
        let mut play = in_state(state);
        play.case.customer.deleted_at = Some(play.now);
        play.case.bookings.push(booking(TRUNK, true));
        for happens in [by_hand, new_address, trunk_booked, object, sub_removed] as [Happens; 5] {
            let event = happens(&mut play);
            assert_eq!(
                play.send(&event),
                Err(Refusal::Deleted),
                "{event:?} in {state}"
            );
        }
    }
}
