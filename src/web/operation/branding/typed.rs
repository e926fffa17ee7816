//! From what is stored to the form's fields, and back.

use crate::document::logo::{BadLogo, MAX_LOGO};
use crate::domain::branding::{Accent, Branding, Color, LegalPage, NEEDED, OwnPage, WebAddress};
use crate::domain::name::clean_lines;
use crate::paths;
use crate::web::kit::form::{FieldErrors, Form};

/// Longest text of a legal page, in characters.
const LONGEST_TEXT: usize = 40_000;

/// The legal pages: what begins the names of their fields, what they are called, where they are.
pub const PAGES: &[(LegalPage, &str, &str, &str)] = &[
    (LegalPage::Imprint, "impressum", "Impressum", paths::IMPRINT),
    (
        LegalPage::Privacy,
        "datenschutz",
        "Datenschutzhinweise",
        paths::PRIVACY,
    ),
    (
        LegalPage::Accessibility,
        "barrierefreiheit",
        "Erklärung zur Barrierefreiheit",
        paths::ACCESSIBILITY,
    ),
];

/// What stands in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// Whether the logo is to go.
    pub removes_logo: bool,
    /// The colour on light pages; empty: the portal's own.
    pub color: String,
    /// The colour on dark pages; empty: one that goes with the other.
    pub dark: String,
    imprint: PageTyped,
    privacy: PageTyped,
    accessibility: PageTyped,
}

/// The fields of a legal page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageTyped {
    /// `portal`, `link` or `text`.
    pub from: String,
    /// Address of the page elsewhere.
    pub link: String,
    /// Own text, German.
    pub de: String,
    /// Own text, English.
    pub en: String,
}

impl PageTyped {
    fn of(page: &OwnPage) -> Self {
        let from = |word: &str| Self {
            from: word.to_owned(),
            ..Self::default()
        };
        match page {
            OwnPage::Portal => from("portal"),
            OwnPage::Link { url } => Self {
                link: url.to_string(),
                ..from("link")
            },
            OwnPage::Text { de, en } => Self {
                de: de.clone(),
                en: en.clone(),
                ..from("text")
            },
        }
    }

    fn read(form: &Form, key: &str) -> Self {
        let field = |name: &str| form.get(&format!("{key}_{name}"));
        Self {
            from: field("von").to_owned(),
            link: field("link").trim().to_owned(),
            de: clean_lines(field("text")),
            en: clean_lines(field("text_en")),
        }
    }

    fn page(&self, key: &str, title: &str, errors: &mut FieldErrors) -> OwnPage {
        match self.from.as_str() {
            "link" => match WebAddress::parse(&self.link) {
                Some(url) => return OwnPage::Link { url },
                None => errors.add(
                    format!("{key}_link"),
                    format!("„{title}“: Geben Sie die ganze Adresse ein, zum Beispiel https://www.firma.de/impressum"),
                ),
            },
            "text" if self.de.is_empty() => errors.add(
                format!("{key}_text"),
                format!("„{title}“: Der Text fehlt noch"),
            ),
            "text" => {
                for (text, name) in [(&self.de, "text"), (&self.en, "text_en")] {
                    if text.chars().count() > LONGEST_TEXT {
                        errors.add(
                            format!("{key}_{name}"),
                            format!("„{title}“: Kürzen Sie den Text auf 40.000 Zeichen"),
                        );
                    }
                }
                return OwnPage::Text {
                    de: self.de.clone(),
                    en: self.en.clone(),
                };
            }
            "portal" => {}
            _ => errors.add(
                format!("{key}_von"),
                format!("„{title}“: Wählen Sie, woher der Text kommt"),
            ),
        }
        OwnPage::Portal
    }
}

impl Typed {
    /// What is stored.
    pub fn of(branding: &Branding) -> Self {
        let dark = branding.accent.map(|accent| {
            let follows = Accent::dark_of(accent.light) == accent.dark;
            if follows {
                String::new()
            } else {
                accent.dark.to_string()
            }
        });
        Self {
            removes_logo: false,
            color: branding
                .accent
                .map(|accent| accent.light.to_string())
                .unwrap_or_default(),
            dark: dark.unwrap_or_default(),
            imprint: PageTyped::of(&branding.imprint),
            privacy: PageTyped::of(&branding.privacy),
            accessibility: PageTyped::of(&branding.accessibility),
        }
    }

    /// What was typed.
    pub fn read(form: &Form) -> Self {
        Self {
            removes_logo: form.ticked("logo_weg"),
            color: form.get("farbe").trim().to_owned(),
            dark: form.get("farbe_dunkel").trim().to_owned(),
            imprint: PageTyped::read(form, "impressum"),
            privacy: PageTyped::read(form, "datenschutz"),
            accessibility: PageTyped::read(form, "barrierefreiheit"),
        }
    }

    /// The fields of one of the pages.
    pub fn page(&self, page: LegalPage) -> &PageTyped {
        match page {
            LegalPage::Imprint => &self.imprint,
            LegalPage::Privacy => &self.privacy,
            LegalPage::Accessibility => &self.accessibility,
        }
    }

    /// Everything but the logo, and what is wrong with it in the order of the form.
    pub fn branding(&self) -> (Branding, FieldErrors) {
        let mut errors = FieldErrors::default();
        let mut branding = Branding {
            accent: self.accent(&mut errors),
            ..Branding::default()
        };
        for (page, key, title, _) in PAGES {
            *branding.page_mut(*page) = self.page(*page).page(key, title, &mut errors);
        }
        (branding, errors)
    }

    fn accent(&self, errors: &mut FieldErrors) -> Option<Accent> {
        if self.color.is_empty() {
            if !self.dark.is_empty() {
                errors.add("farbe", "Geben Sie auch die Farbe für helle Seiten ein");
            }
            return None;
        }
        let mut read = |field: &str, typed: &str| {
            let color = Color::parse(typed);
            if color.is_none() {
                errors.add(
                    field,
                    "Geben Sie die Farbe mit sechs Ziffern ein, zum Beispiel #0b5567",
                );
            }
            color
        };
        let light = read("farbe", &self.color)?;
        let dark = if self.dark.is_empty() {
            Accent::dark_of(light)
        } else {
            read("farbe_dunkel", &self.dark)?
        };
        let accent = Accent::new(light, dark);
        if accent.is_none() {
            let (on_light, on_dark) = (
                Accent::contrast_in_light(light),
                Accent::contrast_in_dark(dark),
            );
            if on_light < NEEDED {
                errors.add(
                    "farbe",
                    format!(
                        "Auf hellem Grund ist diese Farbe zu schlecht zu lesen: Der Kontrast ist {}, nötig sind {}. Wählen Sie eine dunklere",
                        on_light.in_german(),
                        NEEDED.in_german()
                    ),
                );
            }
            if on_dark < NEEDED {
                errors.add(
                    "farbe_dunkel",
                    format!(
                        "Auf dunklem Grund ist diese Farbe zu schlecht zu lesen: Der Kontrast ist {}, nötig sind {}. Wählen Sie eine hellere, oder lassen Sie das Feld leer",
                        on_dark.in_german(),
                        NEEDED.in_german()
                    ),
                );
            }
        }
        accent
    }

    /// Every field with its label, what is stored (`self`) and what was typed (B1).
    pub fn beside<'a>(&self, typed: &Self) -> Vec<(&'a str, &'a str, String, String)> {
        let mut fields = vec![
            (
                "farbe",
                "Akzentfarbe",
                self.color.clone(),
                typed.color.clone(),
            ),
            (
                "farbe_dunkel",
                "Akzentfarbe auf dunklem Grund",
                self.dark.clone(),
                typed.dark.clone(),
            ),
        ];
        for (page, _, title, path) in PAGES {
            let (own, other) = (self.page(*page), typed.page(*page));
            let field = path.trim_start_matches('/');
            let whole = |one: &PageTyped| {
                [&one.from, &one.link, &one.de, &one.en]
                    .map(|part| part.chars().take(80).collect::<String>())
                    .join(" ")
                    .trim()
                    .to_owned()
            };
            if own != other {
                fields.push((field, title, whole(own), whole(other)));
            }
        }
        fields
    }
}

/// What to do about a file that is no logo.
pub fn logo_fault(bad: BadLogo) -> String {
    match bad {
        BadLogo::TooLarge => format!("Die Datei ist größer als {} kB. Wählen Sie eine kleinere", MAX_LOGO / 1024),
        BadLogo::OtherKind => "Die Datei ist weder SVG noch PNG. Wählen Sie eine Datei dieser Arten".to_owned(),
        BadLogo::Broken => "Die Datei ist beschädigt oder zeigt nichts. Speichern Sie das Logo neu, und wählen Sie diese Datei".to_owned(),
        BadLogo::Script => "Die Zeichnung enthält ein Skript oder reagiert auf Klicks. Speichern Sie das Logo als einfaches SVG ohne Skripte".to_owned(),
        BadLogo::External => "Die Zeichnung enthält ein Bild oder lädt etwas von anderswo. Speichern Sie das Logo als einfaches SVG, in dem alles gezeichnet ist".to_owned(),
        BadLogo::Text => "Die Zeichnung enthält Schrift, die nicht überall vorhanden ist. Wandeln Sie die Schrift im Zeichenprogramm in Pfade um".to_owned(),
        BadLogo::TooComplex => "Das ist mehr als ein Logo: Die Datei hat zu viele Formen oder Bildpunkte. Wählen Sie eine einfachere".to_owned(),
    }
}
