//! `contract.toml`: the facts about a contract version besides its text (LC-21, LC-22, LC-46).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::Problem;
use super::numbers::Pattern;
use crate::domain::Language;

/// Name of the file in the folder.
pub const FILE: &str = "contract.toml";

/// Facts about a contract version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// Whether the text is a sample that the operator has not made its own yet (LC-56).
    #[serde(default)]
    pub sample: bool,
    /// Number of the version: `1.0`; empty in a draft that was just imported.
    pub number: String,
    /// Date of the text ("Stand").
    #[serde(deserialize_with = "toml_date")]
    pub date: NaiveDate,
    /// The first day on which it is offered (Berlin).
    #[serde(deserialize_with = "toml_date")]
    pub valid_from: NaiveDate,
    /// Languages it exists in.
    pub languages: Vec<Language>,
    /// The language that prevails if they differ.
    pub binding: Language,
    /// Whether the document contains the other language, too (T-10).
    #[serde(default)]
    pub bilingual: Output,
    /// How further processors are authorised (LC-21).
    pub authorisation: Authorisation,
    /// Days between the announcement of a further processor and its start (LC-22).
    pub notice_days: u32,
    /// Days in which the customer may dissent from it (LC-22); the same as the notice if not given.
    #[serde(default)]
    pub objection_days: Option<u32>,
    /// Hours until a breach is reported (LC-34), if stated here; then the text must say the same.
    #[serde(default)]
    pub breach_hours: Option<u32>,
    /// Days until data are deleted (LC-35), if stated here; then the text must say the same.
    #[serde(default)]
    pub deletion_days: Option<u32>,
    /// Checksum of the official wording, if the text is the standard contractual clauses (LC-51).
    #[serde(default)]
    pub standard_clauses: Option<String>,
    /// What the text does not speak of, by the mark of the subject, with the reason (LC-04 … LC-45).
    #[serde(default)]
    pub uncovered: BTreeMap<String, String>,
    /// What stands in columns of tables of further processors, by their heads as [`column_key`] writes
    /// them, where the program does not find it out (LC-24, LC-30).
    #[serde(default)]
    pub columns: BTreeMap<String, Column>,
    /// What is new, in plain language.
    pub change_note: Bilingual,
    /// Heading of the document.
    pub title: Bilingual,
    /// File names of the annexes without language and extension, in printed order.
    #[serde(default)]
    pub annexes: Vec<String>,
    /// The short descriptions of products and options on the consent page, by the keys of their
    /// files.
    #[serde(default)]
    pub summaries: BTreeMap<String, Summary>,
    /// How headings and annexes are numbered, by language (T-02, T-05).
    #[serde(default)]
    pub numbering: Numbering,
}

/// Samples of numbers in each language; the default is 1, 1.1 and "Anlage 1", 1.1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// Samples for the German text.
    #[serde(default)]
    pub de: Levels,
    /// Samples for the English text.
    #[serde(default)]
    pub en: Levels,
}

impl Numbering {
    /// The samples of one language.
    pub fn get(&self, language: Language) -> &Levels {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }
}

/// One sample per heading level.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// Levels of the main text: `["§ 1", "1.1"]`.
    #[serde(default, deserialize_with = "patterns")]
    pub sections: Vec<Pattern>,
    /// Levels of annexes, the annex itself first: `["Anhang I", "1."]`.
    #[serde(default, deserialize_with = "patterns")]
    pub annexes: Vec<Pattern>,
}

/// How many languages one document contains (T-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Output {
    /// Only the language in which it is concluded.
    #[default]
    #[serde(rename = "no")]
    One,
    /// The other language follows, marked as binding or as a translation.
    #[serde(rename = "after")]
    OneAfterTheOther,
}

/// The kind of authorisation under Article 28(2): exactly one of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Authorisation {
    /// Changes are announced, and the customer may object.
    General,
    /// Every change needs the customer's approval.
    Specific,
    /// Not stated yet; only a draft may leave it open (LC-21).
    #[serde(rename = "")]
    Open,
}

/// What stands in a column of a table of further processors.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Column {
    /// The company.
    Name,
    /// Its address, or its seat.
    Address,
    /// Where it processes.
    Place,
    /// What it does.
    Service,
    /// Whom to write to or call.
    Contact,
    /// The mechanism of the transfer.
    Mechanism,
    /// None of these.
    Other,
}

impl Column {
    /// All, in the order a select shows them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Key in `contract.toml` and in forms.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Reads a key.
    pub fn from_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }

    /// German name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "Name des Unternehmens",
            Self::Address => "Anschrift oder Sitz",
            Self::Place => "Land oder Ort der Verarbeitung",
            Self::Service => "Tätigkeit oder Zweck",
            Self::Contact => "Kontakt oder Ansprechperson",
            Self::Mechanism => "Grundlage der Übermittlung",
            Self::Other => "nichts davon",
        }
    }
}

/// The head of a column as a key: its letters and figures, small; of an empty one its number, from 1.
pub fn column_key(head: &str, number: usize) -> String {
    let words: Vec<String> = head
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    match words.is_empty() {
        true => format!("spalte {number}"),
        false => words.join(" "),
    }
}

/// The short description of a product.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The data that are processed, in one line.
    pub data: Bilingual,
    /// The persons concerned, in one line.
    pub persons: Bilingual,
}

/// A text in both languages; the English one may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// The German text.
    #[serde(default)]
    pub de: String,
    /// The English text; empty if it is missing.
    #[serde(default)]
    pub en: String,
}

impl Bilingual {
    /// The text in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }
}

impl Meta {
    /// Reads `contract.toml`.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let meta: Self = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            Problem::new(
                FILE,
                super::parse::line_at(text, start),
                format!(
                    "Die Angabe fehlt oder ist nicht lesbar: {}",
                    error.message()
                ),
            )
        })?;
        meta.contradiction()
            .map_or(Ok(meta), |message| Err(Problem::new(FILE, 1, message)))
    }

    /// Whether it has no number yet: such a text can be read and printed, but not published.
    pub fn is_draft(&self) -> bool {
        self.number.trim().is_empty()
    }

    /// The language that follows the given one in a bilingual document.
    pub fn second(&self, first: Language) -> Option<Language> {
        let mut others = self.languages.iter().copied().filter(|one| *one != first);
        match self.bilingual {
            Output::One => None,
            Output::OneAfterTheOther => others.next(),
        }
    }

    /// The binding language, if a document in `first` is only its translation (C4).
    pub fn delivered_beside(&self, first: Language) -> Option<Language> {
        (first != self.binding && self.languages.contains(&first)).then_some(self.binding)
    }

    fn contradiction(&self) -> Option<String> {
        if !self.languages.contains(&self.binding) {
            return Some("Die verbindliche Sprache „binding“ steht nicht in „languages“.".into());
        }
        self.languages
            .iter()
            .find(|language| !self.is_draft() && self.title.get(**language).trim().is_empty())
            .map(|language| {
                let name = match language {
                    Language::De => "Deutsch",
                    Language::En => "Englisch",
                };
                format!("„Titel, {name}“ ist leer.")
            })
    }
}

/// Whether a number can be used in an address and on a cover (LC-46): letters and digits without
/// accents, dots and hyphens, not beginning with a dot, and with at least one digit.
pub fn is_number(number: &str) -> bool {
    number.starts_with(|c: char| c.is_ascii_alphanumeric())
        && number.contains(|c: char| c.is_ascii_digit())
        && number
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
}

fn patterns<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Pattern>, D::Error> {
    use serde::de::Error;
    let samples = Vec::<String>::deserialize(deserializer)?;
    let read = |sample: &String| {
        Pattern::parse(sample).ok_or_else(|| {
            D::Error::custom(format!(
                "„{sample}“ ist kein Muster einer Nummer; möglich sind z. B. \"1\", \"§ 1\", \"1.1\", \"Anhang I\", \"none\""
            ))
        })
    };
    samples.iter().map(read).collect()
}

fn toml_date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    use serde::de::Error;
    let date = toml::value::Datetime::deserialize(deserializer)?;
    date.date
        .and_then(|d| NaiveDate::from_ymd_opt(i32::from(d.year), d.month.into(), d.day.into()))
        .ok_or_else(|| D::Error::custom("ein Datum wie 2026-10-01 wird erwartet"))
}
