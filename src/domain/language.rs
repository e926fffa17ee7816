//! The two languages a customer can be met in.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

/// German is the portal's own language; English is for customers whose master data say so.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Default,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "snake_case")]
pub enum Language {
    /// German, the binding language.
    #[default]
    De,
    /// English, a translation beside the binding German.
    En,
}

impl Language {
    /// Both, in the order the language switch shows them.
    pub const ALL: [Self; 2] = [Self::De, Self::En];

    /// The tag for `lang` attributes, file names and the database.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Reads a tag such as `de`; `None` for any other language.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }

    /// Whether this is English: templates branch on it.
    pub fn is_en(self) -> bool {
        self == Self::En
    }
}
