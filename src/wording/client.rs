//! Clients of the API: what they may do, and what is done to them, in words.

use crate::domain::Language;
use crate::domain::client::{ClientAuditEvent, ClientScope};

impl ClientScope {
    /// What it allows, for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::CustomersRead => "Stammdaten der Kunden lesen",
            Self::CustomersWrite => "Kunden anlegen, ändern und löschen",
            Self::BookingsWrite => "Produkte buchen und beenden, Anforderungen senden",
            Self::PartnersRead => "Vertriebspartner lesen",
            Self::PartnersWrite => "Vertriebspartner anlegen und ändern",
            Self::ProductsRead => "Produkte lesen",
            Self::ProductsWrite => "Produkte anlegen und ändern",
            Self::StatusRead => "Stand der AVV lesen",
            Self::DocumentsRead => "Geschlossene Verträge und Nachweise lesen",
            Self::EventsRead => "Ereignisse lesen",
            Self::AccessCheck => "Fragen, ob jemand ein Produkt verwalten darf",
            Self::StatisticsRead => "Statistik lesen",
            Self::UsersWrite => "Benutzer einladen, ändern und sperren",
        }
    }
}

impl ClientAuditEvent {
    /// The sentence in the log.
    pub fn sentence(&self, name: &str, language: Language) -> String {
        let (de, en) = match self {
            Self::Added { scopes } => (
                format!(
                    "Zugang „{name}“ zur Schnittstelle angelegt: {}",
                    scopes.join(", ")
                ),
                format!("API client “{name}” added: {}", scopes.join(", ")),
            ),
            Self::TokenAdded => (
                format!("Zugang „{name}“ hat ein weiteres Token"),
                format!("API client “{name}” has another token"),
            ),
            Self::TokenRevoked => (
                format!("Ein Token des Zugangs „{name}“ gilt nicht mehr"),
                format!("A token of the API client “{name}” was revoked"),
            ),
            Self::Revoked => (
                format!("Zugang „{name}“ zur Schnittstelle gesperrt"),
                format!("API client “{name}” revoked"),
            ),
        };
        if language.is_en() { en } else { de }
    }
}
