//! Partners: how one stands, the contract with it, what is missing in its data, and its sentences in the log.

use crate::domain::Language;
use crate::domain::partner::{PartnerAuditEvent, PartnerState};
use crate::domain::partner_contract::ContractFilter;
use crate::domain::party::{Party, PartyField};

impl PartnerState {
    /// The word on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "Aktiv",
            Self::Blocked => "Gesperrt",
            Self::Deactivated => "Deaktiviert",
            Self::Incomplete => "Unvollständig",
            Self::Unreleased => "Wartet auf Freigabe",
            Self::WithoutContract => "Vertrag fehlt",
            Self::ContractOver => "Vertrag abgelaufen",
        }
    }
}

impl ContractFilter {
    /// The word on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "Vertrag fehlt",
            Self::EndsSoon => "Vertrag endet binnen zwei Monaten",
            Self::Expired => "Vertrag abgelaufen",
        }
    }
}

impl Party {
    /// What is missing of what a sub-processor must be named with, in the words of German screens.
    pub fn missing(&self) -> Vec<&'static str> {
        let fields = self.missing_fields().into_iter();
        fields.map(PartyField::word).collect()
    }
}

impl PartyField {
    /// Its name on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "Firma",
            Self::Street => "Straße und Hausnummer",
            Self::Postcode => "Postleitzahl",
            Self::City => "Ort",
            Self::Country => "Land",
            Self::RepresentedBy => "gesetzliche Vertretung",
            Self::Contact => "Ansprechperson",
            Self::Phone => "Telefon",
            Self::Email => "E-Mail-Adresse",
        }
    }
}

impl PartnerAuditEvent {
    /// The sentence in the history, about the partner called `name`.
    pub fn sentence(&self, name: &str, language: Language) -> String {
        if language.is_en() {
            self.in_english(name)
        } else {
            self.in_german(name)
        }
    }

    fn in_german(&self, name: &str) -> String {
        match self {
            Self::Added => format!("Vertriebspartner {name} angelegt"),
            Self::Changed {
                former_name: Some(former),
            } => format!("Kontaktdaten von {name} geändert, vorher {former}"),
            Self::Changed { former_name: None } => format!("Kontaktdaten von {name} geändert"),
            Self::ContractRecorded { .. } => {
                format!("Vertrag nach Art. 28 Abs. 4 DSGVO mit {name} erfasst")
            }
            Self::Blocked { reason } => format!("{name} gesperrt: {reason}"),
            Self::Unblocked => format!("Sperre von {name} aufgehoben"),
            Self::Deactivated => format!("{name} deaktiviert"),
            Self::Activated => format!("{name} wieder aktiviert"),
            Self::Released => format!("{name} freigegeben"),
            Self::Named { key } => {
                format!("{name} hat in anderen Systemen jetzt den Schlüssel {key}")
            }
        }
    }

    fn in_english(&self, name: &str) -> String {
        match self {
            Self::Added => format!("Sales partner {name} added"),
            Self::Changed {
                former_name: Some(former),
            } => format!("Contact data of {name} changed, formerly {former}"),
            Self::Changed { former_name: None } => format!("Contact data of {name} changed"),
            Self::ContractRecorded { .. } => {
                format!("Agreement under Art. 28(4) GDPR with {name} recorded")
            }
            Self::Blocked { reason } => format!("{name} blocked: {reason}"),
            Self::Unblocked => format!("Block of {name} lifted"),
            Self::Deactivated => format!("{name} deactivated"),
            Self::Activated => format!("{name} activated again"),
            Self::Released => format!("{name} released"),
            Self::Named { key } => format!("{name} has the key {key} in other systems now"),
        }
    }
}
