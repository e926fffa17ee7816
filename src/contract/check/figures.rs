//! Numbers: periods in the fields of `contract.toml` against the bounds of the law (LC-22, LC-34, LC-35), and
//! how a number is read in a text.

use super::{Finding, Severity, place};
use crate::contract::meta::{self, Meta};
use crate::contract::{Authorisation, Contract};

/// Shortest notice for a further processor that gives no warning, in days.
const GOOD_NOTICE: u32 = 14;
/// Longest time until a breach is reported that gives no warning, in hours; the law's limit is the
/// next one.
pub(super) const GOOD_BREACH: u32 = 24;
const LATEST_BREACH: u32 = 72;
/// Longest time until data are deleted that gives no warning, in days.
const GOOD_DELETION: u32 = 90;

/// The numbers in the fields; what the text says beside them is asked at the passage.
pub(super) fn check(contract: &Contract) -> Vec<Finding> {
    let meta = &contract.meta;
    let mut findings = vec![notice(meta), breach(meta)];
    findings.extend(meta.objection_days.filter(|days| *days == 0).map(|_| {
        fault(
            "LC-22",
            Severity::Block,
            "„Tage für den Einspruch“ ist 0. Nennen Sie die Frist, in der der Auftraggeber Einspruch erheben kann.",
        )
    }));
    findings.extend(meta.deletion_days.filter(|days| *days > GOOD_DELETION).map(|days| {
        fault(
            "LC-35",
            Severity::Warn,
            format!("„Tage bis zur Löschung“ sind {days}; üblich sind höchstens {GOOD_DELETION}."),
        )
    }));
    findings
}

fn notice(meta: &Meta) -> Finding {
    let at = place(meta::FILE, 1);
    if meta.authorisation == Authorisation::Specific {
        let text = "Jeder weitere Auftragsverarbeiter wird einzeln genehmigt; eine Frist der Ankündigung ist nicht nötig.";
        return Finding::new("LC-22", Severity::Block, true, text, at);
    }
    let days = meta.notice_days;
    match days {
        0 => fault(
            "LC-22",
            Severity::Block,
            "„Tage zwischen Ankündigung und Beginn“ ist 0. Nennen Sie die Frist.",
        ),
        _ if days < GOOD_NOTICE => fault(
            "LC-22",
            Severity::Warn,
            format!("Die Frist von {days} Tagen ist kurz; üblich sind mindestens {GOOD_NOTICE}."),
        ),
        _ => {
            let text =
                format!("Ein weiterer Auftragsverarbeiter wird {days} Tage vorher angekündigt.");
            Finding::new("LC-22", Severity::Block, true, text, at)
        }
    }
}

fn breach(meta: &Meta) -> Finding {
    let (severity, ok, text) = match meta.breach_hours {
        None => (Severity::Block, true, "In den Angaben steht keine Frist zur Meldung; es gilt die des Textes.".to_owned()),
        Some(0) => (Severity::Block, false, "„Stunden bis zur Meldung einer Verletzung“ ist 0. Nennen Sie die Frist, oder lassen Sie das Feld leer.".to_owned()),
        Some(hours) if hours > LATEST_BREACH => (
            Severity::Block,
            false,
            format!("„Stunden bis zur Meldung einer Verletzung“ sind {hours}, mehr als {LATEST_BREACH}. Verkürzen Sie die Frist."),
        ),
        Some(hours) if hours > GOOD_BREACH => (
            Severity::Warn,
            false,
            format!("Die Frist zur Meldung von {hours} Stunden ist lang; üblich sind höchstens {GOOD_BREACH}."),
        ),
        Some(hours) => (Severity::Block, true, format!("Verletzungen werden binnen {hours} Stunden gemeldet.")),
    };
    Finding::new("LC-34", severity, ok, text, place(meta::FILE, 1))
}

fn fault(id: &'static str, severity: Severity, text: impl Into<String>) -> Finding {
    Finding::new(id, severity, false, text, place(meta::FILE, 1))
}

pub(super) const HOURS: &[&str] = &["stunde", "hour"];
pub(super) const DAYS: &[&str] = &[
    "tag.",
    "tage",
    "day",
    "kalendertag",
    "werktag",
    "arbeitstag",
    "bankarbeitstag",
    "calendar",
    "working",
    "business",
];

/// Numbers directly before one of the units: "14 Tage", "vierzehn Tagen", "24 hours". A unit is the
/// beginning of a word; with a full stop, the whole word.
pub(super) fn figures(text: &str, units: &[&str]) -> Vec<u32> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let is_unit = |word: &str| {
        units.iter().any(|unit| match unit.strip_suffix('.') {
            Some(whole) => word == whole,
            None => word.starts_with(unit),
        })
    };
    words
        .windows(2)
        .filter_map(|pair| match pair {
            [number, unit] if is_unit(unit) => number_word(number),
            _ => None,
        })
        .collect()
}

/// A number in figures or, in lower case, in words.
pub(super) fn number_word(word: &str) -> Option<u32> {
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    const WORDS: &[(u32, &[&str])] = &[
        (
            1,
            &["einem", "einen", "einer", "eine", "ein", "eins", "one"],
        ),
        (2, &["zwei", "two"]),
        (3, &["drei", "three"]),
        (4, &["vier", "four"]),
        (5, &["fünf", "five"]),
        (6, &["sechs", "six"]),
        (7, &["sieben", "seven"]),
        (8, &["acht", "eight"]),
        (9, &["neun", "nine"]),
        (10, &["zehn", "ten"]),
        (12, &["zwölf", "twelve"]),
        (14, &["vierzehn", "fourteen"]),
        (15, &["fünfzehn", "fifteen"]),
        (20, &["zwanzig", "twenty"]),
        (21, &["einundzwanzig"]),
        (24, &["vierundzwanzig"]),
        (28, &["achtundzwanzig"]),
        (30, &["dreißig", "dreissig", "thirty"]),
        (36, &["sechsunddreißig"]),
        (48, &["achtundvierzig"]),
        (60, &["sechzig", "sixty"]),
        (72, &["zweiundsiebzig"]),
        (90, &["neunzig", "ninety"]),
    ];
    let known = WORDS.iter().find(|(_, words)| words.contains(&word));
    known.map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lc34_numbers_are_read_in_figures_and_in_words() {
        for (text, hours, days) in [
            ("binnen 24 stunden oder vierzehn tagen", vec![24], vec![14]),
            ("within 24 hours and ten business days", vec![24], vec![10]),
            ("binnen einer 24-stunden-frist", vec![24], vec![]),
            ("tagesgeschäft 5 tagessätze", vec![], vec![5]),
        ] {
            assert_eq!(figures(text, HOURS), hours, "{text}");
            assert_eq!(figures(text, DAYS), days, "{text}");
        }
    }
}
