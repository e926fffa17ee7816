//! The phrases that the program puts into a contract, in both languages.

use super::numbers::{self, Pattern};
use super::tree::ListStyle;
use super::vocabulary::Placeholder;
use crate::domain::Language;

/// The text in place of a missing value.
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

/// The text for a fact that was left empty.
pub fn not_stated(language: Language) -> &'static str {
    match language {
        Language::De => "(nicht angegeben)",
        Language::En => "(not stated)",
    }
}

/// The edition in words up to the date, as in "Fassung 1.0, Stand 1. Oktober 2026".
pub fn edition(version: &str, language: Language) -> String {
    match language {
        Language::De => format!("Fassung {version}, Stand "),
        Language::En => format!("Version {version}, dated "),
    }
}

/// The rank of the text in language `of` if `binding` prevails, worded in `language` (T-10).
pub fn rank(of: Language, binding: Language, language: Language) -> &'static str {
    match (language, of == binding, of) {
        (Language::De, true, Language::De) => "Verbindliche Fassung in deutscher Sprache",
        (Language::De, true, Language::En) => "Verbindliche Fassung in englischer Sprache",
        (Language::De, false, Language::De) => "Lesefassung in deutscher Sprache",
        (Language::De, false, Language::En) => "Lesefassung in englischer Sprache",
        (Language::En, true, Language::De) => "Binding version in German",
        (Language::En, true, Language::En) => "Binding version in English",
        (Language::En, false, Language::De) => "Convenience translation into German",
        (Language::En, false, Language::En) => "Convenience translation into English",
    }
}

/// [`rank`] as a sentence that says clearly which language prevails.
pub fn standing(of: Language, binding: Language, language: Language) -> String {
    let rank = rank(of, binding, language);
    let decides = match (language, binding) {
        _ if of == binding => "",
        (Language::De, Language::De) => " Maßgeblich ist die deutsche Fassung.",
        (Language::De, Language::En) => " Maßgeblich ist die englische Fassung.",
        (Language::En, Language::De) => " The German version is binding.",
        (Language::En, Language::En) => " The English version is binding.",
    };
    format!("{rank}.{decides}")
}

/// The name of an annex: "Anlage 2".
pub fn annex(number: u32, language: Language) -> String {
    match language {
        Language::De => format!("Anlage {number}"),
        Language::En => format!("Annex {number}"),
    }
}

/// The reference to a numbered section: "Ziffer 9". No line ends inside it.
pub fn clause(number: &str, language: Language) -> String {
    let bare = numbers::bare(number);
    if !number.starts_with(bare) || bare.is_empty() {
        return label(number); // § 3, Artikel 5
    }
    match language {
        Language::De => format!("Ziffer\u{a0}{bare}"),
        Language::En => format!("clause\u{a0}{bare}"),
    }
}

/// A label in running text: "Anlage II:" becomes "Anlage II".
pub fn label(label: &str) -> String {
    let open = label.starts_with('(');
    label
        .trim_end_matches(|c: char| c.is_whitespace() || ".:–-".contains(c) || (c == ')' && !open))
        .replace(' ', "\u{a0}")
}

/// The reference to a heading without a number.
pub fn untitled_number(title: &str, language: Language) -> String {
    match language {
        Language::De => format!("Abschnitt „{title}“"),
        Language::En => format!("section “{title}”"),
    }
}

/// The reference to the text before the first clause.
pub fn preamble(language: Language) -> &'static str {
    match language {
        Language::De => "Präambel",
        Language::En => "preamble",
    }
}

/// The reference to a table.
pub fn table(caption: &str, language: Language) -> String {
    match language {
        Language::De => format!("Tabelle „{caption}“"),
        Language::En => format!("table “{caption}”"),
    }
}

/// Adds an item to the reference of its place: "Ziffer 9" + (2) = "Ziffer 9 Absatz 2"; in English
/// "clause 9 (2)(g)". A joined number such as 3.1 is a reference by itself.
pub fn item(place: &str, marks: &Pattern, number: u32, label: &str, language: Language) -> String {
    if marks.is_joined() {
        return clause(label, language);
    }
    let bare = match marks {
        Pattern::Counted { numeral, .. } => numeral.write(number),
        _ => number.to_string(),
    };
    match language {
        Language::De => {
            let kind = match marks.style() {
                ListStyle::Paragraphs => "Absatz",
                ListStyle::Decimal | ListStyle::Roman => "Nummer",
                ListStyle::Letters => "Buchstabe",
                ListStyle::Bullets | ListStyle::Dashes | ListStyle::Plain => "Spiegelstrich",
            };
            format!("{place} {kind}\u{a0}{bare}")
        }
        Language::En => match marks.style() {
            ListStyle::Paragraphs | ListStyle::Letters | ListStyle::Roman => {
                let gap = if place.ends_with(')') { "" } else { "\u{a0}" };
                format!("{place}{gap}({bare})")
            }
            ListStyle::Decimal => format!("{place} no.\u{a0}{bare}"),
            ListStyle::Bullets | ListStyle::Dashes | ListStyle::Plain => {
                format!("{place} indent\u{a0}{bare}")
            }
        },
    }
}

/// The reference to an item whose mark was written by hand: 3.2a is complete by itself, others are
/// added to their place.
pub fn own_mark(place: &str, mark: &str, language: Language) -> String {
    let bare = numbers::bare(mark);
    if bare.contains('.') && bare.starts_with(|c: char| c.is_ascii_digit()) {
        return clause(mark, language);
    }
    format!("{place} {}", label(mark))
}

/// An enumeration: "A, B und C".
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
