//! The provider's face: logo and colour of pages, mails and documents, and its own legal pages. It
//! belongs to the portal and not to a contract, so no agreement copies it.

mod color;

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::VariantArray;
use url::Url;

use super::Language;
pub use color::{Accent, Color, Contrast, NEEDED};

/// Everything the operator chose about how the portal looks and what its legal pages say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Branding {
    /// The colour of links and buttons; `None`: the portal's own.
    pub accent: Option<Accent>,
    /// The logo beside the short name; `None`: the short name alone.
    pub logo: Option<Logo>,
    /// What `/impressum` says (§ 5 DDG).
    pub imprint: OwnPage,
    /// What `/datenschutz` says (EV-17).
    pub privacy: OwnPage,
    /// What `/barrierefreiheit` says (C11).
    pub accessibility: OwnPage,
}

/// What is known of a logo without its picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// SHA-256 of what browsers get, hexadecimal: part of its address, so that a new logo has another.
    pub sha256: String,
    /// How browsers get it.
    pub format: LogoFormat,
    /// Width of its PNG in pixels.
    pub width: u32,
    /// Height of its PNG in pixels.
    pub height: u32,
}

impl Logo {
    /// Width in pixels when it is `height` pixels high.
    pub fn width_at(&self, height: u32) -> u32 {
        (self.width * height).div_ceil(self.height.max(1)).max(1)
    }
}

/// What a logo may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogoFormat {
    /// A drawing without scripts, fonts and anything from elsewhere.
    Svg,
    /// A picture made of pixels, which scales less well than a drawing.
    Png,
}

impl LogoFormat {
    /// Value of `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
        }
    }

    /// Ending of a file name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}

/// One of the pages the law asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub enum LegalPage {
    /// Who provides the portal.
    Imprint,
    /// The notice under Art. 13 and 14 GDPR.
    Privacy,
    /// The accessibility statement.
    Accessibility,
}

impl Branding {
    /// What the operator says on one of the legal pages.
    pub fn page(&self, page: LegalPage) -> &OwnPage {
        match page {
            LegalPage::Imprint => &self.imprint,
            LegalPage::Privacy => &self.privacy,
            LegalPage::Accessibility => &self.accessibility,
        }
    }

    /// The same, to be changed.
    pub fn page_mut(&mut self, page: LegalPage) -> &mut OwnPage {
        match page {
            LegalPage::Imprint => &mut self.imprint,
            LegalPage::Privacy => &mut self.privacy,
            LegalPage::Accessibility => &mut self.accessibility,
        }
    }
}

/// A part of it that can be changed by itself, as the log names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrandingPart {
    /// The logo in the head of the pages, documents and mails.
    Logo,
    /// The colour of links and buttons.
    Accent,
    /// The imprint, one of the legal pages.
    Imprint,
    /// The privacy notice.
    Privacy,
    /// The accessibility statement.
    Accessibility,
}

impl Branding {
    /// What is another thing in `new`.
    pub fn changed_in(&self, new: &Self) -> Vec<BrandingPart> {
        [
            (BrandingPart::Logo, self.logo != new.logo),
            (BrandingPart::Accent, self.accent != new.accent),
            (BrandingPart::Imprint, self.imprint != new.imprint),
            (BrandingPart::Privacy, self.privacy != new.privacy),
            (
                BrandingPart::Accessibility,
                self.accessibility != new.accessibility,
            ),
        ]
        .into_iter()
        .filter_map(|(part, is_other)| is_other.then_some(part))
        .collect()
    }
}

/// Where a legal page comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum OwnPage {
    /// The portal writes it from the operator's details.
    #[default]
    Portal,
    /// It stands elsewhere, and the portal leads there.
    Link {
        /// Address of the page.
        url: WebAddress,
    },
    /// The operator wrote it, in Markdown.
    Text {
        /// The German text, for all readers if there is no English one.
        de: String,
        /// In English; empty: readers of English get the German one.
        en: String,
    },
}

impl OwnPage {
    /// Its own text in the reader's language, with the language it really is in.
    pub fn text(&self, language: Language) -> Option<(&str, Language)> {
        match self {
            Self::Portal | Self::Link { .. } => None,
            Self::Text { en, .. } if language.is_en() && !en.is_empty() => Some((en, Language::En)),
            Self::Text { de, .. } => Some((de, Language::De)),
        }
    }
}

/// Address of a page elsewhere that browsers may be led to: `https` with a host, without a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebAddress(Url);

impl WebAddress {
    /// Reads an address as typed; `None` if it is none that may be used.
    pub fn parse(typed: &str) -> Option<Self> {
        let url = Url::parse(typed.trim()).ok()?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        let has_host = url.host_str().is_some_and(|host| host.contains('.'));
        (url.scheme() == "https" && has_host && is_plain && typed.len() <= 500).then_some(Self(url))
    }

    /// The address as text, in normal form.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<WebAddress> for String {
    fn from(address: WebAddress) -> Self {
        address.0.into()
    }
}

impl TryFrom<String> for WebAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("bad address")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_addresses_of_hosts_are_led_to() {
        for (typed, is_good) in [
            ("https://www.plusnet.example/impressum", true),
            (" https://plusnet.example ", true),
            ("http://plusnet.example", false),
            ("javascript:alert(1)", false),
            ("https://person:secret@plusnet.example/", false),
            ("https://plusnet", false),
            ("//plusnet.example", false),
            ("/impressum", false),
            ("", false),
        ] {
            assert_eq!(WebAddress::parse(typed).is_some(), is_good, "{typed}");
        }
    }

    #[test]
    fn who_reads_english_gets_the_german_text_rather_than_none() {
        let mut page = OwnPage::Text {
            de: "Hallo".to_owned(),
            en: String::new(),
        };
        assert_eq!(page.text(Language::En), Some(("Hallo", Language::De)));
        page = OwnPage::Text {
            de: "Hallo".to_owned(),
            en: "Hello".to_owned(),
        };
        assert_eq!(page.text(Language::En), Some(("Hello", Language::En)));
        assert_eq!(OwnPage::Portal.text(Language::De), None);
    }

    #[test]
    fn what_was_stored_before_a_field_existed_is_read() {
        let stored: Branding = serde_json::from_str("{}").unwrap_or_default();
        assert_eq!(stored, Branding::default());
    }
}
