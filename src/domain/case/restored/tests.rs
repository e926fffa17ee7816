//! A case whose database was put back to an earlier state.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::domain::LinkId;
use crate::domain::case::tests::samples::{
    CENTRAFLEX, MANDANT, Scenario, TRUNK, booked, consent, in_state,
};
use crate::domain::case::{Channel, Status};

/// The document of an agreement, as it was mailed to the customer.
fn document_of(scenario: &Scenario) -> Restored {
    let agreement = scenario.case.agreements.last().unwrap();
    let (round, link) = scenario.case.link(agreement.link.unwrap()).unwrap();
    Restored {
        number: agreement.number.clone(),
        concluded_at: agreement.concluded_at,
        person: agreement.person.clone(),
        function: agreement.function.clone(),
        offer: agreement.offer.clone(),
        link: Link {
            end: None,
            ..link.clone()
        },
        asked_at: round.opened_at,
    }
}

/// A case at the time of the dump, and the document of an agreement that was concluded an hour
/// later.
fn story() -> (Scenario, Restored) {
    let dump = in_state("N").after(&booked(CENTRAFLEX, &[]));
    let answer = consent(dump.link());
    let lost = dump.clone().later(Duration::hours(1)).after(&answer);
    let document = document_of(&lost);
    (dump.later(Duration::days(2)), document)
}

/// Sends the event as the command does: the changes carry the time at which it happened.
fn take(scenario: &mut Scenario, document: &Restored) -> Result<Vec<Change>, Refusal> {
    let event = Event::Restored(Box::new(document.clone()));
    let now = scenario.now;
    scenario.now = event.happened_at(&scenario.case, now);
    let sent = scenario.send(&event);
    scenario.now = now;
    sent
}

#[test]
fn f5_what_was_concluded_is_back_and_nobody_is_mailed() {
    let (mut scenario, document) = story();
    let changes = take(&mut scenario, &document).unwrap();
    assert!(!changes.iter().any(|one| matches!(one, Change::Queue(_))));
    let agreement = scenario.case.agreement().unwrap();
    assert_eq!(agreement.number, document.number);
    assert_eq!(agreement.concluded_at, document.concluded_at);
    assert_eq!(scenario.letter(), "C");
    assert!(scenario.gate(MANDANT, CENTRAFLEX).is_ok());
    let (round, link) = scenario.case.link(document.link.id).unwrap();
    let then = document.concluded_at;
    assert_eq!(round.closed, Some((then, RequestOutcome::Concluded)));
    assert_eq!(link.end, Some((then, LinkEnd::Used)));
    assert_eq!(take(&mut scenario, &document), Err(Refusal::Contradicted));
    assert_eq!(
        contradiction(&scenario.case, &document, scenario.now),
        Some(Contradiction::NumberTaken)
    );
}

#[test]
fn f5_a_link_the_dump_never_heard_of_comes_back_with_its_round() {
    let (_, document) = story();
    for reminder in [0, 2] {
        let mut document = document.clone();
        document.link.id = LinkId(uuid::Uuid::from_u128(77));
        document.link.number = reminder;
        // Before any request, and after the first mail.
        for mut scenario in [in_state("N"), in_state("N").after(&booked(CENTRAFLEX, &[]))] {
            scenario.now = document.concluded_at + Duration::days(2);
            if let Some(round) = scenario.case.requests.last() {
                document.asked_at = round.opened_at;
            }
            take(&mut scenario, &document).unwrap();
            assert!(
                scenario.case.open_request().is_none(),
                "{:#?}",
                scenario.case
            );
            let (round, link) = scenario.case.link(document.link.id).unwrap();
            assert_eq!(link.end.map(|(_, how)| how), Some(LinkEnd::Used));
            assert_eq!(round.reminders, reminder);
            assert_eq!(scenario.case.agreement().unwrap().request, Some(round.id));
            assert!(!scenario.case.has_usable_link(scenario.now));
            // The booking exists, too, and a second one of the same kind changes nothing (row 45).
            assert_eq!(
                (scenario.letter().as_str(), scenario.case.bookings.len()),
                ("C", 1)
            );
            let again = scenario.after(&booked(CENTRAFLEX, &[]));
            assert_eq!(again.letter(), "C");
        }
    }
}

#[test]
fn f5_what_was_asked_for_since_goes_on_waiting() {
    let (scenario, document) = story();
    let mut scenario = scenario.after(&booked(TRUNK, &["ums"]));
    take(&mut scenario, &document).unwrap();
    let open = scenario.case.open_request().unwrap();
    assert!(open.links.iter().any(|link| link.end.is_none()));
    assert_eq!(
        crate::domain::case::status_of(&scenario.case, scenario.now).status,
        Status::UpdatePending
    );
    // It is recorded now, because the case has changed since: no fact is dated before an older one.
    let (_, link) = scenario.case.link(document.link.id).unwrap();
    assert_eq!(link.end, Some((scenario.now, LinkEnd::Used)));
}

#[test]
fn f5_nothing_comes_back_against_what_the_database_says() {
    let (scenario, document) = story();
    let with = |event: &Event| scenario.clone().after(event);
    let objected = {
        let answer = consent(scenario.link());
        scenario
            .clone()
            .after(&answer)
            .after(&Event::Objected(Channel::Letter))
    };
    let mut over = scenario.clone();
    for link in over
        .case
        .requests
        .iter_mut()
        .flat_map(|round| &mut round.links)
    {
        link.end = Some((
            document.concluded_at - Duration::minutes(9),
            LinkEnd::Closed,
        ));
    }
    let mut early = scenario.clone();
    early.now = document.concluded_at - Duration::minutes(2);
    for (name, scenario, matches) in [
        ("deleted", with(&Event::Deleted), "deleted"),
        (
            "declined",
            with(&Event::Declined(scenario.link())),
            "declined",
        ),
        (
            "concluded again",
            with(&consent(scenario.link())),
            "by its link",
        ),
        ("objected", objected, "by its link"),
        ("link over", over, "its link had ended"),
        ("clock behind", early, "still to come"),
    ] {
        let said =
            contradiction(&scenario.case, &document, scenario.now).map(|one| one.to_string());
        assert!(
            said.as_deref().unwrap_or_default().contains(matches),
            "{name}: {said:?}"
        );
    }
    // The objection was recorded against the agreement that the lost one had replaced.
    let first = in_state("C");
    let mut second = document.clone();
    second.concluded_at = first.now + Duration::hours(1);
    second.number = "AVV-2".to_owned();
    second.link.id = LinkId(uuid::Uuid::from_u128(78));
    let first = first
        .later(Duration::days(1))
        .after(&Event::Objected(Channel::Letter));
    assert!(matches!(
        contradiction(&first.case, &second, first.now),
        Some(Contradiction::Objected(_))
    ));
}
