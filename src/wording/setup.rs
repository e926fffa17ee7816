//! What is asked for when a portal is set up, in words.

use crate::domain::setup::OperatorField;

impl OperatorField {
    /// The word on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Party(field) => field.word(),
            Self::ShortName => "Kurzname",
            Self::DataProtectionOfficer => "Datenschutzbeauftragte Person",
            Self::DataProtectionEmail => "E-Mail-Adresse für Datenschutz",
            Self::ObjectionEmail => "E-Mail-Adresse für Widersprüche",
        }
    }
}
