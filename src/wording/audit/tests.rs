use std::collections::BTreeSet;

use super::*;
use crate::domain::case::Channel;
use crate::domain::company::UserRight;
use crate::domain::user::UserChange;
use crate::domain::viewer::OperatorRole;

#[test]
fn both_languages_say_the_same_details() {
    let objected = |number: Option<&str>| AuditKind::Objected {
        number: number.map(str::to_owned),
        channel: Channel::Letter,
        closed: Vec::new(),
    };
    let assigned = |from: Option<&str>, to: Option<&str>| AuditKind::PartnerAssigned {
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
    };
    for (kind, de, en) in [
        (
            objected(Some("AVV-1")),
            "Widerspruch gegen AVV-1 (per Brief)",
            "Objection to AVV-1 (by letter)",
        ),
        (
            objected(None),
            "Widerspruch vor Abschluss (per Brief)",
            "Objection before conclusion (by letter)",
        ),
        (
            assigned(Some("A"), Some("B")),
            "Vertriebspartner gewechselt von A zu B",
            "Sales partner changed from A to B",
        ),
        (
            assigned(Some("A"), None),
            "Vertriebspartner A entfernt",
            "Sales partner A removed",
        ),
        (
            AuditKind::Cancelled {
                product: Named::same("Tengo"),
                last_day: chrono::NaiveDate::default(),
            },
            "Tengo gekündigt zum 01.01.1970",
            "Tengo cancelled as of 1 Jan 1970",
        ),
        (
            AuditKind::UserChanged {
                name: "Nora Neu".to_owned(),
                changes: vec![
                    UserChange::Name {
                        from: "Nora Alt".to_owned(),
                    },
                    UserChange::Address,
                    UserChange::Role {
                        from: OperatorRole::Support,
                        to: OperatorRole::Legal,
                    },
                ],
            },
            "Benutzer Nora Neu geändert: Name, bisher Nora Alt, E-Mail-Adresse, Rolle Recht statt Support",
            "User Nora Neu changed: name, formerly Nora Alt, e-mail address, role legal in place of support",
        ),
        (
            AuditKind::UserChanged {
                name: "Kai".to_owned(),
                changes: vec![
                    UserChange::Contracts { may: true },
                    UserChange::ManagesUsers { may: false },
                ],
            },
            "Benutzer Kai geändert: Berechtigung „Verträge“ erteilt, Berechtigung „Benutzerverwaltung“ entzogen",
            "User Kai changed: permission “agreements” granted, permission “user management” taken away",
        ),
        (
            AuditKind::SessionsEnded {
                name: Some("Kai".to_owned()),
                count: 2,
            },
            "2 Anmeldungen von Kai beendet",
            "2 sessions of Kai ended",
        ),
        (
            AuditKind::UserAdded {
                name: "Eva Muster".to_owned(),
                role: None,
                counts: None,
                rights: vec![UserRight::Contracts, UserRight::ManagesUsers],
            },
            "Benutzer Eva Muster angelegt, Berechtigungen: Verträge, Benutzerverwaltung",
            "User Eva Muster added, permissions: Agreements, User management",
        ),
        (
            AuditKind::Erased {
                positions: vec![1, 2],
                key: String::new(),
                signature: String::new(),
            },
            "Inhalt von 2 Protokolleinträgen gelöscht",
            "Contents of 2 log entries erased",
        ),
    ] {
        assert_eq!(kind.sentence(Language::De), de);
        assert_eq!(kind.sentence(Language::En), en);
    }
}

#[test]
fn every_kind_is_offered_once() {
    let offered: BTreeSet<&str> = kinds(Language::De).map(|(key, _)| key).collect();
    assert_eq!(offered.len(), OFFERED.len());
    assert_eq!(offered.len(), AuditName::ALL.len());
}
