//! Letters of the case's life: notes, a new contract version, the end of an agreement.

use super::super::letter::{AgreementWords, CaseWords, Content, NoLonger, NoteWords, WhyEnded};
use super::{FORMER_SUB, utc};
use crate::domain::{ChangeNote, VersionNews};

/// A newer version than the one that was concluded.
pub(super) fn version() -> VersionNews {
    VersionNews {
        old: "1.0".to_owned(),
        new: "2.0".to_owned(),
        notes: vec![ChangeNote {
            version: "2.0".to_owned(),
            text: "§ 9 nennt kürzere Fristen.".to_owned(),
        }],
        comparison: "/vertrag/1.0/vergleich/2.0".to_owned(),
    }
}

fn agreement() -> AgreementWords {
    AgreementWords {
        number: "AVV-2026-004711-1-7KQ2M8".to_owned(),
        concluded_at: utc("2026-03-03T09:00:00Z"),
    }
}

/// Notes and the end of an agreement (M11, M13), in every combination.
pub(in crate::mail) fn life(case: &CaseWords) -> Vec<(String, Content)> {
    let at = utc("2026-11-24T13:05:00Z");
    let notes = [
        ("withdrawn covered", NoteWords::Withdrawn(NoLonger::Covered)),
        (
            "withdrawn partner",
            NoteWords::Withdrawn(NoLonger::NoPartner),
        ),
        (
            "withdrawn product",
            NoteWords::Withdrawn(NoLonger::NoProduct),
        ),
        (
            "left",
            NoteWords::SubPartnerLeft {
                name: FORMER_SUB.to_owned(),
            },
        ),
        (
            "product",
            NoteWords::ProductEnded {
                name: "Mehrstandort-SIP-Trunk".to_owned(),
                option_only: false,
                last_day: utc("2026-11-30T22:59:59.999Z"),
            },
        ),
        (
            "option",
            NoteWords::ProductEnded {
                name: "Mehrstandort-SIP-Trunk".to_owned(),
                option_only: true,
                last_day: utc("2026-11-30T22:59:59.999Z"),
            },
        ),
        (
            "blocked",
            NoteWords::PartnerBlocked {
                name: case.partner.clone().unwrap_or_default(),
                is_sub_partner: false,
            },
        ),
        (
            "blocked sub",
            NoteWords::PartnerBlocked {
                name: case.sub_partner.clone().unwrap_or_default(),
                is_sub_partner: true,
            },
        ),
    ];
    let mut all = Vec::new();
    for (name, note) in notes {
        let in_force = !matches!(
            note,
            NoteWords::Withdrawn(NoLonger::NoPartner | NoLonger::NoProduct)
        );
        for links_closed in [false, true] {
            let content = Content::Note {
                case: CaseWords {
                    in_force,
                    ..case.clone()
                },
                note: note.clone(),
                agreement: in_force.then(agreement),
                at,
                links_closed,
            };
            let closed = if links_closed { " closed" } else { "" };
            all.push((format!("note {name}{closed}"), content));
        }
    }
    for (name, products) in [
        ("new version", case.products.clone()),
        ("new version shut out", Vec::new()),
    ] {
        let content = Content::NewVersion {
            case: CaseWords {
                in_force: true,
                products,
                ..case.clone()
            },
            agreement: agreement(),
            version: version(),
            since: at.date_naive(),
            read: "/vertrag/2.0".to_owned(),
        };
        all.push((name.to_owned(), content));
    }
    for why in [
        WhyEnded::PartnerLeft,
        WhyEnded::NoProduct,
        WhyEnded::Deleted,
    ] {
        let content = Content::Ended {
            case: case.clone(),
            agreement: agreement(),
            at,
            why,
            proof_until: crate::domain::calendar::proof_end(at),
        };
        all.push((format!("ended {why:?}"), content));
    }
    all
}
