//! What parts of the portal's look are called, and how well a colour is seen.

use crate::domain::Language;
use crate::domain::branding::{BrandingPart, Contrast};

impl BrandingPart {
    /// Its name, as the log calls it.
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
        let tenths = (self.ratio() * 10.0).floor() / 10.0;
        format!("{tenths:.1} : 1").replace('.', ",")
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::branding::Color;

    #[test]
    fn a_contrast_that_fails_never_looks_sufficient() {
        let grey = Color::parse("#777777").map(|grey| {
            let white = Color::parse("#ffffff").unwrap_or(grey);
            grey.contrast(white).in_german()
        });
        assert_eq!(grey.as_deref(), Some("4,4 : 1"));
    }
}
