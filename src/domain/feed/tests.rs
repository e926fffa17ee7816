use std::collections::BTreeSet;

use super::*;
use crate::domain::audit::effect::PartnerAccess;
use crate::domain::case::Channel;
use crate::domain::mail::RequestReason;
use crate::domain::product::{Field, Named};

const AT: &str = "2026-11-30T09:00:00.5Z";

fn recorded(kind: AuditKind, effect: Effect, steps: Steps) -> Recorded {
    let key = kind.key();
    Recorded {
        position: 17,
        at: AT.parse().unwrap_or_default(),
        name: *AuditName::ALL
            .iter()
            .find(|name| name.key() == key)
            .unwrap_or(&AuditName::Expired),
        customer: Some(CustomerNumber::of_figures(4711)),
        status: Some((Status::Open, Status::Requested)),
        content: Some((kind, effect, steps)),
    }
}

/// Types and ids, one line each.
fn told(kind: AuditKind, effect: Effect, steps: Steps) -> Vec<String> {
    let line = |event: FeedEvent| {
        let ids = serde_json::to_string(&event.ids).unwrap_or_default();
        format!("{} {} {ids}", event.id, event.kind.key())
    };
    events_of(&recorded(kind, effect, steps))
        .into_iter()
        .map(line)
        .collect()
}

fn none() -> (Effect, Steps) {
    (Effect::default(), Steps::default())
}

fn access(partner: i64, keys: &[&str]) -> PartnerAccess {
    PartnerAccess {
        partner: PartnerId(partner),
        name: "Muster IT GmbH".to_owned(),
        modules: vec![Named::same("Tengo Centraflex")],
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        user_count: 3,
        users: Vec::new(),
    }
}

#[test]
fn s97_an_event_of_the_log_says_one_thing_or_several_or_none() {
    let codes = |codes: &[&str]| {
        let step = |code: &&str| BookingStep {
            product: (*code).to_owned(),
            place: Some(0),
        };
        codes.iter().map(step).collect()
    };
    let number = "AVV-2026-4711-1-7KQ2M8".to_owned();
    let concluded = AuditKind::Concluded {
        number: number.clone(),
        person: "Erika Beispiel".to_owned(),
        function: "Inhaberin".to_owned(),
        document_hash: "a".to_owned(),
        pdf_hash: "b".to_owned(),
    };
    let objected = |number| AuditKind::Objected {
        number,
        channel: Channel::Portal,
        closed: Vec::new(),
    };
    let booked = AuditKind::Booked {
        product: Named::same("Tengo Centraflex"),
        asked: true,
    };
    let opened = Effect {
        opened: vec![access(7, &["centraflex", "ums"]), access(8, &["ums"])],
        closed: Vec::new(),
    };
    let closed = Effect {
        opened: Vec::new(),
        closed: vec![access(7, &["centraflex"])],
    };
    let (no_effect, no_steps) = none();
    type Row = (AuditKind, Effect, Steps, &'static [&'static str]);
    let table: Vec<Row> = vec![
        (
            booked,
            no_effect.clone(),
            Steps {
                booked: codes(&["centraflex"]),
                asked: Some(Asked::Agreement),
                ..no_steps.clone()
            },
            &[
                r#"avv_17 booking.created {"product":"centraflex"}"#,
                "avv_17_2 agreement.requested {}",
            ],
        ),
        (
            AuditKind::CustomerAdded {
                partner: Some("Muster IT GmbH".to_owned()),
                sub_partner: None,
                product: None,
                asked: false,
            },
            no_effect.clone(),
            Steps {
                corrected: true,
                ..no_steps.clone()
            },
            &["avv_17 customer.created {}"],
        ),
        (
            concluded,
            opened,
            Steps {
                over: vec![("AVV-ALT".to_owned(), AgreementEnd::Replaced)],
                ..no_steps.clone()
            },
            &[
                r#"avv_17 agreement.concluded {"agreement":"AVV-2026-4711-1-7KQ2M8"}"#,
                r#"avv_17_2 agreement.replaced {"agreement":"AVV-ALT"}"#,
                r#"avv_17_3 access.opened {"partner":"~7","modules":["centraflex","ums"]}"#,
                r#"avv_17_4 access.opened {"partner":"~8","modules":["ums"]}"#,
            ],
        ),
        (
            objected(Some(number.clone())),
            closed.clone(),
            Steps {
                over: vec![(number, AgreementEnd::Objected)],
                ..no_steps.clone()
            },
            &[
                r#"avv_17 agreement.objected {"agreement":"AVV-2026-4711-1-7KQ2M8"}"#,
                r#"avv_17_2 access.closed {"partner":"~7","modules":["centraflex"]}"#,
            ],
        ),
        (
            objected(None),
            no_effect.clone(),
            no_steps.clone(),
            &["avv_17 agreement.objected {}"],
        ),
        (
            AuditKind::BookingsEnded {
                products: vec![Named::same("Tengo")],
            },
            closed,
            Steps {
                unbooked: codes(&["centraflex"]),
                over: vec![("AVV-ALT".to_owned(), AgreementEnd::Ended)],
                ..no_steps.clone()
            },
            &[
                r#"avv_17 booking.ended {"product":"centraflex"}"#,
                r#"avv_17_2 agreement.ended {"agreement":"AVV-ALT"}"#,
                r#"avv_17_3 access.closed {"partner":"~7","modules":["centraflex"]}"#,
            ],
        ),
        (
            AuditKind::Asked {
                reason: RequestReason::RollOut,
            },
            no_effect.clone(),
            Steps {
                asked: Some(Asked::Update),
                ..no_steps.clone()
            },
            &["avv_17 agreement.update_requested {}"],
        ),
        (
            AuditKind::CustomerDeleted {
                reason: "Wunsch".to_owned(),
            },
            no_effect.clone(),
            Steps {
                corrected: true,
                ..no_steps.clone()
            },
            &["avv_17 customer.deleted {}"],
        ),
        (
            AuditKind::Partner {
                id: PartnerId(7),
                name: "Muster IT GmbH".to_owned(),
                event: PartnerAuditEvent::Blocked {
                    reason: "Verdacht".to_owned(),
                },
            },
            Effect {
                opened: Vec::new(),
                closed: vec![Effect::everything(PartnerId(7), "Muster IT GmbH")],
            },
            no_steps.clone(),
            &[
                r#"avv_17 partner.blocked {"partner":"~7"}"#,
                r#"avv_17_2 access.closed {"partner":"~7","modules":[]}"#,
            ],
        ),
        (
            AuditKind::Product {
                code: "centraflex".to_owned(),
                product: Named::same("Tengo Centraflex"),
                event: ProductAuditEvent::Changed {
                    fields: vec![Field::Need],
                },
            },
            no_effect.clone(),
            no_steps.clone(),
            &[r#"avv_17 product.changed {"product":"centraflex"}"#],
        ),
        (
            AuditKind::Reminded { number: 2 },
            no_effect.clone(),
            no_steps.clone(),
            &["avv_17 agreement.reminded {}"],
        ),
        (
            AuditKind::SignedIn,
            no_effect.clone(),
            no_steps.clone(),
            &[],
        ),
        (AuditKind::LinkOpened, no_effect, no_steps, &[]),
    ];
    for (kind, effect, steps, expected) in table {
        let name = kind.key();
        assert_eq!(told(kind, effect, steps), expected, "{name}");
    }
}

#[test]
fn s97_an_event_is_written_as_promised_and_names_nobody() {
    let kind = AuditKind::AlertRaised {
        id: AlertId(5),
        alert: AlertKind::NoAddress,
        customer: Some(CustomerNumber::of_figures(12)),
    };
    let (effect, steps) = none();
    let recorded = Recorded {
        customer: None,
        status: None,
        ..recorded(kind, effect, steps)
    };
    let written: Vec<String> = events_of(&recorded)
        .iter()
        .map(|event| serde_json::to_string(event).unwrap_or_default())
        .collect();
    assert_eq!(
        written,
        [
            r#"{"id":"avv_17","position":17,"type":"alert.raised","at":"2026-11-30T09:00:00.500Z","customer":"12","status_before":null,"status_after":null,"ids":{"alert":5,"alert_kind":"no_address"}}"#
        ]
    );
    let added = AuditKind::CustomerAdded {
        partner: Some("Muster IT GmbH".to_owned()),
        sub_partner: Some("Nord-TK".to_owned()),
        product: Some(Named::same("Tengo")),
        asked: true,
    };
    let effect = Effect {
        opened: vec![access(7, &["centraflex"])],
        closed: Vec::new(),
    };
    let events = events_of(&self::recorded(added, effect, Steps::default()));
    let text = serde_json::to_string(&events).unwrap_or_default();
    assert!(
        text.contains(r#""status_before":null,"status_after":"requested""#),
        "{text}"
    );
    for word in ["Muster", "Nord", "Tengo", "user"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[test]
fn s97_what_was_erased_still_says_what_kind_of_thing_it_was() {
    for name in AuditName::ALL {
        let recorded = Recorded {
            position: 3,
            at: DateTime::<Utc>::UNIX_EPOCH,
            name: *name,
            customer: None,
            status: None,
            content: None,
        };
        let said = events_of(&recorded);
        assert!(said.len() <= 1, "{name:?}");
        assert!(said.iter().all(|event| event.ids == Ids::default()));
    }
}

#[test]
fn s97_the_list_of_types_is_closed() {
    let keys: Vec<&str> = EventType::ALL.iter().map(|one| one.key()).collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 28);
    for key in &keys {
        assert_eq!(EventType::from_key(key).map(EventType::key), Some(*key));
        let written = EventType::from_key(key).and_then(|one| serde_json::to_string(&one).ok());
        assert_eq!(written, Some(format!("\"{key}\"")));
    }
    assert_eq!(EventType::from_key("webhook.test"), None);
}
