//! Every problem is found, with its line and what to do.

use super::*;

/// The problems of a main text, as lines of text.
fn problems(main: &str) -> Vec<String> {
    let found = contract(main, &[]).err().unwrap_or_default();
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn each_mistake_is_named_with_its_line() {
    let cases: &[(&str, usize, &str)] = &[
        ("# A\n\nText :kunde:.\n", 3, "Platzhalter „:kunde:“"),
        ("# A\n\num 14:30:00 Uhr\n", 3, "als „\\:“"),
        ("# A\n\n{if=monday}\nText\n", 3, "Bedingung „monday“"),
        (
            "# A\n\n{generate=magic}\n:::\n:::\n",
            3,
            "erzeugten Block „magic“",
        ),
        (
            "# A\n\n{generate=chain}\n:::\nText\n:::\n",
            3,
            "muss leer sein",
        ),
        (
            "# A\n\n{generate=chain}\nText\n",
            3,
            "über einem leeren Block",
        ),
        ("# A\n\nSiehe [](#weg).\n", 3, "„#weg“, das es nicht gibt"),
        (
            "{#a}\n# A\n\nText\n\n{#a}\n# B\n",
            7,
            "„a“ gibt es schon (de/vertrag.dj:2)",
        ),
        ("{#Abc}\n# A\n", 2, "„Abc“ ist nicht erlaubt"),
        ("# A\n\n{#p}\nText\n", 3, "„p“ kann hier nicht stehen"),
        ("# A\n\n[hier](https://x.de)\n", 3, "Linktext „hier“"),
        ("# A\n\n[Here!](https://x.de)\n", 3, "Linktext „Here!“"),
        (
            "# A\n\n[Text](ftp://x.de/y)\n",
            3,
            "„ftp://x.de/y“ ist nicht erlaubt",
        ),
        ("# A\n\n[Text](javascript:alert)\n", 3, "ist nicht erlaubt"),
        ("# A\n\n[Text](seite.html)\n", 3, "ist nicht erlaubt"),
        ("# A\n\n[Text][fehlt]\n", 3, "hat kein Ziel"),
        ("# A\n\n[](https://x.de)\n", 3, "fehlt der Text"),
        ("# A\n\n![Bild](https://x.de/a.png)\n", 3, "Bilder gibt es"),
        ("# A\n\n`<b>`{=html}\n", 3, "HTML und anderer roher Text"),
        ("# A\n\n``` =html\n<b>\n```\n", 3, "HTML und andere rohe"),
        ("# A\n\nText[^1]\n", 3, "Der Fußnote „1“ fehlt der Text"),
        (
            "# A\n\n[^x]: Note\n",
            3,
            "Auf die Fußnote „x“ verweist nichts",
        ),
        ("# A\n\n> # B\n", 3, "In einem Zitat"),
        (
            "# A\n\n| a | b |\n|---|---|\n| 1 | 2\n",
            5,
            "wie eine Tabellenzeile",
        ),
        ("# A\n\n::: contact\nStraße\n", 3, "endet nicht"),
        ("# A\n\n{marks=x}\n- a\n", 3, "„x“ zählt nicht"),
        ("# A\n\n{-alt-}\n", 3, "Streichungen"),
        ("# A\n\n{.tag}\n\nText\n", 3, "gehört zu keinem Block"),
        ("# A\n\n{farbe=rot}\nText\n", 3, "„farbe“ gibt es nicht"),
        ("# A\n\n{.legend}\nText\n", 3, "direkt nach einer Tabelle"),
        (
            "# A\n\n| a | b |\n|---|---|\n| 1 |\n^ C\n",
            5,
            "nicht so viele Zellen",
        ),
        ("# A\n\n- # Kopf\n", 3, "keine Überschrift"),
        ("##### A\n", 1, "bis zur vierten Ebene"),
        (
            "# A\n\n{if=draft}\n:::\n## B\n:::\n\nverwaist\n",
            8,
            "außerhalb ihres bedingten",
        ),
        (
            "# A\n\n{if=draft}\n(1) {#x}\n    Text\n\nSiehe [](#x).\n",
            7,
            "nur unter einer Bedingung",
        ),
        (
            "# A\n\n- {if=draft #x}\n  Text\n- Siehe [](#x).\n",
            5,
            "nur unter einer Bedingung",
        ),
    ];
    for (main, line, words) in cases {
        let found = problems(main);
        let place = format!("de/vertrag.dj:{line}: ");
        assert!(
            found
                .iter()
                .any(|p| p.starts_with(&place) && p.contains(words)),
            "{main}\nwants {place}… {words}\ngot {found:#?}"
        );
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let cases = [
        "- ".repeat(2000),
        "- ".repeat(30),
        "a) ".repeat(1000),
        format!("{}- ", " ".repeat(5000)),
        format!("- {}", "> ".repeat(2000)),
        ">".repeat(5000),
        "::: a\n".repeat(3000),
        "*a _b ".repeat(500) + "x" + &"_*".repeat(500),
        "[".repeat(300) + &"](https://x.de)".repeat(300),
        "{".to_owned() + &"a\n".repeat(5000),
        "![".repeat(50_000),
    ];
    for text in cases {
        let found = problems(&format!("# A\n\n{text}x\n")).join("\n");
        let start: String = text.chars().take(12).collect();
        assert!(found.contains("zu tief verschachtelt"), "{start} … {found}");
    }
    assert!(problems(&format!("# A\n\n{}x\n", "- ".repeat(8))).is_empty());
    // The Djot parser looks for a free name for each of them, from the first one on.
    let found = problems(&"# a\n\n".repeat(100_000)).join("\n");
    assert!(found.contains("zu viele Überschriften"), "{found}");
}

#[test]
fn files_that_are_missing_or_too_many_are_named() {
    let main = "# A\n\nText\n";
    let toml = super::toml("[\"de\", \"en\"]", "\"anlage-tom\"");
    let found = Contract::from_files(&[
        ("contract.toml", &toml),
        ("de/vertrag.dj", main),
        ("de/anlage-tomm.dj", main),
    ])
    .unwrap_err();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[0].starts_with("de/anlage-tom.dj:1: Die Datei fehlt."));
    assert!(found[1].starts_with("de/anlage-tomm.dj:1: Diese Datei gehört zu keinem Teil"));
    assert!(
        Contract::from_files(&[]).unwrap_err()[0]
            .to_string()
            .contains("contract.toml:1")
    );
}

#[test]
fn a_folder_names_all_its_mistakes_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    let read = || {
        let found = Contract::read_dir(folder.path()).unwrap_err();
        found
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<String>>()
    };
    write("LIESMICH.txt", b"zum Ordner");
    write("de/vertrag.dj", b"# A\n\nGr\xfc\xdfe :foo:\n");
    write("de/quelle.md", b"# Quelle\n");
    write("en/contract.md", b"# Contract\n");
    write("de/anlage-a.dj", b"Text\n");
    let found = read();
    let places: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let expected = [
        "contract.toml:1:",
        "de/anlage-a.dj:1:",
        "de/anlage-a.dj:1:",
        "de/vertrag.dj:3:",
        "de/vertrag.dj:3:",
        "en/contract.md:1:",
    ];
    assert_eq!(places, expected, "{found:#?}");
    assert!(found[4].contains("nicht in UTF-8"), "{found:#?}");

    write(
        "contract.toml",
        b"numer = \"1\"\ndate = \"gestern\"\nlanguages = [\"fr\"]\n\n[title]\nde = 1\n",
    );
    let found = read();
    for (place, words) in [
        ("contract.toml:1: ", "„binding“ fehlt"),
        ("contract.toml:1: ", "„numer“ gibt es nicht"),
        ("contract.toml:2: ", "„date“ ist nicht lesbar"),
        (
            "contract.toml:3: ",
            "„languages“ ist nicht lesbar: unknown variant",
        ),
        ("contract.toml:5: ", "„title“ ist nicht lesbar"),
        ("de/vertrag.dj:3: ", ":foo:"),
    ] {
        let named = |line: &String| line.starts_with(place) && line.contains(words);
        assert!(found.iter().any(named), "{place}{words}\n{found:#?}");
    }
}

#[test]
fn contract_toml_is_checked_with_its_line() {
    let good = super::toml("[\"de\"]", "");
    let cases = [
        (good.replace("2026-09-01", "\"gestern\""), 2, "nicht lesbar"),
        (good.replace("notice_days", "notice_day"), 7, "nicht lesbar"),
        (good.replace("[\"de\"]", "[\"en\"]"), 1, "„binding“"),
        (
            good.replace("Mustervertrag", " "),
            1,
            "„Titel, Deutsch“ ist leer",
        ),
        (
            format!("{good}[numbering.de]\nsections = [\"x\"]\n"),
            14,
            "„x“ ist kein Muster",
        ),
        (good.replace("general", "maybe"), 6, "nicht lesbar"),
    ];
    for (toml, line, words) in cases {
        let problem = Meta::parse(&toml).unwrap_err();
        assert!(
            problem.line == line && problem.message.contains(words),
            "{problem}\n{toml}"
        );
    }
    assert_eq!(Meta::parse(&good).unwrap().notice_days, 14);
}

#[test]
fn annexes_and_products_have_their_own_headings() {
    let find = |more: &[(&str, &str)]| {
        let found = contract("# A\n\nText\n", more).unwrap_err();
        found
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(
        find(&[("de/anlage-a.dj", "# A\n\nx\n\n# B\n")])
            .contains("de/anlage-a.dj:5: Eine Anlage hat nur einen Titel")
    );
    assert!(find(&[("de/anlage-a.dj", "## A\n")]).contains("beginnt mit ihrem Titel"));
    assert!(
        find(&[("de/anlage-a.dj", "Text\n\n# A\n")]).contains("de/anlage-a.dj:1: Vor der ersten")
    );
    assert!(find(&[("de/produkte/p.dj", "# A\n")]).contains("beginnt mit ##"));
    let pointing = "{#b}\n## B\n\nSiehe [](#b).\n";
    assert!(contract("# A\n\nText\n", &[("de/produkte/p.dj", pointing)]).is_ok());
    let found = contract("# A\n\nSiehe [](#b).\n", &[("de/produkte/p.dj", pointing)]).unwrap_err();
    assert!(
        found[0].message.contains("nur unter einer Bedingung"),
        "{found:?}"
    );
}

/// A block that is inserted and contains its own generator would never end.
#[test]
fn no_part_is_put_into_itself() {
    for (block, path) in [
        ("products", "de/produkte/centraflex.dj"),
        ("measures", "de/produkte/centraflex.dj"),
        ("products", "de/massnahmen.dj"),
        ("measures", "de/massnahmen.dj"),
    ] {
        let main = "# A\n\n{generate=products}\n:::\n:::\n\n{generate=measures}\n:::\n:::\n";
        let part = format!("## P\n\nText.\n\n- x\n\n  {{generate={block}}}\n  :::\n  :::\n");
        let calm = "## M\n\nText.\n\n- x\n";
        let found = contract(
            main,
            &[
                (
                    "de/massnahmen.dj",
                    if path.contains("mass") { &part } else { calm },
                ),
                (
                    "de/produkte/centraflex.dj",
                    if path.contains("mass") { calm } else { &part },
                ),
            ],
        )
        .unwrap_err();
        let wanted = format!("{path}:7: Der Block „{block}“ kann hier nicht stehen");
        assert!(found[0].to_string().starts_with(&wanted), "{found:#?}");
    }
}
