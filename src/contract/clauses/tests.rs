//! Clauses are cut and put together without loss, and what the form shows is what is meant.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use strum::VariantArray as _;

use super::blocks::Unit;
use super::order::{Direction, added, marked, neighbour, removed, subtree, swapped};
use super::source::Source;
use super::*;
use crate::contract::check::subjects;
use crate::contract::tests::mutate::Mutator;
use crate::contract::{Contract, sample_values, shipped};
use crate::domain::Language;

/// Pieces that a lawyer or an author may type.
const PIECES: &[&str] = &[
    "# Eins\n\n",
    "## Zwei\n\n",
    "{#x .subject}\n",
    "{.tom}\n",
    "(1) ",
    "(2) ",
    "a) ",
    "b) ",
    "- ",
    "+ ",
    "i. ",
    "\n",
    "\n\n",
    "    ",
    "  ",
    "Der Auftraggeber ",
    "weist an. ",
    "*fett* ",
    "_betont_ ",
    "[](#hier) ",
    "[Ziffer 9](#hier) ",
    ":customer-name: ",
    ":br: ",
    "Art.\\ 28 ",
    "\"so\" ",
    "'s ",
    "-- ",
    "... ",
    "\\* ",
    "[x] ",
    "⟦Tabelle⟧\n",
    "\\[Name des Auftraggebers\\] ",
    ": Begriff\n\n  Text\n\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "{generate=parties}\n:::\n:::\n\n",
    "{if=draft}\n",
    "{if=has-sub-partner}\n::::\n",
    "::::\n",
    "> Zitat\n\n",
    "```\ncode\n```\n\n",
    "[^1] ",
    "[^1]: Note\n\n",
    "{.contact}\n",
    "{.legend}\n",
    "<https://x.example> ",
    "`",
    "~",
    "^",
    "$",
    "{",
    "}",
    "<",
    "|",
    "\\",
    "1. ",
    "A. ",
    "z) ",
    "(iv) ",
    "{#id .audit}\n    ",
    "{mark=\"2a.\"} ",
    "ä",
    "\u{a0}",
    "* ",
    ":",
    "=",
];

fn texts() -> Vec<(String, String)> {
    let files = shipped().into_iter();
    files.filter(|(path, _)| path.ends_with(".dj")).collect()
}

fn stem(path: &str) -> String {
    crate::contract::parts::stem(path).unwrap()
}

fn joined(text: &str, clauses: &[Clause]) -> String {
    clauses.iter().map(|one| one.source(text)).collect()
}

fn random(mutator: &mut Mutator) -> String {
    let count = 3 + mutator.below(30);
    (0..count).map(|_| *mutator.one(PIECES)).collect()
}

#[test]
fn every_value_and_mark_has_a_name() {
    for value in Placeholder::VARIANTS {
        let name = words::value(value.word());
        assert_ne!(name, value.word());
        assert_eq!(words::value_key(name), Some(value.word()));
    }
    assert_eq!(words::VALUES.len(), Placeholder::VARIANTS.len());
    for subject in subjects() {
        assert_ne!(words::subject(subject.tag), subject.tag, "no name");
    }
}

/// Cut and put together: the same bytes, for every shipped part and whatever is typed.
#[test]
fn clauses_of_a_file_are_the_whole_file() {
    for (path, text) in texts() {
        let clauses = cut(&text, &stem(&path));
        assert_eq!(joined(&text, &clauses), text, "{path}");
        assert!(clauses.len() > 1 || path.contains("produkte"), "{path}");
    }
    Mutator::run(400, PIECES, |mutator| {
        let text = random(mutator);
        assert_eq!(joined(&text, &cut(&text, "vertrag")), text);
    });
}

/// Every shipped clause can be written in the form, and one that nobody changed keeps its bytes.
#[test]
fn every_shipped_clause_has_a_form_and_keeps_its_bytes() {
    let contract = Contract::embedded().unwrap();
    for (path, text) in texts() {
        let language = if path.starts_with("en") {
            Language::En
        } else {
            Language::De
        };
        let values = sample_values(language, true);
        let names = Names::new(contract.reference_words(&values, language));
        for clause in cut(&text, &stem(&path)) {
            let source = clause.source(&text);
            let shown = show(source, &names);
            let shown =
                shown.unwrap_or_else(|| panic!("{path} {}: only in the source", clause.key));
            assert!(!shown.text.contains("Verweis: "), "{path}: {}", shown.text);
            assert_eq!(write(source, &shown, &names).unwrap(), source, "{path}");
            // A changed block alone changes.
            let more = Shown {
                text: format!("{}\n\nEin neuer Absatz.", shown.text),
                ..shown.clone()
            };
            let changed = write(source, &more, &names).unwrap();
            assert!(changed.starts_with(source.trim_end()), "{path}: {changed}");
            assert!(changed.contains("\n\nEin neuer Absatz."), "{changed}");
            let title = Shown {
                heading: "Neu".to_owned(),
                ..shown
            };
            let changed = write(source, &title, &names).unwrap();
            assert!(
                clause.level == 0 || changed.contains("# Neu\n\n"),
                "{changed}"
            );
        }
    }
}

/// What every clause says is written from the form alone, and means the same.
#[test]
fn a_clause_written_anew_says_the_same() {
    let names = Names::default();
    for (path, text) in texts() {
        for clause in cut(&text, &stem(&path)) {
            let source = clause.source(&text);
            let units = |source: &str| -> Vec<Unit> {
                let parts = Source::of(source);
                parts
                    .segments(&names)
                    .into_iter()
                    .map(|one| one.unit)
                    .collect()
            };
            let before = units(source);
            if before.iter().any(|unit| matches!(unit, Unit::Fixed(..))) {
                continue;
            }
            let mut body = String::from("{#x}\n# X");
            for unit in &before {
                body.push_str("\n\n");
                djot::written(unit, 0, &mut body);
            }
            assert_eq!(units(&body), before, "{path} {}\n{body}", clause.key);
        }
    }
}

/// Whatever stands in a clause: the form shows it without loss or does not show it, and what is typed is
/// read as it was meant or refused.
#[test]
fn the_form_loses_nothing() {
    let names = Names::new([("hier".to_owned(), "Ziffer 9".to_owned())]);
    Mutator::run(600, PIECES, |mutator| {
        let source = format!("{{#k}}\n# Klausel\n\n{}", random(mutator));
        for clause in cut(&source, "vertrag") {
            let own = clause.source(&source);
            let Some(shown) = show(own, &names) else {
                continue;
            };
            assert_eq!(write(own, &shown, &names).unwrap(), own);
            let typed = Shown {
                text: format!("{}\n\n{}", shown.text, random(mutator)),
                ..shown
            };
            if let Ok(written) = write(own, &typed, &names) {
                let again = show(&written, &names);
                let again = again.unwrap_or_else(|| panic!("{typed:?}\n{written}"));
                assert_eq!(write(&written, &again, &names).unwrap(), written);
            }
        }
    });
}

#[test]
fn what_was_typed_becomes_djot() {
    let names = Names::new([("frist".to_owned(), "Ziffer 9 Absatz 2".to_owned())]);
    let source = "{#k .audit}\n# Alt\n\n(1) Erster Satz,\n    umbrochen.\n\n(2) {#zwei}\n    Zweiter.\n\n| a |\n|---|\n| b |\n\n^ Daten\n";
    let shown = show(source, &names).unwrap();
    assert_eq!(shown.heading, "Alt");
    assert_eq!(
        shown.text,
        "(1) Erster Satz, umbrochen.\n\n(2) [Ziel: zwei] Zweiter.\n\n⟦Tabelle: Daten⟧"
    );
    let typed = Shown {
        heading: "Neu & {gut}".to_owned(),
        text: "(1) [Name des Auftraggebers] zahlt *nicht* nach [ziffer 9 absatz 2].\n(1) Neu mit # und [Ziffer 9 Absatz 2]:\n    a) eins\n    b) zwei\n(2) [Ziel: zwei] Zweiter.\n\n⟦Tabelle: Daten⟧"
            .replace("[ziffer 9 absatz 2]", "[Ziffer 9 Absatz 2]"),
    };
    let written = write(source, &typed, &names).unwrap();
    assert_eq!(
        written,
        "{#k .audit}\n# Neu & \\{gut\\}\n\n(1) :customer-name: zahlt *nicht* nach [](#frist).\n\n(2) Neu mit # und [](#frist):\n\n    a) eins\n\n    b) zwei\n\n(3) {#zwei}\n    Zweiter.\n\n| a |\n|---|\n| b |\n\n^ Daten\n"
    );
    // The first item goes: the list still begins with 1.
    let typed = Shown {
        heading: "Alt".to_owned(),
        text: "(2) [Ziel: zwei] Zweiter.\n\n⟦Tabelle: Daten⟧".to_owned(),
    };
    let written = write(source, &typed, &names).unwrap();
    assert!(
        written.contains("\n\n(1) {#zwei}\n    Zweiter.\n\n| a |"),
        "{written}"
    );
}

#[test]
fn what_cannot_be_taken_is_said() {
    let names = Names::default();
    let source = "# Alt\n\n{generate=parties}\n:::\n:::\n";
    let fixed = "⟦Vom Portal erzeugt: Vertragsparteien⟧";
    assert_eq!(show(source, &names).unwrap().text, fixed);
    let fault = |heading: &str, text: &str| {
        let typed = Shown {
            heading: heading.to_owned(),
            text: text.to_owned(),
        };
        write(source, &typed, &names).unwrap_err()
    };
    assert_eq!(fault(" ", fixed).heading, Some(TypingFault::NoHeading));
    assert!(matches!(
        fault("A", "Text").text,
        Some(TypingFault::FixedMissing(_))
    ));
    let twice = format!("{fixed}\n\n{fixed}");
    assert!(matches!(
        fault("A", &twice).text,
        Some(TypingFault::FixedUnknown(_))
    ));
    let with = |text: &str| fault("A", &format!("{fixed}\n\n{text}")).text;
    assert_eq!(
        with("Siehe [Ziffer 99]."),
        Some(TypingFault::Unknown("Ziffer 99".to_owned()))
    );
    assert_eq!(
        with("Satz [Thema: Weisungen]."),
        Some(TypingFault::Misplaced("Thema: Weisungen".to_owned()))
    );
    assert_eq!(
        with("[x](javascript:alert)"),
        Some(TypingFault::BadLink("javascript:alert".to_owned()))
    );
    for fault in [with("[?]"), with("[x](y)")] {
        assert!(!fault.unwrap().sentence().is_empty());
    }
}

/// A move keeps every other clause byte by byte, numbers follow, and the way back leads to the same text.
#[test]
fn a_move_keeps_all_other_clauses() {
    for (path, text) in texts() {
        let stem = stem(&path);
        let clauses = cut(&text, &stem);
        for at in 0..clauses.len() {
            let Some(next) = neighbour(&clauses, at, Direction::Down) else {
                continue;
            };
            assert_eq!(neighbour(&clauses, next, Direction::Up), Some(at));
            let moved = swapped(&text, &clauses, at, next);
            let after = cut(&moved, &stem);
            let sources = |text: &str, clauses: &[Clause]| {
                let mut all: Vec<String> = clauses
                    .iter()
                    .map(|one| one.source(text).trim_end().to_owned())
                    .collect();
                all.sort();
                all
            };
            assert_eq!(sources(&moved, &after), sources(&text, &clauses), "{path}");
            let back = after
                .iter()
                .position(|one| one.title == clauses[at].title)
                .unwrap();
            let above = neighbour(&after, back, Direction::Up).unwrap();
            assert_eq!(swapped(&moved, &after, above, back), text, "{path}");
        }
    }
    let mut files = shipped();
    let text = files["de/vertrag.dj"].clone();
    let clauses = cut(&text, "vertrag");
    let at = clauses
        .iter()
        .position(|one| one.key == "weisungen")
        .unwrap();
    let above = neighbour(&clauses, at, Direction::Up).unwrap();
    files.insert(
        "de/vertrag.dj".to_owned(),
        swapped(&text, &clauses, above, at),
    );
    let number = |files: &crate::domain::version::Files| {
        let contract = Contract::from_map(files).unwrap();
        let words = contract.reference_words(&sample_values(Language::De, true), Language::De);
        ["weisungen", "auftraggeber", "vertraulichkeit"].map(|id| words[id].replace('\u{a0}', " "))
    };
    assert_eq!(number(&shipped()), ["Ziffer 5", "Ziffer 4", "Ziffer 6"]);
    assert_eq!(number(&files), ["Ziffer 4", "Ziffer 5", "Ziffer 6"]);
}

#[test]
fn clauses_are_added_marked_and_removed() {
    let text = "Vorspann.\n\n# Eins\n\nText.\n\n## Unter\n\nText.\n\n# Zwei\n\nEnde.";
    let clauses = cut(text, "vertrag");
    let keys: Vec<&str> = clauses.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["vorspann", "eins", "unter", "zwei"]);
    assert_eq!(subtree(&clauses, 1), 1..3);
    let more = added(
        text,
        &clauses,
        Some(1),
        1,
        ("neu", "Neu [x]"),
        &Names::default(),
    );
    assert!(matches!(more, Err(TypingFault::Unknown(_))));
    let more = added(
        text,
        &clauses,
        Some(1),
        1,
        ("neu", "Ganz neu"),
        &Names::default(),
    )
    .unwrap();
    assert!(
        more.contains("## Unter\n\nText.\n\n{#neu}\n# Ganz neu\n\n…\n\n# Zwei"),
        "{more}"
    );
    let after = cut(&more, "vertrag");
    assert_eq!(removed(&more, &after, 3), text);
    assert_eq!(removed(text, &clauses, 1), "Vorspann.\n\n# Zwei\n\nEnde.");
    assert_eq!(
        removed(text, &clauses, 3),
        "Vorspann.\n\n# Eins\n\nText.\n\n## Unter\n\nText.\n"
    );
    let source = "{#k .audit}\n{if=draft .tom}\n# K\n\nText .audit\n";
    assert_eq!(
        marked(source, &["place", "tom"], &["audit"]),
        "{#k}\n{if=draft .tom .place}\n# K\n\nText .audit\n"
    );
    assert_eq!(
        marked("# K\n\nx\n", &["tom"], &["audit"]),
        "{.tom}\n# K\n\nx\n"
    );
    assert_eq!(marked("{.tom}\n# K\n\nx\n", &[], &["tom"]), "# K\n\nx\n");
}

#[test]
fn languages_are_paired() {
    let de = cut("# A\n\n{#x}\n# B\n\n# C\n\n# Nur hier\n", "vertrag");
    let en = cut("{#x}\n# Bee\n\n# A\n\n# Only here\n", "vertrag");
    let pairs = paired(&[de.clone(), en]);
    let found: Vec<(&str, Vec<Option<usize>>)> = pairs
        .iter()
        .map(|one| (one.key.as_str(), one.places.clone()))
        .collect();
    assert_eq!(
        found,
        [
            ("a", vec![Some(0), Some(1)]),
            ("only-here", vec![None, Some(2)]),
            ("x", vec![Some(1), Some(0)]),
            ("c", vec![Some(2), None]),
            ("nur-hier", vec![Some(3), None]),
        ]
    );
    let same = cut("# Eh\n\n# Bee\n\n# See\n\n# More\n", "vertrag");
    assert!(
        paired(&[de, same])
            .iter()
            .all(|one| one.places[0] == one.places[1])
    );
    let texts = shipped();
    let cut_of = |path: &str| cut(&texts[path], "vertrag");
    let all = paired(&[cut_of("de/vertrag.dj"), cut_of("en/vertrag.dj")]);
    assert!(all.iter().all(|one| one.places.iter().all(Option::is_some)));
}
