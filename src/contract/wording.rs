//! The words the program itself puts into a contract, in both languages.

use super::tree::ListStyle;
use super::vocabulary::Placeholder;
use crate::domain::Language;

/// What stands where a value is not there (yet).
pub fn missing(placeholder: Placeholder, language: Language) -> &'static str {
    use Placeholder as P;
    let german = language == Language::De;
    match placeholder {
        P::ConclusionPerson | P::ConclusionFunction | P::ConclusionDate | P::AgreementNumber => {
            if german {
                "(wird beim Abschluss eingetragen)"
            } else {
                "(entered upon conclusion)"
            }
        }
        P::PartnerName | P::PartnerAddress | P::PartnerContact | P::PartnerEmail => {
            if german {
                "(kein Vertriebspartner)"
            } else {
                "(no sales partner)"
            }
        }
        P::SubPartnerName | P::SubPartnerAddress | P::SubPartnerContact | P::SubPartnerEmail => {
            if german {
                "(kein Untervertriebspartner)"
            } else {
                "(no sub-partner)"
            }
        }
        _ => not_stated(language),
    }
}

/// For a fact that was left empty.
pub fn not_stated(language: Language) -> &'static str {
    match language {
        Language::De => "(nicht angegeben)",
        Language::En => "(not stated)",
    }
}

/// "Fassung 1.0, Stand 1. Oktober 2026" up to the date.
pub fn edition(version: &str, language: Language) -> String {
    match language {
        Language::De => format!("Fassung {version}, Stand "),
        Language::En => format!("Version {version}, dated "),
    }
}

/// "Anlage 2".
pub fn annex(number: u32, language: Language) -> String {
    match language {
        Language::De => format!("Anlage {number}"),
        Language::En => format!("Annex {number}"),
    }
}

/// How a reference names a numbered section: "Ziffer 9". No line ends inside it.
pub fn clause(number: &str, language: Language) -> String {
    match language {
        Language::De => format!("Ziffer\u{a0}{number}"),
        Language::En => format!("clause\u{a0}{number}"),
    }
}

/// How a reference names a heading without a number.
pub fn untitled_number(title: &str, language: Language) -> String {
    match language {
        Language::De => format!("Abschnitt „{title}“"),
        Language::En => format!("section “{title}”"),
    }
}

/// How a reference names the text before the first clause.
pub fn preamble(language: Language) -> &'static str {
    match language {
        Language::De => "Präambel",
        Language::En => "preamble",
    }
}

/// How a reference names a table.
pub fn table(caption: &str, language: Language) -> String {
    match language {
        Language::De => format!("Tabelle „{caption}“"),
        Language::En => format!("table “{caption}”"),
    }
}

/// Adds an item to the words for the place it is in: "Ziffer 9" + (2) = "Ziffer 9 Absatz 2";
/// in English "clause 9 (2)(g)".
pub fn item(place: &str, style: ListStyle, number: u32, language: Language) -> String {
    let bare = match style {
        ListStyle::Letters => letters(number),
        ListStyle::Roman => roman(number),
        _ => number.to_string(),
    };
    match language {
        Language::De => {
            let kind = match style {
                ListStyle::Paragraphs => "Absatz",
                ListStyle::Decimal | ListStyle::Roman => "Nummer",
                ListStyle::Letters => "Buchstabe",
                ListStyle::Bullets | ListStyle::Dashes => "Spiegelstrich",
            };
            format!("{place} {kind}\u{a0}{bare}")
        }
        Language::En => match style {
            ListStyle::Paragraphs | ListStyle::Letters | ListStyle::Roman => {
                let gap = if place.ends_with(')') { "" } else { "\u{a0}" };
                format!("{place}{gap}({bare})")
            }
            ListStyle::Decimal => format!("{place} no.\u{a0}{bare}"),
            ListStyle::Bullets | ListStyle::Dashes => format!("{place} indent\u{a0}{bare}"),
        },
    }
}

/// The mark as printed: `(1)`, `a)`, `ii.`.
pub fn mark(style: ListStyle, number: u32) -> String {
    match style {
        ListStyle::Paragraphs => format!("({number})"),
        ListStyle::Decimal => format!("{number}."),
        ListStyle::Letters => format!("{})", letters(number)),
        ListStyle::Roman => format!("{}.", roman(number)),
        ListStyle::Bullets => "•".to_owned(),
        ListStyle::Dashes => "–".to_owned(),
    }
}

/// "A, B und C".
pub fn enumeration(names: &[String], language: Language) -> String {
    let and = match language {
        Language::De => " und ",
        Language::En => " and ",
    };
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [all_but_last @ .., last] => format!("{}{and}{last}", all_but_last.join(", ")),
    }
}

fn letters(number: u32) -> String {
    let mut rest = number;
    let mut out = Vec::new();
    while rest > 0 {
        let digit = (rest - 1) % 26;
        out.push(char::from(b'a' + u8::try_from(digit).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    out.iter().rev().collect()
}

fn roman(number: u32) -> String {
    const STEPS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut rest = number;
    let mut out = String::new();
    for (value, letters) in STEPS {
        while rest >= value {
            out.push_str(letters);
            rest -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_counted_like_the_browser_counts_them() {
        let cases = [
            (ListStyle::Letters, 1, "a)"),
            (ListStyle::Letters, 26, "z)"),
            (ListStyle::Letters, 27, "aa)"),
            (ListStyle::Letters, 703, "aaa)"),
            (ListStyle::Roman, 4, "iv."),
            (ListStyle::Roman, 1994, "mcmxciv."),
            (ListStyle::Paragraphs, 12, "(12)"),
            (ListStyle::Decimal, 3, "3."),
        ];
        for (style, number, expected) in cases {
            assert_eq!(mark(style, number), expected);
        }
    }
}
