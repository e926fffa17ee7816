//! Requirements 5.4, what the columns of [`super::table`] cannot express: what becomes of rounds,
//! links and agreements, and the conditions of single rows.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;

use super::samples::{
    CENTRAFLEX, FOREIGN, MANDANT, OTHER_SUB, SUB, Scenario, TRUNK, booked, case, consent, in_state,
    mails, partner, utc,
};
use super::scenarios::{
    Happens, by_hand, new_address, refused, sub_removed, sub_replaced, trunk_booked,
};
use crate::domain::case::{
    AgreementEnd, Booking, Change, Event, LinkEnd, LinkState, Partner, Refusal, RequestOutcome,
    Status,
};
use crate::domain::mail::{MailKind, RequestReason};

#[test]
fn row_1_without_an_address_alerts_the_operator() {
    let scenario = in_state("O");
    assert_eq!(
        (scenario.status(), scenario.case.requests.len()),
        (Status::NoEmail, 0)
    );
    let mut fresh = in_state("N");
    fresh.case.customer.party.email = None;
    assert_eq!(
        mails(&fresh.send(&booked(CENTRAFLEX, &[])).unwrap()),
        "M14>operator"
    );
}

#[test]
fn row_2_holds_also_for_those_who_were_asked_before() {
    let amended = {
        let mut scenario = in_state("C");
        scenario.case.customer.party.email = None;
        scenario.after(&booked(TRUNK, &["ums"]))
    };
    assert_eq!(amended.letter(), "A");
    let again = {
        let mut scenario = in_state("E");
        scenario.case.customer.party.email = None;
        scenario.after(&booked(CENTRAFLEX, &[]))
    };
    assert_eq!(again.letter(), "O");
    for (mut scenario, reason, letter) in [
        (amended, RequestReason::Product, "U"),
        (again, RequestReason::First, "R0"),
    ] {
        let changes = scenario.send(&new_address(&mut scenario.clone())).unwrap();
        assert_eq!(
            (mails(&changes).as_str(), scenario.letter().as_str()),
            ("M1>customer", letter)
        );
        assert_eq!(scenario.case.open_request().unwrap().reason, reason);
    }
    // But not for a customer that has answered, nor if nothing is needed.
    for state in ["N", "X", "D", "V", "E"] {
        let mut scenario = in_state(state);
        let changes = scenario.send(&new_address(&mut scenario.clone())).unwrap();
        assert_eq!(
            (mails(&changes).as_str(), scenario.letter().as_str()),
            ("", state)
        );
    }
}

#[test]
fn rows_3_and_7_begin_a_new_round_and_leave_earlier_links_alone() {
    let mut scenario = in_state("R2");
    let old = scenario.link();
    let until = scenario.case.link(old).unwrap().1.valid_until;
    scenario.now += Duration::hours(2);
    scenario.send(&Event::AskedByHand).unwrap();
    assert_eq!(scenario.link_state(old), Some(LinkState::Valid { until }));
    let first = &scenario.case.requests[0];
    assert_eq!(
        first.closed,
        Some((scenario.now, RequestOutcome::Superseded))
    );
    assert_eq!(scenario.case.open_request().unwrap().reminders, 0);
    // and consent by the older link answers the round that is open now (row 15)
    let scenario = scenario.after(&consent(old));
    assert_eq!(
        (scenario.letter().as_str(), scenario.case.open_request()),
        ("C", None)
    );
}

#[test]
fn a_second_click_on_send_is_the_same_click() {
    let mut scenario = in_state("R0").later(Duration::seconds(59));
    assert_eq!(scenario.send(&Event::AskedByHand), Err(Refusal::JustSent));
    scenario.now += Duration::seconds(1);
    assert!(scenario.send(&Event::AskedByHand).is_ok());
}

#[test]
fn rows_9_11_and_12_make_every_earlier_link_worthless() {
    for happens in [new_address, sub_removed, sub_replaced, trunk_booked] as [Happens; 4] {
        let mut scenario = in_state("R1")
            .later(Duration::hours(2))
            .after(&Event::AskedByHand);
        let event = happens(&mut scenario);
        let earlier = scenario.case.clone();
        let scenario = scenario.after(&event);
        let links = || scenario.case.requests.iter().flat_map(|round| &round.links);
        let alive: Vec<_> = links().filter(|link| link.end.is_none()).collect();
        assert_eq!(
            alive.len(),
            2,
            "{event:?}: the new link, and the first that is over by itself"
        );
        for link in earlier
            .requests
            .iter()
            .flat_map(|round| &round.links)
            .skip(1)
        {
            assert_eq!(
                scenario.case.link(link.id).unwrap().1.end,
                Some((scenario.now, LinkEnd::Replaced))
            );
        }
    }
}

#[test]
fn rows_9_and_11_send_nothing_once_the_last_link_is_over() {
    // Row 6: the state is X from midnight on, hours before the scheduler closes the round.
    for happens in [new_address, sub_removed] as [Happens; 2] {
        let mut scenario = in_state("R3").at_next_step().later(Duration::hours(-4));
        assert_eq!(scenario.letter(), "X");
        let event = happens(&mut scenario);
        assert_eq!(mails(&scenario.send(&event).unwrap()), "");
        assert_eq!(scenario.letter(), "X");
    }
}

#[test]
fn row_8_pauses_reminders_until_address_or_manual_send() {
    for happens in [new_address, by_hand] as [Happens; 2] {
        let mut scenario = in_state("R1");
        let refused = refused(&mut scenario);
        let mut scenario = scenario.after(&refused);
        assert_eq!(scenario.status(), Status::Undeliverable);
        assert_eq!(
            scenario.send(&refused),
            Err(Refusal::Unchanged),
            "told once"
        );
        scenario = scenario.at_next_step();
        assert_eq!(scenario.send(&Event::StepDue), Err(Refusal::NotDue));
        let event = happens(&mut scenario);
        let mut scenario = scenario.after(&event);
        assert_eq!(scenario.status(), Status::Requested);
        scenario = scenario.at_next_step();
        assert_eq!(
            mails(&scenario.send(&Event::StepDue).unwrap()),
            "M2.1>customer"
        );
    }
}

#[test]
fn row_8_a_better_address_reaches_the_customer_even_after_the_last_link() {
    let mut scenario = in_state("R3");
    let refused = refused(&mut scenario);
    let mut scenario = scenario
        .after(&refused)
        .at_next_step()
        .later(Duration::hours(-4));
    let event = new_address(&mut scenario);
    assert_eq!(
        mails(&scenario.send(&event).unwrap()),
        "M1>customer M15>old"
    );
    assert_eq!(scenario.letter(), "R0");
}

#[test]
fn row_9_keeps_the_wording_of_the_request_inside_u() {
    let mut scenario = in_state("U");
    scenario.send(&new_address(&mut scenario.clone())).unwrap();
    assert_eq!(
        scenario.case.open_request().unwrap().reason,
        RequestReason::Product
    );
}

#[test]
fn row_11_names_only_complete_sub_partners_of_the_own_mandant() {
    let foreign = partner(OTHER_SUB, Some(FOREIGN));
    let mandant = partner(FOREIGN, None);
    let incomplete = |spoil: fn(&mut Partner)| {
        let mut sub = partner(OTHER_SUB, Some(MANDANT));
        spoil(&mut sub);
        sub
    };
    let table = [
        (foreign, Refusal::ForeignSubPartner),
        (mandant, Refusal::ForeignSubPartner),
        (
            incomplete(|sub| sub.party.contact.clear()),
            Refusal::IncompleteSubPartner,
        ),
        (
            incomplete(|sub| sub.party.email = None),
            Refusal::IncompleteSubPartner,
        ),
        (
            incomplete(|sub| sub.blocked_at = Some(utc("2026-01-07T09:00:00Z"))),
            Refusal::IncompleteSubPartner,
        ),
        (partner(SUB, Some(MANDANT)), Refusal::Unchanged),
    ];
    for (sub, refusal) in table {
        let mut scenario = in_state("R0");
        let event = Event::SubPartnerNamed(Some(sub));
        assert_eq!(scenario.send(&event), Err(refusal), "{event:?}");
    }
    let mut alone = Scenario::of(case());
    alone.case.partner = None;
    let event = sub_replaced(&mut alone);
    assert_eq!(alone.send(&event), Err(Refusal::ForeignSubPartner));
}

#[test]
fn row_15_concludes_what_is_offered_now_and_ends_all_links() {
    let mut scenario = in_state("R3");
    let offer = scenario.case.offer(scenario.now).unwrap();
    let link = scenario.link();
    let changes = scenario.send(&consent(link)).unwrap();
    let agreement = scenario.case.agreement().unwrap();
    assert_eq!((&agreement.offer, agreement.link), (&offer, Some(link)));
    assert_eq!(
        offer.sub_partner,
        Some(SUB),
        "R-06: in addition to the Mandant"
    );
    assert_eq!(offer.partner, MANDANT);
    // M3 is about this agreement and no other.
    assert!(changes.iter().any(|change| matches!(change,
        Change::Queue(mail) if mail.kind == MailKind::Concluded { agreement: agreement.id })));
    assert_eq!(
        scenario.case.link(link).unwrap().1.end,
        Some((scenario.now, LinkEnd::Used))
    );
    assert!(
        agreement.number.starts_with("AVV-2027-4711-1-"),
        "{}",
        agreement.number
    );
}

#[test]
fn s_06_a_changed_text_is_not_concluded() {
    let mut scenario = in_state("R0");
    let Event::Concluded(mut declaration) = consent(scenario.link()) else {
        unreachable!()
    };
    declaration.shown = "what was read".to_owned();
    assert_eq!(
        scenario.send(&Event::Concluded(declaration)),
        Err(Refusal::TextChanged)
    );
}

#[test]
fn rows_21_and_27_replace_the_old_agreement() {
    for state in ["U", "W"] {
        let scenario = in_state(state);
        let answer = consent(scenario.link());
        let scenario = scenario.after(&answer);
        let ends: Vec<_> = scenario
            .case
            .agreements
            .iter()
            .map(|a| a.end.map(|(_, why)| why))
            .collect();
        assert_eq!(ends, [Some(AgreementEnd::Replaced), None], "{state}");
    }
}

#[test]
fn row_50_does_not_revive_the_agreement_of_an_earlier_need() {
    // Neither after the scheduler has ended it, nor in the night before the scheduler runs.
    let mut night = in_state("C");
    let ends_at = Some(night.now + Duration::days(1));
    night = night.after(&Event::Cancelled {
        booking: 0,
        ends_at,
    });
    night.now += Duration::days(1);
    assert!(night.letter() == "E" && night.case.agreement().is_some());
    let mut scenario = in_state("E");
    for mut scenario in [night, scenario.clone()] {
        scenario = scenario.after(&booked(CENTRAFLEX, &[]));
        assert_eq!(scenario.case.agreement(), None);
        let end = scenario.case.agreements[0].end.unwrap();
        assert_eq!(end.1, AgreementEnd::Ended);
    }
    scenario = scenario.after(&booked(CENTRAFLEX, &[]));
    assert_eq!(
        scenario.case.open_request().unwrap().reason,
        RequestReason::First
    );
}

#[test]
fn no_reminder_once_the_need_is_over() {
    // 5.6-5, row 19: the booking ends while the round is open
    for state in ["R0", "R3", "U"] {
        let mut scenario = in_state(state);
        let end = scenario.now + Duration::days(1);
        for Booking { ends_at, .. } in &mut scenario.case.bookings {
            *ends_at = Some(end);
        }
        scenario = scenario.at_next_step();
        let changes = scenario.send(&Event::StepDue).unwrap();
        assert!(
            changes
                .iter()
                .any(|change| matches!(change, Change::CloseRequest(_, RequestOutcome::NotNeeded))),
            "{state}: {changes:?}"
        );
        let told = if state == "U" {
            "M13>customer"
        } else {
            "M11>customer"
        };
        let told = if state == "R3" { "" } else { told };
        assert_eq!(mails(&changes), told, "{state}");
        assert_eq!(
            scenario.send(&Event::StepDue),
            Err(Refusal::NotDue),
            "{state}"
        );
    }
}

#[test]
fn bookings_the_catalogue_does_not_know_are_refused() {
    for event in [booked("fax", &[]), booked(CENTRAFLEX, &["ums"])] {
        assert_eq!(in_state("N").send(&event), Err(Refusal::UnknownProduct));
    }
}
