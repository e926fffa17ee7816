//! German names of things that only the contract's author knows: an adjective with a capital inside a sentence,
//! and compounds with hyphens behind an article, as if somebody had explained them.

use std::collections::HashSet;

use super::names::{COMMON_PARTS, GERMAN_NAMES, PEOPLE};
use super::tokens::Token;

/// "Externe Administratoren", where the adjective would be written small.
pub(super) fn adjective_names(words: &[Token<'_>], small: &HashSet<String>) -> Vec<String> {
    let pairs = words.windows(3).filter(|three| {
        let [before, adjective, noun] = three else {
            return false;
        };
        let is_inside = !adjective.begins_anew() && !before.text.contains('§');
        is_inside
            && noun.gap.trim().is_empty()
            && noun.is_capital()
            && noun.text.chars().count() > 3
            && adjective.is_capital()
            && !matches!(before.text, "Frau" | "Herr" | "Herrn" | "Firma")
            && !is_set_phrase(before, adjective)
            && is_adjective(adjective, small)
            && !is_office(&noun.lower())
    });
    pairs
        .filter_map(|three| Some(format!("{} {}", three.get(1)?.text, three.get(2)?.text)))
        .collect()
}

/// "Im Übrigen", "des Weiteren", "im Einzelnen": a noun may follow.
fn is_set_phrase(before: &Token<'_>, word: &Token<'_>) -> bool {
    const SET: &[&str] = &[
        "übrigen",
        "folgenden",
        "allgemeinen",
        "einzelnen",
        "weiteren",
        "wesentlichen",
        "ganzen",
        "besonderen",
        "nachfolgenden",
        "vorstehenden",
        "letzteren",
    ];
    matches!(
        before.lower().as_str(),
        "im" | "des" | "am" | "fürs" | "aufs"
    ) && SET.contains(&word.lower().as_str())
}

fn is_office(noun: &str) -> bool {
    const OFFICES: &[&str] = &[
        "union",
        "gemeinschaft",
        "wirtschaftsraum",
        "kommission",
        "parlament",
        "staaten",
        "landesamt",
        "gericht",
        "gesetzbuch",
        "geschäftsbeding",
        "vertragsbeding",
        "königreich",
        "republik",
        "bank",
        "bundes",
        "kammer",
        "intelligenz",
        "behörde",
        "gesetz",
        "verordnung",
        "richtlinie",
        "kategorie",
        "maßnahme",
        "universität",
        "hochschule",
    ];
    const WHOLE: &[&str] = &["rat", "rats", "amt", "amts", "post", "bahn"];
    WHOLE.contains(&noun) || OFFICES.iter().any(|office| noun.contains(office))
}

fn is_adjective(word: &Token<'_>, small: &HashSet<String>) -> bool {
    let lower = word.lower();
    let endings = ["en", "em", "er", "es", "e"];
    let Some(stem) = endings.iter().find_map(|ending| lower.strip_suffix(ending)) else {
        return false;
    };
    if GERMAN_NAMES
        .iter()
        .any(|name| stem.starts_with(name) || lower.starts_with(name))
        || PEOPLE
            .iter()
            .any(|people| stem.ends_with(people) || stem.starts_with(people))
        || stem.chars().count() < 4
    {
        return false;
    }
    let is_small = endings
        .iter()
        .any(|ending| small.contains(&format!("{stem}{ending}")));
    is_small || ends_like_adjective(stem)
}

fn ends_like_adjective(stem: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "lich",
        "isch",
        "bar",
        "sam",
        "haft",
        "los",
        "iell",
        "uell",
        "onell",
        "ional",
        "iert",
        "extern",
        "intern",
        "modern",
        "aktiv",
        "sensitiv",
        "sensibl",
        "exklusiv",
        "operativ",
        "privat",
        "zentral",
        "dezentral",
        "global",
        "lokal",
        "regional",
        "digital",
        "premium",
        "nannt",
        "lassen",
        "geben",
        "wählt",
        "prüft",
        "setzt",
        "stimmt",
        "chert",
        "sselt",
        "igt",
        "legt",
        "teilt",
        "nutzt",
        "bunden",
        "schützt",
        "trennt",
        "ordnet",
        "hoben",
        "fahren",
        "meldet",
        "stuft",
        "kritisch",
    ];
    const NOUNS: &[&str] = &[
        "schaft",
        "nachbar",
        "verfahren",
        "angaben",
        "ausgaben",
        "aufgaben",
        "gefahren",
        "vorgaben",
        "eingaben",
    ];
    let is_quality = stem.ends_with("ig") && !stem.ends_with("eig") && !stem.ends_with("ieg");
    (is_quality || ENDINGS.iter().any(|ending| stem.ends_with(ending)))
        && !NOUNS
            .iter()
            .any(|noun| stem.ends_with(noun) || format!("{stem}en").ends_with(noun))
}

/// "Die Stufe-Zwei-Betreuung": compounds whose parts are no abbreviations and not everybody's.
pub(super) fn compounds(words: &[Token<'_>]) -> Vec<String> {
    const ARTICLES: &[&str] = &[
        "der", "die", "das", "des", "dem", "den", "im", "am", "vom", "beim", "zum", "zur", "jede",
        "jeder", "jedes", "jeden", "jedem",
    ];
    let pairs = words.windows(2).filter(|pair| {
        let [article, noun] = pair else { return false };
        ARTICLES.contains(&article.lower().as_str())
            && noun.gap.trim().is_empty()
            && is_coined(noun.text)
    });
    pairs
        .filter_map(|pair| Some(pair.get(1)?.text.to_owned()))
        .collect()
}

fn is_coined(noun: &str) -> bool {
    let parts: Vec<&str> = noun.split('-').collect();
    let is_word = |part: &&str| {
        let lower = part.to_lowercase();
        part.starts_with(char::is_uppercase)
            && part.chars().skip(1).all(char::is_lowercase)
            && part.chars().count() > 2
            && !COMMON_PARTS.contains(&lower.as_str())
            && !COMMON_PARTS.contains(&lower.trim_end_matches('s'))
    };
    let own = parts.iter().filter(|part| is_word(part)).count();
    let is_law = [
        "gesetz",
        "gesetzes",
        "ordnung",
        "verordnung",
        "richtlinie",
        "gesetzbuch",
    ]
    .iter()
    .any(|law| noun.to_lowercase().ends_with(law));
    parts.len() >= 2
        && !is_law
        && parts
            .iter()
            .all(|part| part.starts_with(char::is_uppercase))
        && parts
            .first()
            .is_some_and(|first| is_word(first) || parts.len() > 2)
        && own >= 2
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn lc41_a_capital_adjective_inside_a_sentence_makes_a_name() {
        let small: HashSet<String> = ["strenge".to_owned()].into();
        for (sentence, names) in [
            (
                "Zugang haben nur Geprüfte Ableser.",
                vec!["Geprüfte Ableser"],
            ),
            ("Es gilt die Strenge Ablage.", vec!["Strenge Ablage"]),
            (
                "Wenn der Betroffene Auskunft verlangt, hilft der Ableser.",
                vec![],
            ),
            ("Es gilt die Europäische Charta.", vec![]),
            ("Sichtbare Zähler sind abzulesen.", vec![]),
            ("Er sendet der Gesellschaft Zahlen.", vec![]),
            ("Dazu zählen Geräte Dritter.", vec![]),
        ] {
            assert_eq!(
                adjective_names(&tokens(sentence), &small),
                names,
                "{sentence}"
            );
        }
    }

    #[test]
    fn lc41_a_compound_of_the_authors_own_is_seen_behind_an_article() {
        for (sentence, names) in [
            (
                "Das gilt auch im Winter-Ablesekreis.",
                vec!["Winter-Ablesekreis"],
            ),
            ("Die Zähler-Stufe-Drei gilt.", vec!["Zähler-Stufe-Drei"]),
            (
                "Er nutzt die E-Mail-Adresse und den Online-Kalender.",
                vec![],
            ),
            (
                "Die Datenschutz-Folgenabschätzung und das IT-System.",
                vec![],
            ),
        ] {
            assert_eq!(compounds(&tokens(sentence)), names, "{sentence}");
        }
    }
}
