//! What parts of the portal's look are called, and how well a colour is seen.

use crate::domain::Language;
use crate::domain::branding::{BrandingPart, Contrast};

impl BrandingPart {
    /// Its name.
    pub fn name(self, language: Language) -> &'static str {
        let (de, en) = match self {
            Self::Logo => ("Logo", "logo"),
            Self::Accent => ("Akzentfarbe", "accent colour"),
            Self::Imprint => ("Impressum", "legal notice"),
            Self::Privacy => ("Datenschutzhinweise", "privacy notice"),
            Self::Accessibility => ("Erklärung zur Barrierefreiheit", "accessibility statement"),
        };
        if language.is_en() { en } else { de }
    }
}

impl Contrast {
    /// In figures, for example "4,5 : 1"; rounded down, so that what fails never looks sufficient.
    pub fn in_german(self) -> String {
        let (whole, tenths) = (self.hundredths() / 100, self.hundredths() % 100 / 10);
        format!("{},{} : 1", whole, tenths)
    }
}
