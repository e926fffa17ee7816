//! Countries by their names and codes (ISO 3166-1), and the law on transfers there (LC-30).

use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::Language;

/// The legal situation for transfers to a country, the best protected first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Region {
    /// The country is in the European Union or the EEA.
    Eea,
    /// An adequacy decision covers the country.
    Adequate,
    /// An adequacy decision covers only a part of the country.
    Partly,
    /// No decision is known.
    Third,
}

/// A country of ISO 3166-1.
#[derive(Debug)]
pub(super) struct Country {
    /// Its code of two letters.
    pub code: &'static str,
    german: &'static str,
    english: &'static str,
    /// Every name in lower case, with single spaces.
    names: Vec<String>,
}

#[derive(Deserialize)]
struct Law {
    as_of: toml::value::Datetime,
    eea: Vec<String>,
    adequate: Vec<String>,
    partly: Vec<String>,
}

static LAW: LazyLock<Option<Law>> =
    LazyLock::new(|| toml::from_str(include_str!("countries.toml")).ok());

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let lines = include_str!("countries.tsv").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(country)
        .collect()
});

fn country(line: &'static str) -> Option<Country> {
    let mut cells = line.split('\t');
    let (code, german, english) = (cells.next()?, cells.next()?, cells.next()?);
    let further = cells.next().into_iter().flat_map(|list| list.split("; "));
    let names = [german, english].into_iter().chain(further);
    Some(Country {
        code,
        german,
        english,
        names: names.map(|name| plain(name).trim().to_owned()).collect(),
    })
}

/// The day on which the list of countries was last compared with the law, in words.
pub static COUNTRIES_AS_OF: LazyLock<String> = LazyLock::new(|| {
    let date = LAW.as_ref().map(|law| law.as_of.to_string());
    date.unwrap_or_default()
});

/// Whether every country that a place names is in the EEA, where transfers need no mechanism. An
/// unknown place counts as outside, so that the text about transfers is printed.
pub(in crate::contract) fn is_in_eea(place: &str) -> bool {
    region(place) == Some(Region::Eea)
}

/// A country in the language of the reader, if it is known by any name.
pub fn country_name(country: &str, language: Language) -> String {
    let wanted = country.trim();
    let name = plain(wanted);
    let known = COUNTRIES
        .iter()
        .find(|one| one.code == wanted || one.names.iter().any(|known| known == name.trim()));
    match known {
        Some(known) if language.is_en() => known.english.to_owned(),
        Some(known) => known.german.to_owned(),
        None => wanted.to_owned(),
    }
}

impl Country {
    /// What the law says of transfers there.
    pub(super) fn region(&self) -> Region {
        let Some(law) = LAW.as_ref() else {
            return Region::Third;
        };
        let is_in = |list: &[String]| list.iter().any(|code| code == self.code);
        if is_in(&law.eea) {
            Region::Eea
        } else if is_in(&law.adequate) {
            Region::Adequate
        } else if is_in(&law.partly) {
            Region::Partly
        } else {
            Region::Third
        }
    }
}

/// Names of the whole union or area.
const UNION: &[&str] = &[
    "eu",
    "ewr",
    "eea",
    "eu ewr",
    "eu eea",
    "europäische union",
    "europäischen union",
    "european union",
    "europäischer wirtschaftsraum",
    "europäischen wirtschaftsraum",
    "european economic area",
];

/// The countries that a place such as "Köln, Deutschland" names; the longest name counts, so that Guinea is
/// not read in Papua-Neuguinea. A code counts where it stands alone.
pub(super) fn countries(place: &str) -> Vec<&'static Country> {
    let mut words = plain(place);
    let as_written = place.replace('.', "");
    let mut found: Vec<&'static Country> = Vec::new();
    // "New Jersey" and "Georgia, USA" are no countries.
    words = words.replace(" new jersey ", " ");
    let mut names: Vec<(&str, &'static Country)> = COUNTRIES
        .iter()
        .flat_map(|country| {
            country
                .names
                .iter()
                .map(move |name| (name.as_str(), country))
        })
        .collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, country) in names {
        // "US" and "Korea" are names, "us" inside a sentence is none.
        let needle = format!(" {name} ");
        if words.contains(&needle) && (name.len() > 2 || as_written.contains(&name.to_uppercase()))
        {
            words = words.replace(&needle, " | ");
            found.push(country);
        }
    }
    let pieces = place.split([',', ';', '/', '(', ')', '\n', '|']);
    for piece in pieces.map(str::trim) {
        let code = COUNTRIES.iter().find(|country| country.code == piece);
        let is_state = found.iter().any(|country| country.code == "US");
        found.extend(code.filter(|_| !is_state));
    }
    if found.iter().any(|country| country.code == "US") {
        found.retain(|country| country.code != "GE");
    }
    found.dedup_by_key(|country| country.code);
    found
}

/// The least protected country that a place names; nothing if it names none.
pub(super) fn region(place: &str) -> Option<Region> {
    let worst = countries(place).into_iter().map(Country::region).max();
    let words = plain(place);
    let is_union = UNION
        .iter()
        .any(|name| words.contains(&format!(" {name} ")));
    worst.or(is_union.then_some(Region::Eea))
}

/// In lower case, with one space around every word; full stops inside of abbreviations go.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace('.', "");
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '&')))
        .filter(|word| !word.is_empty())
        .collect();
    format!(" {} ", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lc30_countries_are_known_by_their_names_and_codes() {
        for (place, expected) in [
            ("Deutschland", Some(Region::Eea)),
            ("Neuss, Germany", Some(Region::Eea)),
            ("Frankfurt am Main, DE", Some(Region::Eea)),
            ("DE", Some(Region::Eea)),
            ("EU", Some(Region::Eea)),
            ("EU/EWR", Some(Region::Eea)),
            ("Prag, Tschechische Republik", Some(Region::Eea)),
            ("Tschechien", Some(Region::Eea)),
            ("Niederlande / Irland", Some(Region::Eea)),
            ("in den Niederlanden", Some(Region::Eea)),
            ("Reykjavík, Island", Some(Region::Eea)),
            ("Zürich (Schweiz)", Some(Region::Adequate)),
            ("UK", Some(Region::Adequate)),
            ("London, U.K.", Some(Region::Adequate)),
            ("Großbritannien", Some(Region::Adequate)),
            ("Schottland", Some(Region::Adequate)),
            ("USA", Some(Region::Partly)),
            ("U.S.A.", Some(Region::Partly)),
            ("Seattle, WA, United States", Some(Region::Partly)),
            ("Vereinigte Staaten von Amerika", Some(Region::Partly)),
            ("Atlanta, Georgia, USA", Some(Region::Partly)),
            ("Newark, New Jersey, USA", Some(Region::Partly)),
            ("Deutschland und USA", Some(Region::Partly)),
            ("Indien", Some(Region::Third)),
            ("Bangalore, IN", Some(Region::Third)),
            ("VR China", Some(Region::Third)),
            ("Papua-Neuguinea", Some(Region::Third)),
            ("Serbien", Some(Region::Third)),
            ("Irgendwo", None),
            ("Deutschlandstraße", None),
            ("contact us", None),
            ("", None),
        ] {
            assert_eq!(region(place), expected, "{place}");
        }
        assert_eq!(COUNTRIES.len(), 249);
        assert_eq!(country_name("Czech Republic", Language::De), "Tschechien");
        assert_eq!(country_name("Deutschland", Language::En), "Germany");
        assert_eq!(COUNTRIES_AS_OF.as_str(), "2026-11-01");
    }
}
