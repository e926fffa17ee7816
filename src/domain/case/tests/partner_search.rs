//! 5.6-11 as an exhaustive search; 5.6-4: where mails go.

use chrono::Duration;

use super::samples::{MANDANT, OTHER_SUB, SUB, Scenario, comes, email, in_state, partner};
use crate::domain::AddressId;
use crate::domain::case::{AddressChange, Change, Event};
use crate::domain::mail::{MailKind, PartnerNews::Assigned, Recipient};

/// What a partner can do on its own, and the passing of time.
fn partner_events() -> Vec<Event> {
    let address = |text: &str| {
        Event::EmailChanged(AddressChange {
            email: email(text),
            partner_addresses: vec![
                email("post@partner1.example"),
                email("ute@gmx.de"),
                email("post@partner11.example"),
            ],
            by_partner: true,
            wait: Duration::hours(48),
            despite: true,
        })
    };
    vec![
        Event::StepDue,
        // The key is set below: the mail server of the former address accepted the mail.
        Event::FormerTold(AddressId(uuid::Uuid::nil())),
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

/// 5.6-11 as an exhaustive search: every sequence of up to five events of a partner, from every
/// state without an agreement in force. None makes an agreement, none grants access, none sends a
/// link to a partner's mailbox.
#[test]
fn no_sequence_of_partner_events_ends_in_a_contract() {
    let events = partner_events();
    let mut seen = std::collections::HashSet::new();
    let mut front: Vec<Scenario> = ["N", "O", "R0", "R3", "X", "D", "V", "E"]
        .map(in_state)
        .into();
    for _ in 0..5 {
        let mut next = Vec::new();
        for scenario in front {
            let before = scenario.case.agreements.len();
            for event in &events {
                let mut scenario = scenario.clone().later(Duration::days(15));
                let told = scenario
                    .case
                    .waiting_address()
                    .map(|one| Event::FormerTold(one.id));
                let event = match (event, &told) {
                    (Event::FormerTold(_), Some(told)) => told,
                    _ => event,
                };
                if scenario.send(event).is_err() {
                    continue;
                }
                assert_eq!(scenario.case.agreements.len(), before);
                assert_eq!(scenario.gates(), "✘✘", "{event:?}");
                let to = scenario
                    .case
                    .customer
                    .email()
                    .map_or("", |one| one.as_str());
                assert!(!to.contains("partner1") && to != "ute@gmx.de", "{to}");
                let waits = scenario
                    .case
                    .waiting_address()
                    .map(|one| one.told_at.is_some());
                let sub = scenario.case.sub_partner.as_ref().map(|sub| sub.id);
                if seen.insert((
                    scenario.letter(),
                    sub,
                    to.to_owned(),
                    scenario.case.requests.len(),
                    waits,
                )) {
                    next.push(scenario);
                }
            }
        }
        front = next;
    }
    assert!(seen.len() > 100, "{}", seen.len());
}

/// 5.6-4, A-03: links and contracts to the customer only, news to the current partners.
pub(in crate::domain::case) fn mails_go_where_they_may(before: &Scenario, changes: &[Change]) {
    for change in changes {
        let Change::Queue(mail) = change else {
            continue;
        };
        let fits = match mail.kind {
            MailKind::PartnerInfo { news: Assigned } => comes(changes, mail.to),
            MailKind::PartnerInfo { .. } => matches!(mail.to, Recipient::Partner(id)
                if [&before.case.partner, &before.case.sub_partner].into_iter().flatten().any(|one| one.id == id)),
            MailKind::Alert { .. } => mail.to == Recipient::Operator,
            MailKind::AddressChanged { ref old, .. } => {
                mail.to == Recipient::FormerAddress
                    && (before.case.customer.email() == Some(old)
                        || before.case.settled_email().is_none())
            }
            MailKind::Concluded { .. } if mail.to == Recipient::FormerAddress => {
                before.case.settled_email().is_none()
            }
            _ => mail.to == Recipient::Customer,
        };
        assert!(fits, "{mail:?}");
    }
    let theirs =
        |change: &Change| matches!(change, Change::Queue(mail) if mail.to == Recipient::Customer);
    assert!(
        changes.iter().filter(|change| theirs(change)).count() <= 1,
        "one mail per step"
    );
}
