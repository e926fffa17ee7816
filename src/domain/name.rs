//! Names people type: cleaned before they are shown, stored or printed (S-73).

use unicode_normalization::UnicodeNormalization;

/// Longest name or function accepted, in characters.
pub const MAX_NAME: usize = 120;
/// Longest company name accepted, in characters.
pub const MAX_COMPANY: usize = 300;

/// Why a typed name is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadName {
    /// Nothing readable was typed.
    Empty,
    /// Longer than allowed.
    TooLong,
}

/// Composes to NFC, drops control, zero-width and direction-override characters and folds white
/// space. What is left is what a reader sees.
pub fn clean(text: &str) -> String {
    let visible: String = text
        .nfc()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|&c| !c.is_control() && !is_invisible(c))
        .collect();
    visible
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A text of several lines: line ends stay, other white space becomes a space, and what no keyboard
/// types is left out. Browsers send line ends as two characters; they count as one.
pub fn clean_lines(text: &str) -> String {
    let visible: String = text
        .replace("\r\n", "\n")
        .chars()
        .map(|c| {
            if c != '\n' && c.is_whitespace() {
                ' '
            } else {
                c
            }
        })
        .filter(|&c| c == '\n' || !c.is_control())
        .collect();
    visible.trim().to_owned()
}

/// A line as it was typed, but that every white space is a space and control characters are gone:
/// what a page can give back.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect()
}

/// A cleaned name with at least one letter, no longer than `max` characters.
pub fn parse(text: &str, max: usize) -> Result<String, BadName> {
    // A hostile length is refused before any work is spent on it.
    if text.len() > max * 16 {
        return Err(BadName::TooLong);
    }
    let name = clean(text);
    if !name.chars().any(char::is_alphabetic) {
        return Err(BadName::Empty);
    }
    if name.chars().count() > max {
        Err(BadName::TooLong)
    } else {
        Ok(name)
    }
}

/// Key by which companies are sorted and searched: lower case, umlauts folded as in DIN 5007-1
/// (ä like a, ß like ss), other accents dropped, only letters, digits and single spaces.
pub fn sort_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for c in name.nfd().flat_map(char::to_lowercase) {
        match c {
            'ß' => key.push_str("ss"),
            'ø' => key.push('o'),
            'ł' => key.push('l'),
            'æ' => key.push_str("ae"),
            'œ' => key.push_str("oe"),
            c if c.is_alphanumeric() => key.push(c),
            c if unicode_normalization::char::is_combining_mark(c) => {}
            _ if key.ends_with(' ') || key.is_empty() => {}
            _ => key.push(' '),
        }
    }
    key.trim_end().to_owned()
}

/// Whether a text holds what [`clean`] would take out and nobody types by mistake: control characters,
/// and marks that turn the direction of writing.
pub fn hides(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && !c.is_whitespace())
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E0000}'..='\u{E007F}')
    })
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_but_kept() {
        // S-73: typed, shown
        let table = [
            ("  Ayşe   Özdemir-Grünewald ", "Ayşe Özdemir-Grünewald"),
            ("Mu\u{308}ller", "Müller"),
            ("A\u{202E}nna\u{200B}\u{0007}", "Anna"),
            ("Łukasz\tDvořák", "Łukasz Dvořák"),
            ("<b>Eva</b>", "<b>Eva</b>"),
        ];
        for (typed, shown) in table {
            assert_eq!(parse(typed, MAX_NAME).as_deref(), Ok(shown));
        }
    }

    /// D8: no white space joins the words beside it, wherever something is typed.
    #[test]
    fn d8_white_space_never_joins_words() {
        for space in [
            "\t", "\n", "\r\n", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{a0}", "\u{3000}",
        ] {
            let typed = format!("Anna{space}Schmidt");
            let shown = printable(&typed);
            assert_eq!(
                parse(&shown, MAX_NAME).as_deref(),
                Ok("Anna Schmidt"),
                "{space:?}"
            );
            assert_eq!(clean(&typed), "Anna Schmidt", "{space:?}");
            let words = clean_lines(&typed);
            assert_eq!(words.split_whitespace().count(), 2, "{space:?}: {words:?}");
        }
        assert_eq!(clean_lines(" a\tb\r\nc\u{7}d \n"), "a b\ncd");
    }

    #[test]
    fn empty_and_endless_names_are_refused() {
        for empty in ["", "   ", "\u{200B}", "...", "\u{0000}\u{0001}"] {
            assert_eq!(parse(empty, MAX_NAME), Err(BadName::Empty), "{empty:?}");
        }
        assert_eq!(parse(&"a".repeat(10_000), MAX_NAME), Err(BadName::TooLong));
        assert_eq!(parse(&"ä".repeat(121), MAX_NAME), Err(BadName::TooLong));
        assert!(parse(&"ä".repeat(120), MAX_NAME).is_ok());
    }

    #[test]
    fn companies_sort_as_in_a_german_directory() {
        let mut names = [
            "Zahnärzte am Zoo",
            "Ökohof Süßmilch KG",
            "E. e. K.",
            "Olching AG",
            "AK GmbH",
            "Ägidius & Söhne",
        ];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(
            names,
            [
                "Ägidius & Söhne",
                "AK GmbH",
                "E. e. K.",
                "Ökohof Süßmilch KG",
                "Olching AG",
                "Zahnärzte am Zoo"
            ]
        );
    }
}
