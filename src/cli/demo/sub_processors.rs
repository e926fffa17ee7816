//! The sub-processors of the invented provider.

use chrono::{DateTime, Utc};

use super::companies::party;
use crate::actions::ActionError;
use crate::actions::announcements::{self, Standstill};
use crate::app::App;
use crate::domain::Party;
use crate::domain::party::SubProcessor;
use crate::domain::sub_processor::{Entry, ListChange};
use crate::domain::viewer::Viewer;
use crate::storage::announcements::Announcement;

/// The list of general sub-processors before anything is announced.
pub fn sub_processors() -> [SubProcessor; 3] {
    let entry = |party: Party, service: [&str; 2], place: [&str; 2], apart: [&str; 2]| {
        let [service, service_en] = service.map(str::to_owned);
        let [place, place_en] = place.map(str::to_owned);
        let [delimitation, delimitation_en] = apart.map(str::to_owned);
        SubProcessor {
            party,
            service,
            service_en,
            place,
            place_en,
            delimitation,
            delimitation_en,
            ..SubProcessor::default()
        }
    };
    [
        entry(
            party(
                "RZ Rheinland Betriebsgesellschaft mbH",
                "Am Güterbahnhof 8",
                "41460 Neuss",
                "Betriebsleitung",
                "betrieb@rz-rheinland.example",
            ),
            ["Betrieb der Server", "Operation of the servers"],
            ["Deutschland", "Germany"],
            [
                "Stellt Räume, Strom und Netz und betreibt die Geräte; verwaltet keine Kundendaten",
                "Provides rooms, power and network and runs the machines; administers no customer data",
            ],
        ),
        entry(
            party(
                "Briefkopf Maildienst GmbH",
                "Lindenstraße 21",
                "20099 Hamburg",
                "Technik",
                "technik@briefkopf.example",
            ),
            [
                "Versand von E-Mails des Portals",
                "Sending of the portal’s e-mails",
            ],
            ["Deutschland", "Germany"],
            [
                "Leitet E-Mails weiter und speichert sie höchstens sieben Tage",
                "Forwards e-mails and stores them for seven days at most",
            ],
        ),
        SubProcessor {
            mechanism: "Angemessenheitsbeschluss nach Art. 45 DSGVO".into(),
            mechanism_en: "Adequacy decision under Art. 45 GDPR".into(),
            ..entry(
                Party {
                    country: "Schweiz".into(),
                    ..party(
                        "Alpensicht Monitoring AG",
                        "Seestrasse 14",
                        "8002 Zürich",
                        "Datenschutz",
                        "privacy@alpensicht.example",
                    )
                },
                ["Überwachung der Erreichbarkeit", "Availability monitoring"],
                ["Schweiz", "Switzerland"],
                [
                    "Misst von außen, ob die Produkte antworten; Gespräche und Nachrichten sieht sie nicht",
                    "Measures from outside whether the products respond; sees no calls or messages",
                ],
            )
        },
    ]
}

/// Prepares the announcement of a change, which a user of the demo can read and confirm.
pub fn prepare(app: &App, operator: &Viewer, now: DateTime<Utc>) -> Result<(), ActionError> {
    app.db.transaction_blocking(|conn| {
        let id = announcements::draft(conn, app, operator, now)?;
        let edit = |draft: &mut Announcement, entries: &[Entry]| {
            let [_, mailer, _] = sub_processors();
            let old = entries
                .iter()
                .find(|entry| entry.facts == mailer)
                .ok_or(Standstill::Outdated)?
                .id;
            let new = SubProcessor {
                party: party(
                    "Postreiter Zustelldienst GmbH",
                    "Speicherstraße 3",
                    "18055 Rostock",
                    "Datenschutz",
                    "datenschutz@postreiter.example",
                ),
                ..mailer
            };
            draft.changes = vec![ListChange::Replace {
                old,
                new: Box::new(new),
            }];
            draft.reason = "Der bisherige Dienstleister stellt den Versand von E-Mails ein.".into();
            draft.reason_en = "The present provider discontinues its e-mail service.".into();
            Ok(())
        };
        // A list that was changed meanwhile is left as it is.
        announcements::edit(conn, operator, id, edit, now).map(|_| ())
    })
}
