//! Requirements 5.4, row by row: state and event → new state, mails, and access before and after.
//! Row 35 tells of a new contract version, row 36 asks for it; that demand and the one of row 48
//! are tested side by side. Rows 38 to 42 are tested in `domain/notice.rs`. Row 4 needs no test
//! here, because viewing a link is no event. M16 tells a partner that it looks after the customer
//! now (C12). Row 52 is no event of a case: the retention job erases what has expired. M13 after
//! row 29 also contains what M11 would say; the two are one mail.
use chrono::Duration;

use super::samples::{STATES, TRUNK, booking, in_state, mails};
use super::scenarios::*;
use crate::domain::case::{Event, Refusal};

/// Row, states before, event, state after ("same": as before), mails, access of Mandant and
/// Submandant before → after.
type Row = (
    &'static str,
    &'static str,
    Happens,
    &'static str,
    &'static str,
    &'static str,
);

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
    ("9", "R0 R1 R2 R3", new_address, "R0", "M1>customer M15>old", "✘✘ → ✘✘"),
    ("9 by the partner", "R0 R1 R2 R3", address_by_partner, "same", "M15>old M14>operator", "✘✘ → ✘✘"),
    ("10", "R0 R1 R2 R3", other_partner, "R0", "M1>customer M8>1 M8>11 M16>2", "✘✘ → ✘✘"),
    ("11 removed", "R0 R1 R2 R3", sub_removed, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("11 replaced", "R0 R1 R2 R3", sub_replaced, "R0", "M1>customer M16>12", "✘✘ → ✘✘"),
    ("11 added", "R0 R1 R2 R3", sub_added, "R0", "M1>customer M16>11", "✘✘ → ✘✘"),
    ("12", "R0 R1 R2 R3", trunk_booked, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("13", "R0 R1 R2 R3", new_version, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("14", "R0 R1 R2 R3", decline, "D", "M6>customer M5>1 M5>11", "✘✘ → ✘✘"),
    ("15", "R0 R1 R2 R3", agree, "C", "M3>customer M4>1 M4>11", "✘✘ → ✔✔"),
    ("19 cancelled", "R0 R1 R2 R3", cancelled_now, "N", "M11>customer", "✘✘ → ✘✘"),
    ("19 cancelled for later", "R0", cancelled_then, "N", "M11>customer", "✘✘ → ✘✘"),
    ("19 partner removed", "R0 R1 R2 R3", partner_removed, "N", "M11>customer", "✘✘ → ✘✘"),
    ("20", "C", sub_comes, "U", "M1>customer M16>12", "✔✘ → ✔✘"),
    ("21", "U", agree, "C", "M3>customer M4>1 M4>11", "✔✔ → ✔✔"),
    ("22 declined", "U", decline, "A", "M6>customer M5>1 M5>11", "✔✔ → ✔✔"),
    ("22 links over", "U", run_out, "A", "M5>1 M5>11", "✔✔ → ✔✔"),
    ("21 sub-partner", "C", sub_agreed, "C", "M3>customer M4>1 M4>12", "✔✘ → ✔✔"),
    ("22 sub-partner declined", "C", sub_declined, "A", "M6>customer M5>1 M5>12", "✔✘ → ✔✘"),
    ("22 sub-partner expired", "C", sub_expired, "A", "M5>1 M5>12", "✔✘ → ✔✘"),
    ("23", "C", sub_withdrawn, "C", "M11>customer", "✔✘ → ✔✘"),
    ("24", "C", sub_removed, "C", "M11>customer", "✔✔ → ✔✘"),
    ("25", "C U", sub_replaced, "U", "M1>customer M16>12", "✔✔ → ✔✘"),
    ("26", "C U", other_partner, "W", "M1>customer M8>1 M8>11 M16>2", "✔✔ → ✘✘"),
    ("26 back again", "W", partner_back, "C", "M11>customer M8>2 M16>1", "✘✘ → ✔✘"),
    ("27", "W", agree, "C", "M3>customer M4>2", "✘✘ → ✔✘"),
    ("28 declined", "W", decline, "W", "M6>customer M5>2", "✘✘ → ✘✘"),
    ("28 expired", "W", run_out, "W", "M5>2", "✘✘ → ✘✘"),
    ("29", "C U", partner_removed, "E", "M13>customer", "✔✔ → ✘✘"),
    ("30", "C U", object, "V", "M7>customer M8>1 M8>11", "✔✔ → ✘✘"),
    ("30", "W", object, "V", "M7>customer M8>2", "✘✘ → ✘✘"),
    ("31", "C U", objection_recorded, "V", "M7>customer M8>1 M8>11", "✔✔ → ✘✘"),
    ("31", "W", objection_recorded, "V", "M7>customer M8>2", "✘✘ → ✘✘"),
    ("32", "R0 R1 R2 R3", objection_recorded, "D", "M6>customer M5>1 M5>11", "✘✘ → ✘✘"),
    ("33", "V", error_found, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("43", "C", one_of_two_cancelled, "C", "M11>customer", "✔✔ → ✔✔"),
    ("43 in U", "U", amendment_cancelled, "C", "M11>customer", "✔✔ → ✔✔"),
    ("44", "C U", all_cancelled, "E", "M13>customer", "✔✔ → ✘✘"),
    ("44", "W", all_cancelled, "E", "M13>customer", "✘✘ → ✘✘"),
    ("44 for later", "C", cancelled_then, "E", "M13>customer", "✘✘ → ✘✘"),
    ("45", "C U", centraflex_booked, "same", "", "✔✔ → ✔✔"),
    ("46", "C", trunk_booked, "U", "M1>customer", "✔✔ → ✔✔"),
    ("47", "C", new_address, "same", "", "✔✔ → ✔✔"),
    ("47 by the partner", "C", address_by_partner, "same", "M15>old M14>operator", "✔✔ → ✔✔"),
    ("48", "C", renamed, "same", "", "✔✔ → ✔✔"),
    ("48 while asked", "R0 R1 R2 R3", renamed, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("48 Neuabschluss", "C U", demanded, "U", "M1>customer", "✔✔ → ✔✔"),
    ("36 as 5", "C U", demand_reminded, "U", "M2.1>customer", "✔✔ → ✔✔"),
    ("36 as 7", "C U", demand_resent, "U", "M1>customer", "✔✔ → ✔✔"),
    ("36 as 9", "C U", demand_moved, "U", "M1>customer M15>old", "✔✔ → ✔✔"),
    ("36 as 21", "C U", demand_agreed, "C", "M3>customer M4>1 M4>11", "✔✔ → ✔✔"),
    ("36 as 22", "C", demand_declined, "C", "M6>customer M5>1 M5>11", "✔✔ → ✔✔"),
    ("36 as 22", "U", demand_declined, "A", "M6>customer M5>1 M5>11", "✔✔ → ✔✔"),
    ("37", "C", demand_expired, "C", "M5>1 M5>11", "✔✔ → ✔✔"),
    ("37", "U", demand_expired, "A", "M5>1 M5>11", "✔✔ → ✔✔"),
    ("36 as 24", "C", demand_sub_removed, "U", "M1>customer", "✔✔ → ✔✘"),
    ("36 as 26 and back", "C", demand_outlasts_partner, "U", "M1>customer M8>2 M16>1", "✘✘ → ✔✘"),
    ("36 as 30", "C U", demand_objected, "V", "M7>customer M8>1 M8>11", "✔✔ → ✘✘"),
    ("36 as 43", "C", demand_outlasts_product, "U", "M1>customer", "✔✔ → ✔✔"),
    ("36 as 53", "C U", demand_locked, "U", "M1>customer", "✔✔ → ✔✔"),
    ("36 as 5.8-18", "C U", demand_on_paper, "C", "M3>customer M4>1 M4>11", "✔✔ → ✔✔"),
    ("35", "C", told_of_version, "C", "M12>customer", "✔✔ → ✔✔"),
    ("36", "C", version_demanded, "U", "M1>customer", "✔✔ → ✔✔"),
    ("36, then 5", "C", version_reminded, "U", "M2.1>customer", "✔✔ → ✔✔"),
    ("36, then 21", "C", version_agreed, "C", "M3>customer M4>1 M4>11", "✔✔ → ✔✔"),
    ("36, then 22", "C", version_declined, "C", "M6>customer M5>1 M5>11", "✔✔ → ✔✔"),
    ("36, then 48", "C", version_and_succession, "U", "M1>customer", "✔✔ → ✔✔"),
    ("37 new version", "C", version_expired, "C", "M5>1 M5>11", "✔✔ → ✔✔"),
    // Access is denied by the fact that the partner is blocked, before the customer is told.
    ("49", "C U", blocked, "same", "M11>customer", "✘✘ → ✘✘"),
    ("50", "E N", centraflex_booked, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("51", "R0 X D V N O", deleted, "E", "", "✘✘ → ✘✘"),
    ("51", "C U", deleted, "E", "M13>customer", "✔✔ → ✘✘"),
    ("51", "W", deleted, "E", "M13>customer", "✘✘ → ✘✘"),
    ("53", "R0 R1 R2 R3", locked, "O", "", "✘✘ → ✘✘"),
    ("53 and asked again", "R0 R1 R2 R3", locked_and_asked, "R0", "M1>customer", "✘✘ → ✘✘"),
    ("53 in U", "U", locked, "A", "", "✔✔ → ✔✔"),
    ("5.8-18", "O R0 R3 X D V", on_paper, "C", "M3>customer M4>1 M4>11", "✘✘ → ✔✔"),
    ("5.8-18", "U", on_paper, "C", "M3>customer M4>1 M4>11", "✔✔ → ✔✔"),
    ("5.8-18", "W", on_paper, "C", "M3>customer M4>2", "✘✘ → ✔✘"),
    ("5.8-18 before the portal", "O R0 R3 X", before_the_portal, "C", "", "✘✘ → ✔✔"),
    // 5.4, above the table: the rows of the request also apply to the one inside U and W.
    ("5 in U, W", "U W", step, "same", "M2.1>customer", ""),
    ("7 in U, W", "U W", by_hand, "same", "M1>customer", ""),
    ("8 in U", "U", refused, "A", "M14>operator M5>1 M5>11", "✔✔ → ✔✔"),
    ("9 in U, W", "U W", new_address, "same", "M1>customer M15>old", ""),
    ("11 in W", "W", sub_of_new_partner, "W", "M1>customer M16>12", "✘✘ → ✘✘"),
    ("13 in U", "U", new_version, "U", "M1>customer", "✔✔ → ✔✔"),
    ("13 in W", "W", new_version, "W", "M1>customer", "✘✘ → ✘✘"),
    ("48 in U, W", "U W", renamed, "same", "M1>customer", ""),
];

#[test]
fn every_row_leads_where_the_table_says() {
    for (row, states, happens, after, sent, gates) in ROWS {
        for state in states.split(' ') {
            let mut scenario = in_state(state);
            let event = happens(&mut scenario);
            let before = scenario.gates();
            let changes = scenario.send(&event);
            let name = format!("row {row} from {state}");
            let changes = changes.unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"));
            let after = if *after == "same" { state } else { *after };
            assert_eq!(scenario.letter(), after, "{name}: new state");
            assert_eq!(mails(&changes), *sent, "{name}: mails");
            if !gates.is_empty() {
                assert_eq!(
                    format!("{before} → {}", scenario.gates()),
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
        ("13", "N O X D C V E", new_version, Refusal::NotDue),
        ("14", "D", decline, Refusal::Unchanged),
        ("14", "C", decline, Refusal::AlreadyConcluded),
        ("14", "X V", decline, Refusal::LinkUnusable),
        ("8", "D C X", refused, Refusal::Unchanged),
        ("32", "N O D X V", object, Refusal::NothingToObject),
        (
            "33",
            "N O R0 X D C U W E",
            error_found,
            Refusal::NoObjection,
        ),
        ("35", "N E", told_of_version, Refusal::NotNeeded),
        (
            "35",
            "O R0 R3 X D V W",
            told_of_version,
            Refusal::NothingInForce,
        ),
        ("35", "U", told_of_version, Refusal::AlreadyAsked),
        ("35", "C U", told_of_same_version, Refusal::Unchanged),
        ("36", "N E", version_demanded, Refusal::NotNeeded),
        (
            "36",
            "O R0 R3 X D V W",
            version_demanded,
            Refusal::NothingInForce,
        ),
        ("36", "U", version_demanded, Refusal::AlreadyAsked),
        ("36", "C U", same_version_demanded, Refusal::Unchanged),
        ("36", "C", version_demanded_twice, Refusal::AlreadyAsked),
        ("48", "N E", demanded, Refusal::NotNeeded),
        ("48", "O R0 R3 X D V W", demanded, Refusal::NothingInForce),
        ("48", "C U", demanded_twice, Refusal::Unchanged),
        ("49", "N O R0 X D V W E", blocked, Refusal::Unchanged),
        ("53", "N O X D C V E", locked, Refusal::NothingOpen),
        ("5.8-18", "N E", on_paper, Refusal::NotNeeded),
        ("5.8-18", "C", on_paper, Refusal::AlreadyConcluded),
        (
            "5.8-18 before the portal",
            "N E",
            before_the_portal,
            Refusal::NotNeeded,
        ),
        (
            "5.8-18 before the portal",
            "C U W D V",
            before_the_portal,
            Refusal::AlreadyConcluded,
        ),
    ];
    for (row, states, happens, refusal) in table {
        for state in states.split(' ') {
            let mut scenario = in_state(state);
            let event = happens(&mut scenario);
            let before = scenario.case.clone();
            assert_eq!(
                scenario.send(&event),
                Err(*refusal),
                "row {row} from {state}"
            );
            assert_eq!(scenario.case, before);
        }
    }
}

#[test]
fn nothing_is_done_by_itself_outside_an_open_round() {
    // Rows 6, 14, 34, 5.6-5: nothing is sent at once, nor on the mornings of the next hundred days.
    for state in ["N", "O", "X", "D", "C", "V", "E"] {
        let mut scenario = in_state(state);
        for _ in 0..100 {
            assert_eq!(
                scenario.send(&Event::StepDue),
                Err(Refusal::NotDue),
                "{state}"
            );
            scenario.now += Duration::days(1);
        }
    }
}

#[test]
fn a_deleted_customer_is_left_alone() {
    for state in STATES {
        let mut scenario = in_state(state);
        scenario.case.customer.deleted_at = Some(scenario.now);
        scenario.case.bookings.push(booking(TRUNK, &["ums"]));
        for happens in [by_hand, new_address, trunk_booked, object, sub_removed] as [Happens; 5] {
            let event = happens(&mut scenario);
            assert_eq!(
                scenario.send(&event),
                Err(Refusal::Deleted),
                "{event:?} in {state}"
            );
        }
    }
}
