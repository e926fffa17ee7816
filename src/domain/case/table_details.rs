//! Requirements 5.4, what the columns of [`super::table`] cannot say: what becomes of rounds, links
//! and agreements, and the conditions of single rows.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;

use super::happenings::{
    Happens, by_hand, new_address, refused, sub_removed, sub_replaced, trunk_booked,
};
use super::samples::{
    CENTRAFLEX, FOREIGN, MANDANT, OTHER_SUB, Play, SUB, TRUNK, booked, case, consent, in_state,
    mails, partner, utc,
};
use super::{
    AgreementEnd, Booking, Change, Event, LinkEnd, LinkState, Outcome, Partner, Refusal, Status,
};
use crate::domain::mail::{MailKind, RequestReason};

#[test]
fn row_1_without_an_address_alerts_the_operator() {
    let play = in_state("O");
    assert_eq!(
        (play.status(), play.case.requests.len()),
        (Status::NoEmail, 0)
    );
    let mut fresh = in_state("N");
    fresh.case.customer.party.email = None;
    assert_eq!(
        mails(&fresh.send(&booked(CENTRAFLEX, false)).unwrap()),
        "M14>operator"
    );
}

#[test]
fn row_2_holds_also_for_those_who_were_asked_before() {
    let amended = {
        let mut play = in_state("C");
        play.case.customer.party.email = None;
        play.after(&booked(TRUNK, true))
    };
    assert_eq!(amended.letter(), "A");
    let again = {
        let mut play = in_state("E");
        play.case.customer.party.email = None;
        play.after(&booked(CENTRAFLEX, false))
    };
    assert_eq!(again.letter(), "O");
    for (mut play, reason, letter) in [
        (amended, RequestReason::Product, "U"),
        (again, RequestReason::First, "R0"),
    ] {
        let changes = play.send(&new_address(&mut play.clone())).unwrap();
        assert_eq!(
            (mails(&changes).as_str(), play.letter().as_str()),
            ("M1>customer", letter)
        );
        assert_eq!(play.case.open_request().unwrap().reason, reason);
    }
    // … but not for one who has answered, nor where nothing is needed.
    for state in ["N", "X", "D", "V", "E"] {
        let mut play = in_state(state);
        let changes = play.send(&new_address(&mut play.clone())).unwrap();
        assert_eq!(
            (mails(&changes).as_str(), play.letter().as_str()),
            ("", state)
        );
    }
}

#[test]
fn rows_3_and_7_begin_a_new_round_and_leave_earlier_links_alone() {
    let mut play = in_state("R2");
    let old = play.link();
    let until = play.case.link(old).unwrap().1.valid_until;
    play.now += Duration::hours(2);
    play.send(&Event::AskedByHand).unwrap();
    assert_eq!(play.link_state(old), Some(LinkState::Valid { until }));
    let first = &play.case.requests[0];
    assert_eq!(first.closed, Some((play.now, Outcome::Superseded)));
    assert_eq!(play.case.open_request().unwrap().reminders, 0);
    // and consent by the older link answers the round that is open now (row 15)
    let play = play.after(&consent(old));
    assert_eq!(
        (play.letter().as_str(), play.case.open_request()),
        ("C", None)
    );
}

#[test]
fn a_second_click_on_send_is_the_same_click() {
    let mut play = in_state("R0").later(Duration::seconds(59));
    assert_eq!(play.send(&Event::AskedByHand), Err(Refusal::JustSent));
    play.now += Duration::seconds(1);
    assert!(play.send(&Event::AskedByHand).is_ok());
}

#[test]
fn rows_9_11_and_12_make_every_earlier_link_worthless() {
    for happens in [new_address, sub_removed, sub_replaced, trunk_booked] as [Happens; 4] {
        let mut play = in_state("R1")
            .later(Duration::hours(2))
            .after(&Event::AskedByHand);
        let event = happens(&mut play);
        let earlier = play.case.clone();
        let play = play.after(&event);
        let links = || play.case.requests.iter().flat_map(|round| &round.links);
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
                play.case.link(link.id).unwrap().1.end,
                Some((play.now, LinkEnd::Replaced))
            );
        }
    }
}

#[test]
fn rows_9_and_11_send_nothing_once_the_last_link_is_over() {
    // Row 6: from midnight on it is X, hours before the scheduler closes the round.
    for happens in [new_address, sub_removed] as [Happens; 2] {
        let mut play = in_state("R3").at_next_step().later(Duration::hours(-4));
        assert_eq!(play.letter(), "X");
        let event = happens(&mut play);
        assert_eq!(mails(&play.send(&event).unwrap()), "");
        assert_eq!(play.letter(), "X");
    }
}

#[test]
fn row_8_pauses_reminders_until_address_or_manual_send() {
    for happens in [new_address, by_hand] as [Happens; 2] {
        let mut play = in_state("R1");
        let refused = refused(&mut play);
        let mut play = play.after(&refused);
        assert_eq!(play.status(), Status::Undeliverable);
        assert_eq!(play.send(&refused), Err(Refusal::Unchanged), "told once");
        play = play.at_next_step();
        assert_eq!(play.send(&Event::StepDue), Err(Refusal::NotDue));
        let event = happens(&mut play);
        let mut play = play.after(&event);
        assert_eq!(play.status(), Status::Requested);
        play = play.at_next_step();
        assert_eq!(mails(&play.send(&Event::StepDue).unwrap()), "M2.1>customer");
    }
}

#[test]
fn row_8_a_better_address_reaches_the_customer_even_after_the_last_link() {
    let mut play = in_state("R3");
    let refused = refused(&mut play);
    let mut play = play
        .after(&refused)
        .at_next_step()
        .later(Duration::hours(-4));
    let event = new_address(&mut play);
    assert_eq!(mails(&play.send(&event).unwrap()), "M1>customer M15>old");
    assert_eq!(play.letter(), "R0");
}

#[test]
fn row_9_keeps_the_wording_of_the_request_inside_u() {
    let mut play = in_state("U");
    play.send(&new_address(&mut play.clone())).unwrap();
    assert_eq!(
        play.case.open_request().unwrap().reason,
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
        let mut play = in_state("R0");
        let event = Event::SubPartnerNamed(Some(sub));
        assert_eq!(play.send(&event), Err(refusal), "{event:?}");
    }
    let mut alone = Play::of(case());
    alone.case.partner = None;
    let event = sub_replaced(&mut alone);
    assert_eq!(alone.send(&event), Err(Refusal::ForeignSubPartner));
}

#[test]
fn row_15_concludes_what_is_offered_now_and_ends_all_links() {
    let mut play = in_state("R3");
    let offer = play.case.offer(play.now).unwrap();
    let link = play.link();
    let changes = play.send(&consent(link)).unwrap();
    let agreement = play.case.agreement().unwrap();
    assert_eq!((&agreement.offer, agreement.link), (&offer, Some(link)));
    assert_eq!(
        offer.sub_partner,
        Some(SUB),
        "R-06: in addition to the Mandant"
    );
    assert_eq!(offer.partner, MANDANT);
    // M3 is about this very agreement.
    assert!(changes.iter().any(|change| matches!(change,
        Change::Queue(mail) if mail.kind == MailKind::Concluded { agreement: agreement.id })));
    assert_eq!(
        play.case.link(link).unwrap().1.end,
        Some((play.now, LinkEnd::Used))
    );
    assert!(
        agreement.number.starts_with("AVV-2027-004711-1-"),
        "{}",
        agreement.number
    );
}

#[test]
fn s_06_a_changed_text_is_not_concluded() {
    let mut play = in_state("R0");
    let Event::Concluded(mut declaration) = consent(play.link()) else {
        unreachable!()
    };
    declaration.shown = "what was read".to_owned();
    assert_eq!(
        play.send(&Event::Concluded(declaration)),
        Err(Refusal::TextChanged)
    );
}

#[test]
fn rows_21_and_27_replace_the_old_agreement() {
    for state in ["U", "W"] {
        let play = in_state(state);
        let answer = consent(play.link());
        let play = play.after(&answer);
        let ends: Vec<_> = play
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
    // Neither once the scheduler has ended it, nor in the night before it comes.
    let mut night = in_state("C");
    let ends_at = Some(night.now + Duration::days(1));
    night = night.after(&Event::Cancelled {
        booking: 0,
        ends_at,
    });
    night.now += Duration::days(1);
    assert!(night.letter() == "E" && night.case.agreement().is_some());
    let mut play = in_state("E");
    for mut play in [night, play.clone()] {
        play = play.after(&booked(CENTRAFLEX, false));
        assert_eq!(play.case.agreement(), None);
        let end = play.case.agreements[0].end.unwrap();
        assert_eq!(end.1, AgreementEnd::Ended);
    }
    play = play.after(&booked(CENTRAFLEX, false));
    assert_eq!(
        play.case.open_request().unwrap().reason,
        RequestReason::First
    );
}

#[test]
fn no_reminder_once_the_need_is_over() {
    // 5.6-5, row 19: the booking ends while the round is open
    for state in ["R0", "R3", "U"] {
        let mut play = in_state(state);
        let end = play.now + Duration::days(1);
        for Booking { ends_at, .. } in &mut play.case.bookings {
            *ends_at = Some(end);
        }
        play = play.at_next_step();
        let changes = play.send(&Event::StepDue).unwrap();
        assert!(
            changes
                .iter()
                .any(|change| matches!(change, Change::CloseRequest(_, Outcome::NotNeeded))),
            "{state}: {changes:?}"
        );
        let told = if state == "U" {
            "M13>customer"
        } else {
            "M11>customer"
        };
        let told = if state == "R3" { "" } else { told };
        assert_eq!(mails(&changes), told, "{state}");
        assert_eq!(play.send(&Event::StepDue), Err(Refusal::NotDue), "{state}");
    }
}

#[test]
fn bookings_the_catalogue_does_not_know_are_refused() {
    for event in [booked("fax", false), booked(CENTRAFLEX, true)] {
        assert_eq!(in_state("N").send(&event), Err(Refusal::UnknownProduct));
    }
}
