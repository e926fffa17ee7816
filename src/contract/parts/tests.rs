//! Parts of a version are added, removed and renamed.
#![expect(clippy::unwrap_used, reason = "a test may fail")]
use super::*;
use crate::contract::{Contract, Meta, shipped};

#[test]
fn parts_come_go_and_change_their_name() {
    let files = shipped();
    assert_eq!(
        stems(&files),
        [
            "vertrag",
            "anlage-produkte",
            "anlage-tom",
            "anlage-unterauftragsverarbeiter",
            "anlage-ansprechpersonen",
            "massnahmen",
            "produkte/centraflex",
            "produkte/mehrstandort-sip-trunk",
            "produkte/sip-trunk"
        ]
    );
    let (more, stem) = add(&files, PartKind::Annex, "anlage-neu", "Neu *und* {#x}").unwrap();
    assert_eq!(
        (stem.as_str(), annexes(&more).last().unwrap().as_str()),
        ("anlage-neu", "anlage-neu")
    );
    let contract = Contract::from_map(&more).unwrap();
    assert_eq!(contract.meta.annexes.len(), 5);
    // A reference to an annex follows its new name.
    let (renamed, _) = rename(&more, "anlage-tom", "anlage-massnahmen").unwrap();
    Contract::from_map(&renamed).unwrap();
    assert!(!renamed.values().any(|text| text.contains("](#anlage-tom)")));
    let less = remove(&more, "anlage-neu").unwrap();
    assert_eq!(
        less.keys().collect::<Vec<_>>(),
        files.keys().collect::<Vec<_>>()
    );
    // So does what the page of conclusion says of a product; it goes with it.
    let summaries = |files: &Files| -> Vec<String> {
        let meta = Contract::from_map(files).unwrap().meta;
        meta.summaries.into_keys().collect()
    };
    let (renamed, _) = rename(&files, "produkte/centraflex", "cloud").unwrap();
    assert_eq!(
        summaries(&renamed),
        ["cloud", "mehrstandort-sip-trunk", "sip-trunk"]
    );
    let less = remove(&renamed, "produkte/sip-trunk").unwrap();
    assert_eq!(summaries(&less), ["cloud", "mehrstandort-sip-trunk"]);
    let (product, stem) = add(&files, PartKind::Product, "neu", "Neues Produkt").unwrap();
    assert_eq!(stem, "produkte/neu");
    assert!(
        Contract::from_map(&product)
            .unwrap()
            .product_codes()
            .contains(&"neu")
    );
    let without = remove(&files, MEASURES).unwrap();
    assert!(!without.contains_key("de/massnahmen.dj"));
    let (again, stem) = add(&without, PartKind::Measures, "", "Zutritt").unwrap();
    assert_eq!(
        (stem.as_str(), annexes(&again)),
        (MEASURES, annexes(&files))
    );
    for (result, refusal) in [
        (
            add(&files, PartKind::Measures, "", "x"),
            VersionRefusal::NameTaken,
        ),
        (rename(&files, MEASURES, "x"), VersionRefusal::NoSuchPart),
        (
            add(&files, PartKind::Annex, "../x", "x"),
            VersionRefusal::BadName,
        ),
        (
            add(&files, PartKind::Annex, "", "x"),
            VersionRefusal::BadName,
        ),
        (
            add(&files, PartKind::Annex, "produkte/x", "x"),
            VersionRefusal::BadName,
        ),
        (
            add(&files, PartKind::Annex, "anlage-tom", "x"),
            VersionRefusal::NameTaken,
        ),
        (rename(&files, "vertrag", "x"), VersionRefusal::NoSuchPart),
        (
            rename(&files, "anlage-tom", "anlage-produkte"),
            VersionRefusal::NameTaken,
        ),
        (
            rename(&files, "gibtsnicht", "x"),
            VersionRefusal::NoSuchPart,
        ),
    ] {
        assert_eq!(result.unwrap_err(), refusal);
    }
    assert_eq!(
        remove(&files, "vertrag").unwrap_err(),
        VersionRefusal::NoSuchPart
    );
}

#[test]
fn values_are_written_where_they_belong() {
    let toml = shipped()["contract.toml"].clone();
    let mut text = set(&toml, None, "number", &quoted("2.0 \"x\\"));
    text = set(&text, None, "breach_hours", "");
    text = set(&text, None, "standard_clauses", &quoted("abc"));
    text = set(&text, Some("change_note"), "de", &quoted("Neu"));
    text = set(&text, Some("numbering.de"), "sections", "[\"§ 1\"]");
    let meta = Meta::parse(&text).unwrap();
    assert_eq!(
        (meta.number.as_str(), meta.breach_hours),
        ("2.0 \"x\\", None)
    );
    assert_eq!(
        (meta.change_note.de.as_str(), meta.annexes.len()),
        ("Neu", 4)
    );
    assert_eq!(meta.standard_clauses.as_deref(), Some("abc"));
    assert_eq!(meta.numbering.de.sections.len(), 1);
    assert!(
        text.starts_with("# Facts about this version"),
        "comments stay"
    );
    let before = Meta::parse(&toml).unwrap();
    assert_eq!((meta.title, meta.date), (before.title, before.date));
}

#[test]
fn a_table_on_one_line_is_written_in_too() {
    let text = "# Oben\nnumber = \"1\"\ntitle = { de = \"Alt\", en = \"Old\" }\ndate = 2026-01-01\n\n[change_note]\nde = \"x\"\n";
    let out = set(text, Some("title"), "de", &quoted("Neu \"hier\""));
    let table: toml::Table = out.parse().unwrap();
    assert_eq!(table["title"]["de"].as_str(), Some("Neu \"hier\""));
    assert_eq!(table["title"]["en"].as_str(), Some("Old"));
    assert_eq!(table["change_note"]["de"].as_str(), Some("x"));
    assert!(out.starts_with("# Oben\nnumber = \"1\"\ndate"), "{out}");
}
