//! Each check fails for a contract that lacks exactly its point, and only then.

use super::complete::FILES;
use super::*;
use crate::contract::check::{Finding, Severity, Version, checks};

/// Findings of the complete contract after replacing a text in the files of one folder or all.
pub(super) fn after(place: &str, from: &str, to: &str) -> Vec<Finding> {
    let mut changed = 0;
    let files: Vec<(&str, String)> = FILES
        .iter()
        .map(|(path, text)| {
            let here = path.starts_with(place) && text.contains(from);
            changed += usize::from(here);
            (
                *path,
                if here {
                    text.replace(from, to)
                } else {
                    (*text).to_owned()
                },
            )
        })
        .collect();
    assert!(changed > 0, "nothing to replace: {from}");
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let contract = Contract::from_files(&files).unwrap();
    checks(&Version::of(&contract))
        .into_iter()
        .filter(|finding| finding.failed())
        .collect()
}

pub(super) fn ids(findings: &[Finding]) -> Vec<&str> {
    let mut ids: Vec<&str> = findings.iter().map(|finding| finding.id).collect();
    ids.dedup();
    ids
}

#[test]
fn the_complete_contract_passes_every_check() {
    let findings = checks(&Version::of(&Contract::from_files(FILES).unwrap()));
    let failed: Vec<&Finding> = findings.iter().filter(|finding| finding.failed()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let mut passed = ids(&findings);
    passed.sort_unstable();
    assert!(passed.len() >= 36, "{passed:?}");
    for id in [
        "LC-04", "LC-08", "LC-17", "LC-18", "LC-22", "LC-34", "LC-46", "LC-47", "LC-48", "LC-49",
    ] {
        assert!(passed.contains(&id), "{id}");
    }
}

#[test]
fn a_contract_without_a_marked_passage_fails_that_check_alone() {
    let cases = [
        ("subject", "LC-04", Severity::Block),
        ("duration", "LC-05", Severity::Block),
        ("nature", "LC-06", Severity::Block),
        ("purpose", "LC-07", Severity::Block),
        ("special-categories", "LC-09", Severity::Block),
        ("controller-duties", "LC-11", Severity::Block),
        ("instructions", "LC-12", Severity::Block),
        ("unlawful-instruction", "LC-13", Severity::Block),
        ("authorised-persons", "LC-14", Severity::Warn),
        ("confidentiality", "LC-15", Severity::Block),
        ("telecom-secrecy", "LC-16", Severity::Warn),
        ("tom-testing", "LC-18", Severity::Block),
        ("tom-logging", "LC-19", Severity::Warn),
        ("tom-change", "LC-20", Severity::Warn),
        ("sub-processors", "LC-21", Severity::Block),
        ("sub-processor-notice", "LC-22", Severity::Block),
        ("flow-down", "LC-27", Severity::Block),
        ("further-outsourcing", "LC-28", Severity::Block),
        ("delimitation", "LC-24", Severity::Block),
        ("place", "LC-29", Severity::Block),
        ("third-country", "LC-31", Severity::Warn),
        ("assist-rights", "LC-32", Severity::Block),
        ("assist-security", "LC-33", Severity::Block),
        ("breach", "LC-34", Severity::Block),
        ("deletion", "LC-35", Severity::Block),
        ("audit", "LC-36", Severity::Block),
        ("audit-conditions", "LC-37", Severity::Warn),
        ("liability", "LC-38", Severity::Warn),
        ("authority", "LC-39", Severity::Warn),
        ("precedence", "LC-40", Severity::Warn),
        ("termination", "LC-42", Severity::Warn),
        ("conclusion", "LC-43", Severity::Block),
        ("objection", "LC-44", Severity::Block),
        ("change", "LC-45", Severity::Block),
    ];
    for (tag, id, severity) in cases {
        // Followed by a space or brace, so that .audit does not match .audit-conditions.
        let findings: Vec<Finding> = [" ", "}"]
            .iter()
            .filter(|end| {
                FILES
                    .iter()
                    .any(|(_, text)| text.contains(&format!(".{tag}{end}")))
            })
            .flat_map(|end| after("", &format!(".{tag}{end}"), &format!(".definitions{end}")))
            .collect();
        assert_eq!(ids(&findings), [id], "{tag}: {findings:#?}");
        assert_eq!(findings[0].severity, severity, "{tag}");
        assert!(
            findings[0].explanation.contains(tag),
            "{tag}: {}",
            findings[0].explanation
        );
    }
}

#[test]
fn wrong_words_figures_and_structure_are_found() {
    let cases = [
        ("de/", "Keine Daten nach Art.\\ 9 DSGVO.", "", "LC-09"),
        ("", "24\\ ", "48\\ ", "LC-34"),
        ("", "breach_hours = 24", "breach_hours = 12", "LC-34"),
        ("de/", "unverzüglich, spätestens", "spätestens", "LC-34"),
        ("de/", "Nach Wahl des Auftraggebers", "Stets", "LC-35"),
        (
            "de/",
            "in 30\\ Tagen",
            "in 30\\ Tagen oder unbegrenzt",
            "LC-35",
        ),
        ("", "deletion_days = 30", "deletion_days = 60", "LC-35"),
        ("", "notice_days = 14", "notice_days = 15", "LC-22"),
        ("de/", "per E-Mail", "", "LC-22"),
        ("de/", "nicht vorgenommen", "besprochen", "LC-22"),
        (
            "de/",
            "Auch durch Inspektionen.",
            "Auch Inspektionen; Vor-Ort-Prüfungen sind ausgeschlossen.",
            "LC-36",
        ),
        (
            "de/",
            "wird gehaftet.",
            "wird gehaftet. Weiterer Einsatz ist untersagt.",
            "LC-28",
        ),
        (
            "de/",
            "DSGVO. Dieser",
            "DSGVO, begrenzt auf 100 Euro. Dieser",
            "LC-38",
        ),
        ("de/", "§\\ 3 TDDDG", "§\\ 3 TDDDG und §\\ 88 TKG", "LC-16"),
        ("", "{generate=products}\n:::\n:::\n", "Text\n", "LC-49"),
        ("", "{generate=contacts}\n:::\n:::\n", "Text\n", "LC-03"),
        (
            "de/",
            "nicht vorgenommen",
            "nicht vorgenommen; Schweigen gilt als Zustimmung",
            "LC-23",
        ),
        (
            "de/",
            "per E-Mail",
            "in Textform oder auf der Homepage; Schweigen gilt als Genehmigung",
            "LC-23",
        ),
        (
            "",
            "authorisation = \"general\"",
            "authorisation = \"\"",
            "LC-21",
        ),
        ("", "number = \"1.0\"", "number = \"..\"", "LC-46"),
        ("", "number = \"1.0\"", "number = \"2/1\"", "LC-46"),
        ("", "number = \"1.0\"", "number = \"abc\"", "LC-46"),
        ("", "number = \"1.0\"", "number = \"\"", "LC-46"),
        (
            "",
            "nach Art. 28 DSGVO",
            "(Standardvertragsklauseln 2021/915)",
            "LC-51",
        ),
        ("de/", ".subject ", ".sujbect .subject ", "LC-48"),
        ("", "en = \"First version.\"", "en = \" \"", "LC-46"),
        (
            "",
            "valid_from = 2026-10-01",
            "valid_from = 2026-09-30",
            "LC-46",
        ),
        ("en/", "30\\ days", "31\\ days", "LC-47"),
        (
            "en/",
            "(2) After dissent the change will not be made.",
            "",
            "LC-47",
        ),
        ("en/", "{#frist}\n", "\n", "LC-47"),
        ("en/", "# Audit\n", "# Audit\n\n## More\n", "LC-47"),
    ];
    for (place, from, to, id) in cases {
        let findings = after(place, from, to);
        assert!(ids(&findings).contains(&id), "{from} → {to}: {findings:#?}");
    }
    let both = ids(&after(
        "",
        "{generate=sub-processors}\n:::\n:::\n",
        "Text\n",
    ))
    .join(" ");
    assert_eq!(both, "LC-24 LC-25 LC-26");
    let both = ids(&after("", "{generate=parties}\n:::\n:::\n", "Text\n")).join(" ");
    assert_eq!(both, "LC-01 LC-02");
    let twice = after(
        "de/",
        "Auch durch Inspektionen.",
        ": Daten\n\n  eins\n\n: daten\n\n  zwei\n\nAuch Inspektionen.",
    );
    assert_eq!(ids(&twice), ["LC-41", "LC-47"], "{twice:#?}");
    let both = ids(&after("de/anlage-tom", "- ", "")).join(" ");
    assert_eq!(both, "LC-47");
    let found = after("de/produkte", "| Namen | Einrichten |\n", "");
    assert_eq!(ids(&found), ["LC-08", "LC-47"], "{found:#?}");
    let found = after("", "Auch durch Inspektionen.\n", "{if=draft}\n## Leer\n");
    assert!(ids(&found).contains(&"LC-48"), "{found:#?}");
}

#[test]
fn a_long_period_warns_and_a_longer_one_blocks() {
    let severity = |hours: u32| {
        let text = [
            ("24\\ ", format!("{hours}\\ ")),
            ("breach_hours = 24", String::new()),
        ];
        let files: Vec<(&str, String)> = FILES
            .iter()
            .map(|(path, content)| {
                let changed = text
                    .iter()
                    .fold((*content).to_owned(), |t, (a, b)| t.replace(a, b));
                (*path, changed)
            })
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
        let findings = checks(&Version::of(&Contract::from_files(&files).unwrap()));
        findings
            .into_iter()
            .find(|f| f.id == "LC-34")
            .map(|f| (!f.failed(), f.severity))
    };
    assert_eq!(severity(24), Some((true, Severity::Block)));
    assert_eq!(severity(25), Some((false, Severity::Warn)));
    assert_eq!(severity(72), Some((false, Severity::Warn)));
    assert_eq!(severity(73), Some((false, Severity::Block)));
}

#[test]
fn the_place_of_a_missing_item_is_named() {
    let found = after("en/", "(2) After dissent the change will not be made.", "");
    let finding = &found[0];
    assert!(finding.blocks());
    assert_eq!(finding.place.as_deref(), Some("en/vertrag.dj:30"));
    assert!(
        finding
            .explanation
            .contains("mit 2 Punkten (de/vertrag.dj:30)"),
        "{finding:?}"
    );
}
