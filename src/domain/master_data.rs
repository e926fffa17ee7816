//! What a user changes in a customer's master data, field by field (C10): shown before it is saved,
//! and kept with the event of the log, where it can be erased.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::{Language, Party};

/// A field of the master data. The e-mail address is guarded and has events of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum MasterField {
    /// Name with legal form.
    Name,
    /// Street and number.
    Street,
    /// Postcode of that place.
    Postcode,
    /// Town or city.
    City,
    /// Country, written out.
    Country,
    /// Register court and number.
    Register,
    /// Who represents the company by law.
    RepresentedBy,
    /// Contact person or department.
    Contact,
    /// Phone number as it is printed.
    Phone,
    /// Language of mails and contract.
    Language,
}

impl MasterField {
    const ALL: &'static [Self] = Self::VARIANTS;

    /// Whether the contract prints it, so that another value makes another text (row 48).
    pub fn is_in_contract(self) -> bool {
        !matches!(self, Self::Contact | Self::Phone)
    }

    fn of(self, party: &Party, language: Language) -> String {
        match self {
            Self::Name => &party.name,
            Self::Street => &party.street,
            Self::Postcode => &party.postcode,
            Self::City => &party.city,
            Self::Country => &party.country,
            Self::Register => &party.register,
            Self::RepresentedBy => &party.represented_by,
            Self::Contact => &party.contact,
            Self::Phone => &party.phone,
            Self::Language => return language.code().to_owned(),
        }
        .clone()
    }
}

/// A field with its old and its new value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field that differs.
    pub field: MasterField,
    /// What stood there; may be empty.
    pub from: String,
    /// What stands there now; may be empty.
    pub to: String,
}

/// What differs between two states of the master data, in the order of the form.
pub fn changes(old: (&Party, Language), new: (&Party, Language)) -> Vec<FieldChange> {
    MasterField::ALL
        .iter()
        .map(|&field| FieldChange {
            field,
            from: field.of(old.0, old.1),
            to: field.of(new.0, new.1),
        })
        .filter(|change| change.from != change.to)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c10_changes_are_told_field_by_field() {
        let old = Party {
            city: "Köln".to_owned(),
            phone: "0221 1".to_owned(),
            ..Party::default()
        };
        let new = Party {
            city: "Bonn".to_owned(),
            phone: String::new(),
            ..old.clone()
        };
        let all = changes((&old, Language::De), (&new, Language::En));
        let told =
            |language| -> Vec<String> { all.iter().map(|one| one.words(language)).collect() };
        assert_eq!(
            told(Language::De),
            [
                "Ort: Köln → Bonn",
                "Telefon: 0221 1 → ohne Angabe",
                "Sprache: Deutsch → Englisch"
            ]
        );
        assert_eq!(
            told(Language::En),
            [
                "City: Köln → Bonn",
                "Phone: 0221 1 → not stated",
                "Language: German → English"
            ]
        );
        let printed: Vec<bool> = all.iter().map(|one| one.field.is_in_contract()).collect();
        assert_eq!(printed, [true, false, true]);
        assert_eq!(changes((&old, Language::De), (&old, Language::De)), []);
    }
}
