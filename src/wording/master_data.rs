//! Changes of a customer's master data, field by field (C10).

use crate::domain::Language;
use crate::domain::master_data::{FieldChange, MasterField};

impl MasterField {
    /// Its name in the log and on the page that asks.
    pub fn word(self, language: Language) -> &'static str {
        let (de, en) = match self {
            Self::Name => ("Firma", "Company"),
            Self::Street => ("Straße und Hausnummer", "Street and number"),
            Self::Postcode => ("Postleitzahl", "Postcode"),
            Self::City => ("Ort", "City"),
            Self::Country => ("Land", "Country"),
            Self::Register => ("Register", "Register"),
            Self::RepresentedBy => ("Vertreten durch", "Represented by"),
            Self::Contact => ("Ansprechperson", "Contact"),
            Self::Phone => ("Telefon", "Phone"),
            Self::Language => ("Sprache", "Language"),
        };
        if language.is_en() { en } else { de }
    }
}

impl FieldChange {
    /// "Ort: Köln → Bonn".
    pub fn words(&self, language: Language) -> String {
        format!(
            "{}: {} → {}",
            self.field.word(language),
            self.value(&self.from, language),
            self.value(&self.to, language)
        )
    }

    fn value(&self, value: &str, language: Language) -> String {
        let (de, en) = match (self.field, value) {
            (MasterField::Language, "en") => ("Englisch", "English"),
            (MasterField::Language, _) => ("Deutsch", "German"),
            (_, "") => ("ohne Angabe", "not stated"),
            (_, value) => return value.to_owned(),
        };
        if language.is_en() { en } else { de }.to_owned()
    }
}
