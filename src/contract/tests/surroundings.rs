//! The checks with the data they compare a text with, and the shipped text with one mutation at a
//! time.

use super::checks::{after, ids};
use super::complete::FILES;
use super::*;
use crate::contract::check::{CheckKind, CheckResult, Finding, Version, checks, fingerprint};

#[test]
fn what_the_caller_knows_is_compared() {
    let contract = Contract::from_files(FILES).unwrap();
    let first = contract.meta.valid_from;
    let all = |version: &Version<'_>| -> Vec<&'static str> {
        let failed = checks(version).into_iter().filter(Finding::failed);
        failed.map(|finding| finding.id).collect()
    };
    let plain = Version::of(&contract);
    assert!(
        all(&Version {
            today: Some(first),
            ..plain
        })
        .is_empty()
    );
    assert_eq!(
        all(&Version {
            today: first.succ_opt(),
            ..plain
        }),
        ["LC-46"]
    );
    assert!(
        all(&Version {
            products: Some(&["centraflex"]),
            ..plain
        })
        .is_empty()
    );
    assert_eq!(
        all(&Version {
            products: Some(&["centraflex", "sip-trunk"]),
            ..plain
        }),
        ["LC-49"]
    );
    // The text about an option may be in the file of its product.
    for (keys, missing) in [
        (&["centraflex", "centraflex_fax"][..], &[][..]),
        (&["sip-trunk_ums"], &["LC-49"]),
    ] {
        let version = Version {
            products: Some(keys),
            ..plain
        };
        assert_eq!(all(&version), missing, "{keys:?}");
    }
    assert!(
        all(&Version {
            people: Some(("a", "b")),
            ..plain
        })
        .is_empty()
    );
    assert_eq!(
        all(&Version {
            people: Some(("a", "a")),
            ..plain
        }),
        ["LC-54"]
    );
    let own = fingerprint(&contract);
    assert!(
        all(&Version {
            published: Some(&own),
            ..plain
        })
        .is_empty()
    );
    assert_eq!(
        all(&Version {
            published: Some("00"),
            ..plain
        }),
        ["LC-55"]
    );
    assert_eq!(
        all(&Version {
            pdfs: &[(Language::De, vec!["die Sprache".to_owned()])],
            ..plain
        }),
        ["LC-53"]
    );
}

#[test]
fn the_register_is_read_like_a_list_in_the_text() {
    let contract = Contract::from_files(FILES).unwrap();
    let operator = sample_values(Language::De, true).operator;
    type Change = fn(&mut crate::domain::party::SubProcessor);
    let cases: &[(Change, &[&str])] = &[
        (|_| {}, &[]),
        (|s| s.party.contact.clear(), &["LC-24"]),
        (|s| s.service = " ".into(), &["LC-24"]),
        (|s| s.place = "USA".into(), &["LC-30"]),
        (|s| s.place = "Schweiz".into(), &["LC-30"]),
        (|s| s.place = "Atlantis".into(), &["LC-30"]),
        (
            |s| s.mechanism = "Standardvertragsklauseln".into(),
            &["LC-30"],
        ),
        (
            |s| {
                s.place = "USA".into();
                s.mechanism = "Data Privacy Framework".into();
            },
            &[],
        ),
        (
            |s| {
                s.place = "USA".into();
                s.mechanism = "Art. 49 DSGVO".into();
            },
            &["LC-30"],
        ),
    ];
    for (change, expected) in cases {
        let mut operator = operator.clone();
        change(&mut operator.sub_processors[0]);
        let version = Version {
            operator: Some(&operator),
            ..Version::of(&contract)
        };
        let failed: Vec<&str> = checks(&version)
            .iter()
            .filter(|f| f.failed())
            .map(|f| f.id)
            .collect();
        assert_eq!(failed, *expected, "{:?}", operator.sub_processors[0]);
    }
}

#[test]
fn every_check_has_an_outcome_and_the_questions_are_asked() {
    let findings = checks(&Version::of(&Contract::embedded().unwrap()));
    for number in 1..=55 {
        let id = format!("LC-{number:02}");
        assert!(findings.iter().any(|finding| finding.id == id), "{id}");
    }
    // What a person is asked besides questions at passages.
    for id in [
        "LC-04", "LC-07", "LC-13", "LC-18", "LC-19", "LC-23", "LC-31", "LC-37", "LC-38", "LC-41",
        "LC-50", "LC-52", "LC-53", "LC-54",
    ] {
        let is_asked = |finding: &Finding| {
            finding.id == id && finding.outcome == CheckResult::Confirm && finding.asked.is_none()
        };
        assert!(findings.iter().any(is_asked), "{id}");
    }
    // Where only words were compared nothing is called right.
    let met = findings
        .iter()
        .filter(|finding| finding.outcome == CheckResult::Met);
    assert!(
        met.into_iter()
            .all(|finding| finding.kind == CheckKind::Decided)
    );
}

#[test]
fn a_list_typed_by_hand_is_read_row_by_row() {
    let table = |row: &str| {
        let text = format!(
            "| Unternehmen | Anschrift | Kontakt | Aufgabe | Ort | Grundlage |\n|---|---|---|---|---|---|\n{row}\n"
        );
        let found = after(
            "de/anlage-unter",
            "{generate=sub-processors}\n:::\n:::\n",
            &format!("{{generate=sub-processors}}\n:::\n:::\n\n{text}"),
        );
        let mut ids: Vec<&str> = ids(&found);
        ids.retain(|id| *id != "LC-47"); // the other language has no such table
        ids.join(" ")
    };
    assert_eq!(
        table("| A GmbH | Weg 1, Köln | Frau B | Hosting | Deutschland | |"),
        ""
    );
    assert_eq!(
        table("| A GmbH | Weg 1, Köln | Frau B | | Deutschland | |"),
        "LC-24"
    );
    assert_eq!(
        table("| A GmbH | | Frau B | Hosting | Deutschland | |"),
        "LC-24"
    );
    assert_eq!(table("| A Inc. | 5th St | Mr B | Mail | USA | |"), "LC-30");
    assert_eq!(
        table("| A GmbH | Weg 1, Köln | Frau B | Hosting | Deutschland | SCCs |"),
        "LC-30"
    );
    assert_eq!(
        table("| A Inc. | 5th St | Mr B | Mail | USA | DPF 4711 |"),
        ""
    );
    for none in ["keine", "n/a", "—", "nicht erforderlich", "offen"] {
        let of = |country: &str| {
            table(&format!(
                "| A | Weg 1 | Frau B | Hosting | {country} | {none} |"
            ))
        };
        assert_eq!(of("Tschechische Republik"), "", "{none}");
        assert_eq!(of("Indien"), "LC-30", "{none}");
    }
    for (row, failed) in [
        (
            "| A | Weg 1 | Frau B | Hosting | UK | Angemessenheitsbeschluss |",
            "",
        ),
        (
            "| A | Weg 1 | Frau B | Hosting | Indien | Angemessenheitsbeschluss |",
            "LC-30",
        ),
        (
            "| A | Weg 1 | Frau B | Hosting | Indien | SCC Modul 3 |",
            "",
        ),
        (
            "| A | Weg 1 | Frau B | Hosting | Indien | DPF 4711 |",
            "LC-30",
        ),
        (
            "| A | Weg 1 | Frau B | Hosting | USA | Zertifikat DPF 49491 |",
            "",
        ),
        ("| A | Weg 1 | Frau B | Hosting | Musterstadt | |", "LC-30"),
        (
            "| A | Weg 1 | Frau B | Hosting | USA | Art. 49 DSGVO |",
            "LC-30",
        ),
    ] {
        assert_eq!(table(row), failed, "{row}");
    }
    // Every row is reported, at its own line.
    let text = "| Firma | Sitz | Ansprechperson | Tätigkeit | Verarbeitungsort | Übermittlung |\n|---|---|---|---|---|---|\n| A | Weg 1 | B | | Köln, DE | – |\n| C | Weg 2 | D | Mail | USA | |\n| E | Weg 3 | F | | Ghana | |\n";
    let found = after(
        "de/anlage-unter",
        "{generate=sub-processors}\n:::\n:::\n",
        &format!("{{generate=sub-processors}}\n:::\n:::\n\n{text}"),
    );
    let places: Vec<(&str, &str)> = found
        .iter()
        .filter(|one| one.id != "LC-47")
        .map(|one| (one.id, one.place.as_deref().unwrap()))
        .collect();
    let at = |line| format!("de/anlage-unterauftragsverarbeiter.dj:{line}");
    let (first, second, third) = (at(9), at(10), at(11));
    assert_eq!(
        places,
        [
            ("LC-24", first.as_str()),
            ("LC-24", &third),
            ("LC-30", &second),
            ("LC-30", &third)
        ]
    );
}

#[test]
fn the_shipped_text_fails_a_check_alone_when_its_passage_is_gone() {
    let files = |from: &str, to: &str| {
        let files: Vec<(&str, String)> = EMBEDDED
            .iter()
            .map(|(p, t)| (*p, t.replace(from, to)))
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
        let contract = Contract::from_files(&files).unwrap();
        let failed: Vec<&'static str> = checks(&Version::of(&contract))
            .iter()
            .filter(|f| f.failed())
            .map(|f| f.id)
            .collect();
        failed
    };
    assert!(files("\u{0}", "").is_empty(), "{:?}", files("\u{0}", ""));
    for (from, to, id) in [
        (".subject ", "", "LC-04"),
        (".nature ", "", "LC-06"),
        (".purpose ", "", "LC-07"),
        (".delimitation", ".definitions", "LC-24"),
        (".breach", ".definitions", "LC-34"),
        (".objection", ".definitions", "LC-44"),
        ("breach_hours = 24", "breach_hours = 96", "LC-34"),
        ("24\\ Stunden", "96\\ Stunden", "LC-47"),
        ("notice_days = 14", "notice_days = 0", "LC-22"),
        (
            "authorisation = \"general\"",
            "authorisation = \"\"",
            "LC-21",
        ),
        ("number = \"1.0\"", "number = \"\"", "LC-46"),
        ("[title]\nde = \"", "[title]\nde = \"2021/915 ", "LC-51"),
        (".tom-logging", ".tom-integrity", "LC-19"),
        ("{generate=parties}", "{generate=chain}", "LC-01"),
    ] {
        let failed = files(from, to);
        assert!(failed.contains(&id), "{from}: {failed:?}");
        let kin: &[&str] = match id {
            "LC-01" => &["LC-01", "LC-02"],
            _ => &[id],
        };
        assert!(failed.iter().all(|f| kin.contains(f)), "{from}: {failed:?}");
    }
}
