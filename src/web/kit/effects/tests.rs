#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;

use super::*;
use crate::domain::case::tests::samples::{
    CENTRAFLEX, FOREIGN, MANDANT, OTHER_SUB, STATES, Scenario, TRUNK, booked, case, in_state,
    new_email, partner,
};
use crate::domain::case::{Channel, Event, preview};

fn told(scenario: &Scenario, event: &Event) -> String {
    let preview = preview(&scenario.case, event, scenario.now).unwrap();
    meaning("Betreiber", &preview)
        .into_iter()
        .map(|part| format!("{}: {}", part.heading, part.lines.join(" ")))
        .collect::<Vec<_>>()
        .join("\n")
}

/// An event that cancels the last booking as from midnight after this many days.
fn cancelled(scenario: &Scenario, days: u64) -> Event {
    let last = calendar::day(scenario.now) + chrono::Days::new(days);
    Event::Cancelled {
        booking: scenario.case.bookings.len() - 1,
        ends_at: Some(calendar::end_of_day(last) + Duration::milliseconds(1)),
    }
}

#[test]
fn a_first_booking_says_that_the_customer_is_asked() {
    // Row 1
    let text = told(&in_state("N"), &booked(CENTRAFLEX, &[]));
    assert_eq!(
        text,
        "AVV-Status: Der AVV-Status wechselt von „Nicht erforderlich“ zu „Angefordert“.\n\
         E-Mails und Links: Kunde AG erhält sofort eine E-Mail an i•••@kunde.example: Bitte um Abschluss des AVV. Ihr Link gilt 14 Tage, bis 6. Dezember 2026; ohne Antwort folgen bis zu 3 Erinnerungen.\n\
         Zugriff der Vertriebspartner: Für Partner 1 bleibt bis zum Abschluss gesperrt: CENTRAFLEX. Für Partner 11 bleibt bis zum Abschluss gesperrt: CENTRAFLEX."
    );
}

#[test]
fn the_end_of_the_last_booking_is_told_for_its_own_day() {
    // Row 44: nothing today; on the day after, access closes and M13 is sent in the morning.
    let scenario = in_state("C");
    let text = told(&scenario, &cancelled(&scenario, 8));
    let (today, then) = text.split_once("\nAm ").unwrap();
    assert!(today.contains("bleibt „Abgeschlossen“") && today.contains("keine E-Mail"));
    assert!(
        today.ends_with("Am Zugriff der Vertriebspartner ändert sich nichts."),
        "{today}"
    );
    assert!(
        then.starts_with("Dienstag, 1. Dezember 2026, wenn bis dahin"),
        "{then}"
    );
    for word in [
        "wechselt dann von „Abgeschlossen“ zu „Beendet“",
        " endet, weil kein AVV mehr nötig ist. Als Nachweis bleibt er abrufbar.",
        "Partner 1 kann ab diesem Tag nicht mehr öffnen, weil der Kunde das Produkt nicht mehr hat: CENTRAFLEX.",
        "erhält am Morgen eine E-Mail an i•••@kunde.example: Der Vertrag ist beendet. Die E-Mail sagt, was mit den Daten geschieht",
    ] {
        assert!(then.contains(word), "{word} in {then}");
    }
}

#[test]
fn what_happens_until_that_day_is_counted_in() {
    // The round expires long before the booking ends, so no mail says that it is withdrawn
    // (row 19).
    let scenario = in_state("R0");
    let text = told(&scenario, &cancelled(&scenario, 200));
    let (_, then) = text.split_once("\nAm ").unwrap();
    assert!(
        then.contains("von „Ohne Antwort abgelaufen“ zu „Nicht erforderlich“"),
        "{then}"
    );
    assert!(then.contains("Es wird keine E-Mail gesendet."), "{then}");
    // If the booking ends while the customer is being asked, the customer is told.
    let text = told(&scenario, &cancelled(&scenario, 3));
    let (_, then) = text.split_once("\nAm ").unwrap();
    assert!(then.contains("wird nicht mehr gebraucht"), "{then}");
    assert!(then.contains("Erinnerungen gehen nicht mehr hinaus."));
}

#[test]
fn changes_of_partners_and_addresses_have_their_sentences() {
    // event in a state, words the page must say
    let wrong = Event::PartnerAssigned(None);
    let moved = Event::PartnerAssigned(Some(partner(FOREIGN, None)));
    let sub = Event::SubPartnerNamed(Some(partner(OTHER_SUB, Some(MANDANT))));
    let table: &[(&str, Event, &[&str])] = &[
        (
            "C",
            moved,
            &[
                "zu „Neuabschluss nötig“",
                "Bitte um Neuabschluss mit dem neuen Vertriebspartner.",
                "Partner 1 erhält eine E-Mail: Den Kunden betreut jetzt ein anderer",
                "Partner 1 kann ab sofort nicht mehr öffnen: CENTRAFLEX.",
                "Partner 1 sieht diesen Kunden ab sofort nicht mehr.",
                "Partner 2 sieht ab sofort den Kunden und den Stand seines AVV, aber nicht den Vertragstext.",
                "Für Partner 2 bleibt bis zum Neuabschluss gesperrt: CENTRAFLEX.",
                "mit Betreiber gilt weiter, wie er abgeschlossen wurde.",
            ],
        ),
        (
            "C",
            wrong,
            &[
                "endet, weil kein AVV mehr nötig ist.",
                "Partner 1 sieht diesen Kunden ab sofort nicht mehr.",
                "weil kein Vertriebspartner den Kunden mehr betreut",
            ],
        ),
        (
            "C",
            sub,
            &[
                "gilt weiter, aber nicht mehr für den bisherigen Untervertriebspartner",
                "Partner 11 kann ab sofort nicht mehr öffnen: CENTRAFLEX.",
                "Partner 1 kann weiter öffnen: CENTRAFLEX.",
                "Für Partner 12 bleibt bis zur Ergänzung des Vertrags gesperrt: CENTRAFLEX.",
                "Bitte um Abschluss mit dem geänderten Untervertriebspartner.",
            ],
        ),
        (
            "R1",
            new_email("neu@kunde.example"),
            &[
                "Alle bisher gesendeten Links werden ungültig.",
                "an n•••@kunde.example",
                "Die bisherige Adresse i•••@kunde.example erhält die Nachricht",
                "Am Zugriff der Vertriebspartner ändert sich nichts.",
            ],
        ),
        (
            "C",
            booked(TRUNK, &["ums"]),
            &[
                "Ergänzung des AVV um das weitere Produkt",
                "Partner 1 kann weiter öffnen: CENTRAFLEX.",
                "Für Partner 1 bleibt bis zur Ergänzung des Vertrags gesperrt: UMS.",
            ],
        ),
        (
            "C",
            Event::Deleted,
            &[
                "endet.",
                "Der Vertrag ist beendet.",
                "kann ab sofort nicht mehr öffnen",
            ],
        ),
        (
            "C",
            Event::Objected(Channel::Letter),
            &[
                "zu „Widersprochen“",
                "wird nichtig. Als Nachweis bleibt er abrufbar.",
                "die Bestätigung des Widerspruchs.",
                "Partner 1 erhält eine E-Mail: Der Kunde hat widersprochen",
                "Partner 1 kann ab sofort nicht mehr öffnen: CENTRAFLEX.",
            ],
        ),
        (
            "R1",
            Event::Objected(Channel::Letter),
            &[
                "zu „Abgelehnt“",
                "die Bestätigung der Ablehnung.",
                "Erinnerungen gehen nicht mehr hinaus.",
            ],
        ),
        // Row 10: nothing was concluded that could be concluded anew.
        (
            "R1",
            Event::PartnerAssigned(Some(partner(FOREIGN, None))),
            &[
                "Bitte um Abschluss mit dem neuen Vertriebspartner.",
                "Für Partner 2 bleibt bis zum Abschluss gesperrt: CENTRAFLEX.",
            ],
        ),
        (
            "R1",
            Event::ConcludedOnPaper {
                person: "Eva Kunde".to_owned(),
                function: "Inhaberin".to_owned(),
                existing: None,
            },
            &["Ein neuer Vertrag kommt zustande."],
        ),
    ];
    for (state, event, words) in table {
        let text = told(&in_state(state), event);
        for word in *words {
            assert!(text.contains(word), "{word} in {state}: {text}");
        }
    }
}

#[test]
fn every_part_says_something_in_every_state() {
    for state in STATES {
        let scenario = in_state(state);
        for event in [
            booked(TRUNK, &["ums"]),
            new_email("neu@kunde.example"),
            Event::PartnerAssigned(None),
            Event::PartnerAssigned(Some(partner(FOREIGN, None))),
            Event::SubPartnerNamed(None),
            Event::Objected(Channel::Letter),
            Event::Deleted,
            Event::LinksLocked { ask_again: true },
        ] {
            let Ok(preview) = preview(&scenario.case, &event, scenario.now) else {
                continue;
            };
            for part in meaning("Betreiber", &preview) {
                assert!(!part.lines.is_empty(), "{state} {event:?} {}", part.heading);
                for line in part.lines {
                    assert!(line.ends_with('.') && !line.contains("  "), "{line}");
                    assert!(!line.contains("  ") && !line.contains(" ."), "{line}");
                }
            }
        }
    }
}

#[test]
fn nobody_is_promised_a_mail_without_an_address() {
    // L-09
    let mut free = case();
    free.customer.party.email = None;
    let text = told(&Scenario::of(free), &booked(CENTRAFLEX, &[]));
    assert!(text.contains("zu „E-Mail-Adresse fehlt“"), "{text}");
    assert!(text.contains("Betreiber erhält einen Hinweis: Ein AVV ist nötig"));
    assert!(!text.contains("Kunde AG erhält"), "{text}");
}

#[test]
fn effects_are_data_with_their_day() {
    // The effects as data: the kind of each, and when it takes effect.
    use EffectKind::{Access, Agreement, Mail, Status};
    let scenario = in_state("C");
    let preview = preview(&scenario.case, &cancelled(&scenario, 8), scenario.now).unwrap();
    let mut found: Vec<_> = effects("Betreiber", &preview)
        .into_iter()
        .map(|effect| (effect.on, effect.kind))
        .collect();
    found.dedup();
    let then = calendar::day(scenario.now) + chrono::Days::new(9);
    let kinds = [Status, Agreement, Mail, Access];
    let expected = [None, Some(then)].map(|on| kinds.map(|kind| (on, kind)));
    assert_eq!(found, expected.concat());
}

#[test]
fn what_a_conclusion_does_not_open_is_not_promised() {
    // Row 49: a blocked partner stays out whatever the customer answers.
    let mut scenario = in_state("N");
    scenario.case.partner.as_mut().unwrap().blocked_at = Some(scenario.now);
    let text = told(&scenario, &booked(CENTRAFLEX, &[]));
    assert!(!text.contains("gesperrt: "), "{text}");
    assert!(text.ends_with("Am Zugriff der Vertriebspartner ändert sich nichts."));
}
