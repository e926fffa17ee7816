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

/// The complete contract with a text behind the list of processors, and what its author says of columns.
fn with_table(text: &str, columns: &str) -> Contract {
    let mut files: BTreeMap<String, String> = FILES
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    for (path, file) in &mut files {
        if path.contains("anlage-unter") {
            file.push_str(text);
        } else if path == "contract.toml" && !columns.is_empty() {
            file.push_str(&format!("\n[columns]\n{columns}\n"));
        }
    }
    Contract::from_map(&files).unwrap()
}

const STRANGE: &str = "\n| Partner | Wo | Wofür | Erreichbar | Papier |\n|---|---|---|---|---|\n| A Inc., 5th St 1 | Indien, aus den eigenen Räumen in Pune | Mail | a@a.example | |\n| B GmbH, Weg 2 | Deutschland, aus dem eigenen Haus in Köln | Hosting | b@b.example | |\n";

#[test]
fn columns_that_are_not_understood_are_named_by_the_author() {
    let found = |columns: &str| -> Vec<(&'static str, String, bool)> {
        let contract = with_table(STRANGE, columns);
        let all = checks(&Version::of(&contract));
        let here = all
            .into_iter()
            .filter(|one| matches!(one.id, "LC-24" | "LC-30"));
        here.map(|one| (one.id, one.explanation.clone(), one.failed()))
            .collect()
    };
    // A head and the addresses of mail tell two columns; nobody read the rows: that is said, and nothing about them.
    let unread = found("");
    let warning = unread.iter().find(|(_, _, failed)| *failed).unwrap();
    assert!(
        warning.1.contains("„Partner“, „Wo“, „Papier“"),
        "{unread:?}"
    );
    let said = &unread.iter().find(|(id, ..)| *id == "LC-30").unwrap().1;
    assert!(
        said.contains("Gelesen wurde keine Zeile") && said.contains("nicht gelesen"),
        "{said}"
    );
    // Named, its rows are read, each with its own line.
    let named = "\"partner\" = \"name\"\n\"wo\" = \"place\"\n\"wofür\" = \"service\"\n\"erreichbar\" = \"contact\"\n\"papier\" = \"mechanism\"";
    let read = found(named);
    let failed: Vec<&str> = read
        .iter()
        .filter(|(_, _, failed)| *failed)
        .map(|(id, ..)| *id)
        .collect();
    assert_eq!(failed, ["LC-30"], "{read:?}");
    assert!(
        read.iter()
            .any(|(_, text, _)| text.contains("„A Inc., 5th St 1“"))
    );
    // It is no list at all.
    let none = ["partner", "wo", "wofür", "erreichbar", "papier"]
        .map(|key| format!("\"{key}\" = \"other\""));
    let none = found(&none.join("\n"));
    assert!(!none.iter().any(|(_, _, failed)| *failed), "{none:?}");
    // What the author says goes before what the head says.
    let table = STRANGE.replace("Papier", "Grundlage");
    let contract = with_table(&table, "\"grundlage\" = \"other\"\n\"wo\" = \"place\"");
    let tables = check::processor_tables(&contract);
    let last = tables[0].columns.last().unwrap();
    assert_eq!(last.understood, Some(meta::Column::Mechanism));
    assert_eq!(last.said, Some(meta::Column::Other));
    assert!(tables[0].is_read && tables[0].columns[0].sample == "A Inc., 5th St 1");
}

#[test]
fn columns_are_written_into_the_facts_and_taken_back() {
    let files: BTreeMap<String, String> = FILES
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let key = meta::column_key("Ort = (Land) \"EU\"", 2);
    assert_eq!(key, "ort land eu");
    assert_eq!(meta::column_key(" – ", 2), "spalte 2");
    let said = [
        (key.clone(), Some(meta::Column::Place)),
        ("x".to_owned(), None),
    ];
    let written = check::name_columns(&files, &said).unwrap();
    let of = |files: &BTreeMap<String, String>| Meta::parse(&files["contract.toml"]).unwrap();
    assert_eq!(of(&written).columns[&key], meta::Column::Place);
    let back = check::name_columns(&written, &[(key, None)]).unwrap();
    assert!(of(&back).columns.is_empty());
    assert_eq!(of(&back).title, of(&files).title);
}

/// As a font with European letters has them.
fn draws(character: char) -> bool {
    u32::from(character) < 0x2E00
}

#[test]
fn lc_53_characters_the_pdf_cannot_print_are_named_at_every_line() {
    let text = "\nΣύμβαση, договор, ₿? 中文 und 中文.\n\nשלום\n\n| Firma | Ort | Dienst |\n|---|---|---|\n| A | B | C |\n| A | 😀 | C |\n\n(1) *ﷲ*\n";
    let contract = with_table(text, "");
    let version = Version {
        draws: Some(draws),
        ..Version::of(&contract)
    };
    let mut found = checks(&version);
    found.retain(|one| one.id == "LC-53" && one.blocks());
    let first = FILES
        .iter()
        .find(|(path, _)| *path == "de/anlage-unterauftragsverarbeiter.dj")
        .map(|(_, text)| text.lines().count())
        .unwrap();
    for language in ["de", "en"] {
        let at = |line: usize| {
            let place = format!(
                "{language}/anlage-unterauftragsverarbeiter.dj:{}",
                first + line
            );
            let one = found.iter().find(|one| one.place.as_ref() == Some(&place));
            one.map(|one| one.explanation.as_str()).unwrap_or_default()
        };
        assert!(
            at(2).contains("„中“ (U+4E2D, ostasiatische Schrift), „文“ (U+6587"),
            "{found:#?}"
        );
        assert!(!at(2).contains('Σ') && !at(2).contains('д'));
        assert!(
            at(4).contains("hebräische Schrift, von rechts nach links"),
            "{found:#?}"
        );
        assert!(at(9).contains("„😀“ (U+1F600, Bildzeichen)"), "{found:#?}");
        assert!(at(11).contains("U+FDF2, arabische Schrift"), "{found:#?}");
    }
    // Also in what is filled in.
    let plain = Contract::from_files(FILES).unwrap();
    let mut operator = sample_values(Language::De, true).operator;
    for (name, blocks) in [("Łódź Σ Д – € ☑", false), ("株式会社", true)] {
        operator.sub_processors[0].party.name = name.to_owned();
        let version = Version {
            operator: Some(&operator),
            draws: Some(draws),
            ..Version::of(&plain)
        };
        let found = checks(&version);
        let is_named = |one: &Finding| one.id == "LC-53" && one.blocks();
        assert_eq!(found.iter().any(is_named), blocks, "{name}");
    }
    let shipped = Contract::embedded().unwrap();
    let version = Version {
        draws: Some(draws),
        ..Version::of(&shipped)
    };
    assert!(
        !checks(&version)
            .iter()
            .any(|one| one.id == "LC-53" && one.failed())
    );
}
