//! Requirements 5.6: what has to hold whatever happens, in whatever order and however much later.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;
use proptest::prelude::*;

use super::gate::the_gate_decides_as_the_rule_does;
use super::model::Model;
use super::model::hours::people_work;
use super::partner_search::mails_go_where_they_may;
use super::random_sequences::{Act, acts, change_need, change_text, event, scenarios, wait, waits};
use super::samples::{
    ANNEXES, CENTRAFLEX, FOREIGN, MANDANT, MODULES, OTHER_SUB, SUB, Scenario, booked, mails,
    partner,
};
use crate::domain::calendar::{REMINDERS, day};
use crate::domain::case::{
    Agreement, Booking, Case, Change, Channel, Covered, Demand, EnteredAddress, Event, Grant,
    LinkEnd, LinkState, Refusal, Request, Status, covers, decide, next_change, status_of,
};
use crate::domain::viewer::{Permission, Role, permissions};

const NO_LINK: [Status; 3] = [Status::Void, Status::Ended, Status::NotRequired];
/// `AVV_STORIES=20` tries twenty times as many sequences; `PROPTEST_CASES=5120` does so without a
/// new build.
pub fn runs(cases: u32) -> ProptestConfig {
    let times: Option<u32> = option_env!("AVV_STORIES").and_then(|times| times.parse().ok());
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: (cases * times.unwrap_or(1)).saturating_mul(usual.cases) / 256,
        failure_persistence: crate::domain::seeds::kept("case"),
        ..usual
    }
}

proptest! {
    #![proptest_config(runs(450))]

    #[test]
    fn whatever_happens_the_invariants_hold(
        mut scenario in scenarios(),
        story in prop::collection::vec((waits(), acts()), 20..80),
    ) {
        scenario = scenario.after(&booked(CENTRAFLEX, &[]));
        for (time, act) in &story {
            wait(&mut scenario, time);
            holds(&scenario);
            change_need(act, &mut scenario.case);
            change_text(act, &mut scenario.case);
            let now = scenario.now;
            let event = event(act, &scenario.case, now);
            let before = scenario.clone();
            if let Ok(changes) = scenario.send(&event) {
                step_holds(&before, &event, &changes, &scenario);
            }
            holds(&scenario);
            the_gate_decides_as_the_rule_does(&scenario);
        }
    }
}

proptest! {
    #![proptest_config(runs(2000))]

    /// The rules and the simple model of [`super::model`] agree at every step.
    #[test]
    fn the_rules_agree_with_a_simple_model(
        scenario in scenarios(),
        story in prop::collection::vec((waits(), acts()), 10..60),
    ) {
        let mut model = Model::of(&scenario);
        let mut scenario = scenario;
        let mut told = Vec::new();
        for (time, act) in &story {
            wait(&mut scenario, time);
            if let Some(key) = change_need(act, &mut scenario.case) {
                model.relist(&key);
            }
            if let Some(key) = change_text(act, &mut scenario.case) {
                model.rewrite(&key);
            }
            let event = event(act, &scenario.case, scenario.now);
            let mut next = model.clone();
            let expected = next.tell(&event, scenario.now, scenario.next_link());
            let sent = scenario.send(&event).ok().map(|changes| mails(&changes));
            if sent.is_some() {
                model = next;
            }
            told.push((scenario.now, event, sent.clone()));
            prop_assert_eq!(sent, expected.map(|mails| mails.join(" ")), "{:#?}", told);
            prop_assert_eq!(scenario.letter(), model.letter(scenario.now), "{:#?}", told);
            prop_assert_eq!(scenario.gates(), model.gates(scenario.now), "{:#?}", told);
            prop_assert_eq!(scenario.doors(), model.doors(scenario.now), "{:#?}", told);
        }
    }
}

proptest! {
    #![proptest_config(runs(150))]

    /// 5.6-11: neither a partner's actions nor the passing of time conclude a contract.
    #[test]
    fn partners_and_time_alone_conclude_nothing(
        mut scenario in scenarios(),
        story in prop::collection::vec((waits(), acts()), 20..60),
    ) {
        scenario = scenario.after(&booked(CENTRAFLEX, &[]));
        for (time, act) in &story {
            wait(&mut scenario, time);
            if !matches!(
                act,
                Act::Ask
                    | Act::NameSub(_)
                    | Act::Step
                    | Act::NewVersion
                    | Act::PartnerChangesEmail(_)
                    | Act::TellFormer(_)
            ) {
                continue;
            }
            let now = scenario.now;
            let event = event(act, &scenario.case, now);
            let _ = scenario.send(&event);
            prop_assert!(scenario.case.agreements.is_empty());
            prop_assert_eq!(scenario.gates(), "✘✘");
        }
    }
}

/// What holds for every case at any time.
fn holds(scenario: &Scenario) {
    let case = &scenario.case;
    at_most_one(case);
    for round in &case.requests {
        // 5.6-5
        assert!(
            round.reminders <= REMINDERS && round.links.len() == usize::from(round.reminders) + 1
        );
        for link in &round.links {
            // 5.6-3
            let by_it = case
                .agreements
                .iter()
                .filter(|agreement| agreement.link == Some(link.id))
                .count();
            let used = matches!(link.end, Some((_, LinkEnd::Used)));
            assert_eq!(by_it, usize::from(used), "used links and agreements");
            let state = scenario.link_state(link.id);
            assert_eq!(state.is_none(), case.customer.deleted_at.is_some());
            if matches!(state, Some(LinkState::Valid { .. })) {
                assert!(
                    case.open_request().is_some(),
                    "a valid link without an open request"
                );
            }
        }
    }
    the_gate_is_shut_without_agreement(scenario);
    who_waits_is_asked_when_the_text_is_there(scenario);
    time_alone_is_foreseen(scenario);
    deeds_are_possible(scenario);
    // The end of a booking and a reminder can be due on the same morning; after these two nothing
    // more is due (5.6-10).
    let mut again = scenario.clone();
    let lapsed =
        |one: &Booking| one.has_lapsed(scenario.now) || one.lapsed_option(scenario.now).is_some();
    let lapsed = case.bookings.iter().any(lapsed);
    let passed = case.waiting_address().and_then(EnteredAddress::wait_end);
    let passed = passed.is_some_and(|end| end <= scenario.now);
    for _ in 0..1 + usize::from(lapsed) + usize::from(passed) {
        let _ = again.send(&Event::StepDue);
    }
    let refusal = match case.customer.deleted_at {
        Some(_) => Refusal::Deleted,
        None => Refusal::NotDue,
    };
    assert_eq!(again.send(&Event::StepDue), Err(refusal));
}

/// 5.6-1: at most one agreement is in force, and at most one request is open.
fn at_most_one(case: &Case) {
    assert!(
        case.agreements
            .iter()
            .filter(|agreement| agreement.in_force())
            .count()
            <= 1
    );
    assert!(
        case.requests
            .iter()
            .filter(|request| request.is_open())
            .count()
            <= 1
    );
}

/// LC-49: no customer is asked to conclude a text that is not written; one who waits for it is
/// asked as soon as it is.
fn who_waits_is_asked_when_the_text_is_there(scenario: &Scenario) {
    let waits = scenario.status() == Status::TextMissing;
    if scenario.case.lacks_text(scenario.now) {
        assert!(
            scenario
                .case
                .requests
                .iter()
                .flat_map(|one| &one.links)
                .all(|link| {
                    !matches!(scenario.link_state(link.id), Some(LinkState::Valid { .. }))
                })
        );
        let refused = scenario.clone().send(&Event::AskedByHand);
        assert!(matches!(
            refused,
            Err(Refusal::TextMissing | Refusal::NotNeeded | Refusal::AlreadyConcluded)
        ));
    } else {
        assert!(!waits);
    }
    if !waits {
        return;
    }
    let mut then = scenario.clone();
    then.case.annexes = ANNEXES.iter().map(|key| (*key).to_owned()).collect();
    let _ = then.send(&Event::NeedChanged);
    let asked = matches!(
        then.status(),
        Status::Requested | Status::Reminded | Status::Undeliverable
    );
    let cannot = matches!(then.status(), Status::NoEmail | Status::AddressOpen);
    assert!(asked || cannot, "{:?}", then.status());
    assert!(cannot || then.case.open_request().is_some());
}

/// 5.6-2
fn the_gate_is_shut_without_agreement(scenario: &Scenario) {
    let case = &scenario.case;
    for (who, module) in [MANDANT, SUB, OTHER_SUB, FOREIGN]
        .into_iter()
        .flat_map(|who| MODULES.map(|module| (who, module)))
    {
        let Ok(grant) = scenario.gate(who, module) else {
            continue;
        };
        let is_mandant = case.partner.as_ref().is_some_and(|one| one.id == who);
        let is_sub = case.sub_partner.as_ref().is_some_and(|one| one.id == who);
        assert!(is_mandant || is_sub, "{who} is not assigned");
        let areas = case.areas(scenario.now).into_iter();
        let gated: Vec<Covered> = areas
            .filter(|area| area.module.key == module && area.module.gated)
            .filter_map(|area| area.needs)
            .collect();
        let required = case.required_products(scenario.now);
        assert!(gated.iter().all(|one| covers(&required, one)));
        assert_eq!(grant == Grant::NotRequired, gated.is_empty());
        if !gated.is_empty() {
            assert!(case.doubt_about(case.agreement().unwrap()).is_none(), "A4");
            let offer = &case.agreement().unwrap().offer;
            assert!(gated.iter().all(|one| offer.covers(one)));
            assert_eq!(Some(offer.partner), case.partner.as_ref().map(|one| one.id));
            assert!(is_mandant || case.agreement().unwrap().names_sub_partner(who));
        }
    }
}

/// The projection of the customer list is refreshed at `next_change`, so nothing may change before.
fn time_alone_is_foreseen(scenario: &Scenario) {
    let now = status_of(&scenario.case, scenario.now);
    let next = next_change(&scenario.case, scenario.now);
    let horizon = next.map_or(scenario.now + Duration::days(120), |(when, _)| when);
    let just_before = horizon - Duration::milliseconds(1);
    let span = just_before - scenario.now;
    for part in 0..=4 {
        let when = scenario.now + span * part / 4;
        assert_eq!(
            status_of(&scenario.case, when),
            now,
            "changed at {when}, foreseen {next:?}"
        );
    }
    if let Some((when, then)) = next {
        assert!(when > scenario.now && then != now);
        assert_eq!(status_of(&scenario.case, when), then);
    }
}

/// What the menu offers is not refused, and what it does not offer is refused.
fn deeds_are_possible(scenario: &Scenario) {
    let offered = permissions(Role::ADMINISTRATOR, &scenario.case, scenario.now);
    let context = scenario.clone().moment();
    let possible = |event: &Event| {
        let outcome = decide(&scenario.case, event, context);
        matches!(
            outcome,
            Ok(_) | Err(Refusal::JustSent | Refusal::TooManyLinks)
        )
    };
    let asks = offered.contains(&Permission::Ask) || offered.contains(&Permission::AskAgain);
    assert_eq!(
        asks,
        possible(&Event::AskedByHand),
        "{:?}",
        scenario.letter()
    );
    let records = offered.contains(&Permission::RecordObjection);
    assert_eq!(
        records,
        possible(&Event::Objected(Channel::Phone)),
        "{:?}",
        scenario.letter()
    );
    let demands = possible(&Event::Demanded(Demand::Succession));
    assert_eq!(offered.contains(&Permission::DemandAnew), demands);
    let next_sub = match &scenario.case.sub_partner {
        Some(_) => None,
        None => {
            let mandant = scenario.case.partner.as_ref().map(|one| one.id);
            Some(partner(SUB, mandant.or(Some(MANDANT))))
        }
    };
    let names = offered.contains(&Permission::NameSubPartner);
    assert_eq!(
        names,
        possible(&Event::SubPartnerNamed(next_sub)),
        "{:?}",
        scenario.letter()
    );
}

/// What holds for every step.
fn step_holds(before: &Scenario, event: &Event, changes: &[Change], after: &Scenario) {
    // Rows are written in this order under the unique constraints of 5.6-1.
    let mut halfway = before.case.clone();
    for change in changes {
        halfway.apply(std::slice::from_ref(change), before.now);
        at_most_one(&halfway);
    }
    assert_eq!(halfway, after.case);
    past_is_kept(before, after);
    mails_go_where_they_may(before, changes);
    match event {
        Event::StepDue => scheduler_holds(before, changes),
        Event::Objected(_) => {
            // 5.6-8
            assert!(MODULES.iter().all(|module| {
                [MANDANT, SUB, OTHER_SUB]
                    .iter()
                    .all(|who| after.gate(*who, module) != Ok(Grant::Agreement))
            }));
            assert!(matches!(
                after.status(),
                Status::Void
                    | Status::Declined
                    | Status::Ended
                    | Status::NotRequired
                    // Something else is booked, and was never asked for.
                    | Status::TextMissing
            ));
        }
        Event::Concluded(_) => {
            assert!(!before.case.lacks_text(before.now));
            assert!(after.case.is_covered(after.now) && after.case.open_request().is_none());
            let again = after.clone().send(event);
            assert_eq!(again, Err(Refusal::AlreadyConcluded), "rows 16 and 17");
            let held = after
                .case
                .doubt_about(after.case.agreement().unwrap())
                .is_some();
            let concluded = if held {
                Status::AddressOpen
            } else {
                Status::Concluded
            };
            assert_eq!(after.status(), concluded);
        }
        // An old link leads to a new request only while the contract is open (5.5).
        Event::AskedByLink(_) => assert!(!NO_LINK.contains(&before.status())),
        Event::Declined(_) => assert!(after.case.open_request().is_none()),
        _ => {}
    }
    // Only the customer's consent makes an agreement.
    let made = after.case.agreements.len() - before.case.agreements.len();
    let answers = matches!(event, Event::Concluded(_) | Event::ConcludedOnPaper { .. });
    assert_eq!(made, usize::from(answers));
}

/// 5.6-7, as far as the rules are concerned: what was concluded, sent or ended stays as it is.
fn past_is_kept(before: &Scenario, after: &Scenario) {
    for (old, new) in before.case.agreements.iter().zip(&after.case.agreements) {
        let kept = Agreement {
            end: new.end,
            sub_partner_left: new.sub_partner_left,
            ..old.clone()
        };
        assert!(kept == *new && (old.in_force() || old.end == new.end));
    }
    for (old, new) in before.case.requests.iter().zip(&after.case.requests) {
        assert!(old.is_open() || old.closed == new.closed);
        let Request { id, opened_at, .. } = *new;
        assert!(old.id == id && old.opened_at == opened_at && old.offer == new.offer);
        for (was, is) in old.links.iter().zip(&new.links) {
            assert!(was.valid_until == is.valid_until && was.sent_at == is.sent_at);
            assert!(
                was.end.is_none() || was.end == is.end,
                "a link came back to life"
            );
        }
    }
}

/// 5.6-5, 5.7, F10: what holds for a step of the scheduler.
fn scheduler_holds(before: &Scenario, changes: &[Change]) {
    assert!(people_work(before.now), "{}", before.now);
    if changes
        .iter()
        .any(|change| matches!(change, Change::SettleBooking(_) | Change::UseAddress(_)))
    {
        return;
    }
    let round = before.case.open_request().unwrap();
    assert!(
        !round
            .links
            .iter()
            .any(|link| link.end.is_none() && link.valid_until >= before.now)
    );
    let reminds = changes
        .iter()
        .any(|change| matches!(change, Change::Remind(..)));
    if reminds {
        // F10: never two mails on one day; each link has its full fourteen days.
        let last = round.links.last().unwrap().sent_at;
        assert!(day(last) + chrono::Days::new(14) < day(before.now));
        let status = before.status();
        assert!(
            matches!(
                status,
                Status::Requested
                    | Status::Reminded
                    | Status::UpdatePending
                    | Status::RenewalRequired
            ),
            "a reminder in {status:?}"
        );
    }
}
