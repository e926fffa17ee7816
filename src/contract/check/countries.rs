//! Countries by name, and the law on transfers there (LC-30).

use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::Language;

/// The legal situation for transfers to a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    /// The country is in the European Union or the EEA.
    Eea,
    /// An adequacy decision covers the country.
    Adequate,
    /// An adequacy decision covers only a part of the country.
    Partly,
    /// No decision is known, or the country is not known.
    Unknown,
}

#[derive(Deserialize)]
struct Countries {
    as_of: toml::value::Datetime,
    eea: Vec<[String; 2]>,
    adequate: Vec<[String; 2]>,
    partly: Vec<[String; 2]>,
}

static COUNTRIES: LazyLock<Option<Countries>> =
    LazyLock::new(|| toml::from_str(include_str!("countries.toml")).ok());

/// Whether every country that a place names is in the EEA, where transfers need no mechanism. An
/// unknown place counts as outside, so that the text about transfers is printed.
pub(in crate::contract) fn is_in_eea(place: &str) -> bool {
    matches!(Region::of(place), Region::Eea)
}

/// The day on which the list of countries was last compared with the law, in words.
pub static COUNTRIES_AS_OF: LazyLock<String> = LazyLock::new(|| {
    let date = COUNTRIES
        .as_ref()
        .map(|countries| countries.as_of.to_string());
    date.unwrap_or_default()
});

/// A country in the language of the reader, if it is known by either name.
pub fn country_name(country: &str, language: Language) -> String {
    let wanted = country.trim();
    let lists = COUNTRIES
        .iter()
        .flat_map(|all| [&all.eea, &all.adequate, &all.partly]);
    let known = lists
        .flatten()
        .find(|names| names.iter().any(|name| name == wanted));
    match known {
        Some([_, english]) if language.is_en() => english.clone(),
        Some([german, _]) => german.clone(),
        None => wanted.to_owned(),
    }
}

impl Region {
    /// The region of a place such as "Köln, Deutschland": the least protected country that it
    /// names.
    pub(super) fn of(place: &str) -> Self {
        let Some(countries) = COUNTRIES.as_ref() else {
            return Self::Unknown;
        };
        let words = format!(
            " {} ",
            place
                .to_lowercase()
                .replace([',', '(', ')', '/', ';', '.'], " ")
        );
        let names = |list: &[[String; 2]]| {
            list.iter()
                .flatten()
                .any(|name| words.contains(&format!(" {} ", name.to_lowercase())))
        };
        if names(&countries.partly) {
            Self::Partly
        } else if names(&countries.adequate) {
            Self::Adequate
        } else if names(&countries.eea) {
            Self::Eea
        } else {
            Self::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_both_names() {
        for (place, region) in [
            ("Deutschland", Region::Eea),
            ("Neuss, Germany", Region::Eea),
            ("EU", Region::Eea),
            ("Zürich (Schweiz)", Region::Adequate),
            ("USA", Region::Partly),
            ("Deutschland und USA", Region::Partly),
            ("Irgendwo", Region::Unknown),
            ("Deutschlandstraße", Region::Unknown),
        ] {
            assert_eq!(Region::of(place), region, "{place}");
        }
        assert_eq!(COUNTRIES_AS_OF.as_str(), "2026-11-01");
    }
}
