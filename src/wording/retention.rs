//! How long evidence is kept, in words.

use crate::domain::Language;

/// "third" for three calendar years, as it stands in "the end of the third calendar year"; in German in
/// the genitive.
pub fn ordinal(years: u8, language: Language) -> &'static str {
    let (de, en) = match years {
        0..=3 => ("dritten", "third"),
        4 => ("vierten", "fourth"),
        5 => ("fünften", "fifth"),
        6 => ("sechsten", "sixth"),
        7 => ("siebten", "seventh"),
        8 => ("achten", "eighth"),
        9 => ("neunten", "ninth"),
        _ => ("zehnten", "tenth"),
    };
    if language.is_en() { en } else { de }
}
