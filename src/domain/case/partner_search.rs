//! 5.6-11 as a search.

use chrono::Duration;

use super::samples::{MANDANT, OTHER_SUB, Play, SUB, email, in_state, partner};
use super::{AddressChange, Event};

/// What a partner can do by itself, time included.
fn partner_deeds() -> Vec<Event> {
    let address = |text: &str| {
        Event::EmailChanged(AddressChange {
            email: email(text),
            partner_addresses: vec![
                email("post@partner1.example"),
                email("ute@gmx.de"),
                email("post@partner11.example"),
            ],
            by_partner: true,
            despite: true,
        })
    };
    vec![
        Event::StepDue,
        Event::AskedByHand,
        Event::SubPartnerNamed(None),
        Event::SubPartnerNamed(Some(partner(SUB, Some(MANDANT)))),
        Event::SubPartnerNamed(Some(partner(OTHER_SUB, Some(MANDANT)))),
        address("chef@kunde.example"),
        address("chef@partner1.example"),
        address("avv@it.partner1.example"),
        address("ute@gmx.de"),
        address("post@PARTNER11.example"),
    ]
}

/// 5.6-11 as a search: every sequence of up to five deeds of a partner, from every state without an
/// agreement in force. None makes one, none opens a gate, none sends a link to a partner's mailbox.
#[test]
fn no_sequence_of_partner_deeds_ends_in_a_contract() {
    let deeds = partner_deeds();
    let mut seen = std::collections::HashSet::new();
    let mut front: Vec<Play> = ["N", "O", "R0", "R3", "X", "D", "V", "E"]
        .map(in_state)
        .into();
    for _ in 0..5 {
        let mut next = Vec::new();
        for play in front {
            let before = play.case.agreements.len();
            for deed in &deeds {
                let mut play = play.clone().later(Duration::days(15));
                if play.send(deed).is_err() {
                    continue;
                }
                assert_eq!(play.case.agreements.len(), before);
                assert_eq!(play.gates(), "✘✘", "{deed:?}");
                let to = play.case.customer.email().map_or("", |one| one.as_str());
                assert!(!to.contains("partner1") && to != "ute@gmx.de", "{to}");
                let sub = play.case.sub_partner.as_ref().map(|sub| sub.id);
                if seen.insert((play.letter(), sub, to.to_owned(), play.case.requests.len())) {
                    next.push(play);
                }
            }
        }
        front = next;
    }
    assert!(seen.len() > 100, "{}", seen.len());
}
