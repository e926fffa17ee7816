//! Postcodes by country (C10). The formats are those of the postal services as listed by the
//! Universal Postal Union. For a country that is not in the table only characters that occur in no
//! postcode are refused.

/// Maximum length of a postcode of a country whose format is not known.
const LONGEST: usize = 12;

/// A country: its names, the formats of its postcodes, and an example.
///
/// In a format, `9` is any digit, `1` any digit but zero, `A` a letter, `X` a letter or digit.
/// Spaces and hyphens are ignored because they are written in different ways.
struct Country {
    /// German name, English name, other names, and the code that may precede a postcode.
    names: &'static [&'static str],
    forms: &'static [&'static str],
    sample: &'static str,
}

const fn country(
    names: &'static [&'static str],
    forms: &'static [&'static str],
    sample: &'static str,
) -> Country {
    Country {
        names,
        forms,
        sample,
    }
}

/// Neighbours first, then the rest of the EEA, then other countries that occur.
const COUNTRIES: &[Country] = &[
    country(&["Deutschland", "Germany", "DE", "D"], &["99999"], "50667"),
    country(&["Österreich", "Austria", "AT", "A"], &["1999"], "1010"),
    country(&["Schweiz", "Switzerland", "CH"], &["1999"], "8001"),
    country(&["Liechtenstein", "LI", "FL"], &["1999"], "9490"),
    country(&["Luxemburg", "Luxembourg", "LU", "L"], &["1999"], "1009"),
    country(&["Belgien", "Belgium", "BE", "B"], &["1999"], "1000"),
    country(
        &["Niederlande", "Netherlands", "NL"],
        &["1999AA"],
        "1012 JS",
    ),
    country(&["Frankreich", "France", "FR", "F"], &["99999"], "75001"),
    country(&["Dänemark", "Denmark", "DK"], &["9999"], "1050"),
    country(&["Polen", "Poland", "PL"], &["99999"], "00-950"),
    country(
        &["Tschechien", "Czechia", "Tschechische Republik", "CZ"],
        &["19999"],
        "110 00",
    ),
    country(&["Italien", "Italy", "IT", "I"], &["99999"], "00118"),
    country(&["Spanien", "Spain", "ES", "E"], &["99999"], "28001"),
    country(&["Portugal", "PT", "P"], &["1999999"], "1000-001"),
    country(&["Irland", "Ireland", "IE"], &["A9XXXXX"], "D02 AF30"),
    country(&["Schweden", "Sweden", "SE", "S"], &["19999"], "111 20"),
    country(&["Finnland", "Finland", "FI"], &["99999"], "00100"),
    country(&["Norwegen", "Norway", "NO", "N"], &["9999"], "0150"),
    country(&["Island", "Iceland", "IS"], &["999"], "101"),
    country(&["Estland", "Estonia", "EE"], &["99999"], "10111"),
    country(&["Lettland", "Latvia", "LV"], &["9999"], "LV-1050"),
    country(&["Litauen", "Lithuania", "LT"], &["99999"], "LT-01100"),
    country(&["Slowakei", "Slovakia", "SK"], &["99999"], "811 01"),
    country(&["Slowenien", "Slovenia", "SI"], &["1999"], "1000"),
    country(&["Ungarn", "Hungary", "HU", "H"], &["1999"], "1011"),
    country(&["Kroatien", "Croatia", "HR"], &["19999"], "10000"),
    country(&["Rumänien", "Romania", "RO"], &["999999"], "010011"),
    country(&["Bulgarien", "Bulgaria", "BG"], &["1999"], "1000"),
    country(&["Griechenland", "Greece", "GR"], &["19999"], "105 57"),
    country(&["Zypern", "Cyprus", "CY"], &["9999"], "1010"),
    country(&["Malta", "MT"], &["AAA9999"], "VLT 1117"),
    country(
        &[
            "Vereinigtes Königreich",
            "United Kingdom",
            "Großbritannien",
            "Great Britain",
            "GB",
            "UK",
        ],
        &["A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA"],
        "EC1A 1BB",
    ),
    country(
        &["USA", "Vereinigte Staaten", "United States", "US"],
        &["99999", "999999999"],
        "10001",
    ),
    country(&["Kanada", "Canada", "CA"], &["A9A9A9"], "K1A 0B1"),
];

/// What is wrong with a postcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostcodeFault {
    /// Its country has others.
    Form {
        /// German name of the country.
        country: &'static str,
        /// How many digits its postcodes have, where they are digits alone.
        digits: Option<usize>,
        /// One that exists.
        sample: &'static str,
    },
    /// The country is not known, and no postcode anywhere has such signs or so many.
    Signs {
        /// The most that a postcode has.
        most: usize,
    },
}

/// What is wrong with a postcode of a country; `None` if nothing is. A country that is not known, or not
/// said, only keeps strange signs out.
pub fn check(country: &str, postcode: &str) -> Option<PostcodeFault> {
    let wanted = country.trim().to_lowercase();
    let known = COUNTRIES
        .iter()
        .find(|one| one.names.iter().any(|name| name.to_lowercase() == wanted));
    match known {
        Some(known) if known.has(postcode) => None,
        Some(known) => Some(PostcodeFault::Form {
            country: known.names.first().copied().unwrap_or_default(),
            digits: known.digits(),
            sample: known.sample,
        }),
        None if is_plain(postcode) => None,
        None => Some(PostcodeFault::Signs { most: LONGEST }),
    }
}

/// The German name of the country that is called so in German or English, by another name or by its code.
/// A country that is not in the table is called as it is written, unless that is a code of two letters.
pub fn country_of(text: &str) -> Option<&str> {
    let wanted = text.trim();
    let is_it = |name: &&'static str| name.to_lowercase() == wanted.to_lowercase();
    let known = COUNTRIES.iter().find(|one| one.names.iter().any(is_it));
    match known.and_then(|one| one.names.first().copied()) {
        Some(name) => Some(name),
        None if wanted.len() == 2 && wanted.bytes().all(|b| b.is_ascii_alphabetic()) => None,
        None => Some(wanted),
    }
}

/// The code of ISO 3166 of the country with this name, if it is in the table.
pub fn code_of(name: &str) -> Option<&'static str> {
    let wanted = name.trim().to_lowercase();
    let known = COUNTRIES
        .iter()
        .find(|one| one.names.iter().any(|name| name.to_lowercase() == wanted));
    known.and_then(Country::code)
}

/// Whether it has only characters of postcodes and is short enough.
fn is_plain(postcode: &str) -> bool {
    postcode.chars().count() <= LONGEST
        && postcode
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-'))
}

impl Country {
    /// Its code of ISO 3166, the first name of two capitals.
    fn code(&self) -> Option<&'static str> {
        let is_code =
            |name: &&&str| name.len() == 2 && name.bytes().all(|b| b.is_ascii_uppercase());
        self.names.iter().find(is_code).copied()
    }

    /// How many digits its postcodes have, where they are digits alone and always as many.
    fn digits(&self) -> Option<usize> {
        let form = self.forms.first().copied().unwrap_or_default();
        let is_plain = self.forms.len() == 1 && form.chars().all(|c| c.is_ascii_digit());
        is_plain.then_some(form.len())
    }

    /// Whether it has postcodes like this one; its own code may stand in front.
    fn has(&self, postcode: &str) -> bool {
        let bare = |text: &str| -> Vec<char> {
            text.chars().filter(|c| !matches!(c, ' ' | '-')).collect()
        };
        let fits = |text: &str| {
            let signs = bare(text);
            self.forms.iter().any(|form| {
                form.len() == signs.len()
                    && form.chars().zip(&signs).all(|(place, c)| may_be(place, *c))
            })
        };
        let without_code = postcode
            .split_once('-')
            .filter(|(code, _)| self.names.contains(code));
        fits(postcode) || without_code.is_some_and(|(_, rest)| fits(rest))
    }
}

fn may_be(place: char, c: char) -> bool {
    match place {
        '9' => c.is_ascii_digit(),
        '1' => matches!(c, '1'..='9'),
        'A' => c.is_ascii_alphabetic(),
        'X' => c.is_ascii_alphanumeric(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c10_postcodes_are_checked_by_country() {
        for (country, good, bad) in [
            (
                "Deutschland",
                &["50667", "01067", "D-50667", "DE-50667"][..],
                &["abc", "5066", "506670", "５０６６７", "50 667 a", "A-50667"][..],
            ),
            ("Germany", &["50667"], &["1010"]),
            (" deutschland ", &["50667"], &["K1A 0B1"]),
            (
                "Österreich",
                &["1010", "A-1010", "AT-6020"],
                &["0101", "50667", "abc"],
            ),
            ("Schweiz", &["8001", "CH-8001"], &["80011", "abc"]),
            ("Liechtenstein", &["9490", "FL-9490"], &["949"]),
            ("Luxemburg", &["1009", "L-1009"], &["L1009 X"]),
            ("Niederlande", &["1012 JS", "1012JS"], &["1012", "JS 1012"]),
            ("Polen", &["00-950", "00950"], &["0-95"]),
            ("Portugal", &["1000-001"], &["1000"]),
            ("Schweden", &["111 20"], &["11 1"]),
            ("Lettland", &["LV-1050", "1050"], &["LT-1050"]),
            ("Irland", &["D02 AF30", "D6W XY00"], &["Dublin 2"]),
            (
                "Vereinigtes Königreich",
                &["EC1A 1BB", "M1 1AE", "SW1A 2AA"],
                &["12345", "EC1A"],
            ),
            ("USA", &["10001", "10001-1234"], &["1000"]),
            // Unknown or missing country: only characters that a postcode can have.
            (
                "Japan",
                &["100-0001", "abc"],
                &["<b>", "100;0001", "äöü", "1234567890123"],
            ),
            ("", &["50667"], &["50667\u{202e}"]),
        ] {
            for postcode in good {
                assert_eq!(check(country, postcode), None, "{country} {postcode}");
            }
            for postcode in bad {
                assert!(check(country, postcode).is_some(), "{country} {postcode}");
            }
        }
    }

    #[test]
    fn c10_every_sample_is_right() {
        for one in COUNTRIES {
            assert_eq!(check(one.names[0], one.sample), None, "{}", one.names[0]);
            let fault = check(one.names[0], "?");
            assert!(
                matches!(fault, Some(PostcodeFault::Form { .. })),
                "{fault:?}"
            );
        }
    }
}
