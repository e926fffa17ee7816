//! The companies the invented provider uses itself.

use super::people::party;
use crate::domain::Party;
use crate::domain::party::SubProcessor;

/// The register of general sub-processors as it is before anything is announced.
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
