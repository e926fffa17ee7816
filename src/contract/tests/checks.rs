//! Each check fails for a contract that lacks exactly its point, and only then.

use super::complete::FILES;
use super::*;
use crate::contract::check::{CheckKind, CheckResult, Finding, Severity, Version, checks};

/// What fails in the complete contract after replacing a text in the files of one folder or all.
pub(super) fn after(place: &str, from: &str, to: &str) -> Vec<Finding> {
    let mut found = all_after(place, from, to);
    found.retain(Finding::failed);
    found
}

/// Every finding after that.
fn all_after(place: &str, from: &str, to: &str) -> Vec<Finding> {
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
        ("data-types", "LC-08", Severity::Block),
        ("data-subjects", "LC-10", Severity::Block),
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
        assert_eq!(findings[0].outcome, CheckResult::Open, "{tag}");
        assert_eq!(findings[0].tag, Some(tag));
        let said = &findings[0].explanation;
        assert!(said.starts_with("Nicht zugeordnet: "), "{tag}: {said}");
    }
}

#[test]
fn wrong_words_figures_and_structure_are_found() {
    let cases = [
        ("", "breach_hours = 24", "breach_hours = 96", "LC-34"),
        ("", "breach_hours = 24", "breach_hours = 0", "LC-34"),
        ("", "deletion_days = 30", "deletion_days = 365", "LC-35"),
        ("", "notice_days = 14", "notice_days = 0", "LC-22"),
        ("", "notice_days = 14", "notice_days = 7", "LC-22"),
        ("", "{generate=products}\n:::\n:::\n", "Text\n", "LC-49"),
        ("", "{generate=contacts}\n:::\n:::\n", "Text\n", "LC-03"),
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
fn lc34_a_long_period_in_the_field_warns_and_a_longer_one_blocks() {
    let severity = |hours: u32| {
        let found = all_after("", "breach_hours = 24", &format!("breach_hours = {hours}"));
        let own = found
            .into_iter()
            .find(|f| f.id == "LC-34" && f.kind == CheckKind::Decided);
        own.map(|f| (!f.failed(), f.severity))
    };
    assert_eq!(severity(24), Some((true, Severity::Block)));
    assert_eq!(severity(25), Some((false, Severity::Warn)));
    assert_eq!(severity(72), Some((false, Severity::Warn)));
    assert_eq!(severity(73), Some((false, Severity::Block)));
}

/// Lawful wordings that a word list would refuse.
#[test]
fn lc12_no_lawful_wording_is_refused() {
    for (from, to) in [
        (
            "Sie sind genehmigt und gleich gebunden; für sie wird gehaftet.",
            "Der Auftraggeber stimmt ihrem Einsatz zu; sie sind gleich gebunden, und der Auftragnehmer steht für sie ein.",
        ),
        (
            "Neue werden 14\\ Tage vorher per E-Mail angekündigt.",
            "Neue werden vierzehn Tage vorher in schriftlicher Form angezeigt.",
        ),
        (
            "Nach einem Einspruch wird die Änderung nicht vorgenommen.",
            "Widerspricht der Auftraggeber, bleibt alles beim Alten.",
        ),
        (
            "Bei Anfragen und nach Art.\\ 32 bis 36 DSGVO.",
            "Bei Anfragen, bei der Sicherheit, bei Meldungen, Folgenabschätzungen und Konsultationen.",
        ),
        (
            "Meldung unverzüglich, spätestens nach 24\\ Stunden.",
            "Meldung sofort, spätestens nach vierundzwanzig Stunden.",
        ),
        (
            "Auch durch Inspektionen.",
            "Auch durch Begehungen der Räume.",
        ),
        (
            "Nach Wahl des Auftraggebers in 30\\ Tagen.",
            "Der Auftraggeber entscheidet, ob gelöscht oder zurückgegeben wird; dreißig Tage nach dem Ende ist es geschehen.",
        ),
        (
            "Nur auf dokumentierte Weisung; rechtswidrige werden ausgesetzt.",
            "Nur nach schriftlich festgehaltener Anordnung; unzulässige werden angezeigt und ruhen.",
        ),
        (
            "Alle sind zur Vertraulichkeit und nach §\\ 3 TDDDG verpflichtet.",
            "Alle haben sich zum Stillschweigen verpflichtet.",
        ),
        (
            "Keine Daten nach Art.\\ 9 DSGVO.",
            "Sensible Daten sind nicht Gegenstand.",
        ),
        (
            "Er wird elektronisch geschlossen. Nach einem Widerspruch ist er nichtig.",
            "Er kommt per Klick zustande. Nach einem Widerspruch ist er ohne Wirkung.",
        ),
    ] {
        let found = after("de/", from, to);
        let refused: Vec<_> = found.iter().filter(|finding| finding.blocks()).collect();
        assert!(refused.is_empty(), "{to}: {refused:#?}");
    }
}

/// Harmful wordings: none of them is called right, and each is asked about at its place.
#[test]
fn lc36_no_harmful_wording_is_called_right() {
    for (from, to, id) in [
        (
            "Auch durch Inspektionen.",
            "Inspektionen finden nicht statt.",
            "LC-36",
        ),
        (
            "Nach Wahl des Auftraggebers in",
            "Nach Wahl des Auftragnehmers in",
            "LC-35",
        ),
        (
            "Auch durch Inspektionen.",
            "Prüfungen vor Ort sind ausgeschlossen.",
            "LC-36",
        ),
        (
            "für sie wird gehaftet.",
            "jede Gesellschaft ist für sich selbst verantwortlich, gehaftet wird nicht.",
            "LC-27",
        ),
        (
            "nicht vorgenommen.",
            "vorgenommen; meldet er sich nicht, gilt dies als Zustimmung.",
            "LC-23",
        ),
    ] {
        let found = all_after("de/", from, to);
        let met = found.iter().filter(|one| one.outcome == CheckResult::Met);
        let met: Vec<_> = met.filter(|one| one.kind != CheckKind::Decided).collect();
        assert!(met.is_empty(), "{met:#?}");
        let asked = found.iter().any(|one| {
            one.id == id
                && one.outcome == CheckResult::Confirm
                && one
                    .place
                    .as_deref()
                    .is_some_and(|place| place.starts_with("de/vertrag.dj:"))
        });
        assert!(asked, "{to}: {found:#?}");
    }
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
    // A second difference has a place of its own.
    let found = after("en/", "# Audit\n", "# Audit\n\n## More\n\nText.\n\n");
    assert!(found.len() > 1, "{found:#?}");
}
