//! The text that the engine writes: values, generated blocks, links and ids.

use strum::VariantArray as _;

use super::*;
use crate::contract::tree::{Block, Inline};

#[test]
fn missing_values_say_so() {
    let mut values = sample_values(Language::De, false);
    values.partner = None;
    values.customer.represented_by = " \u{200b}".into();
    let main =
        "# A\n\n:partner-name: :sub-partner-email: :conclusion-date: :customer-represented-by:\n";
    let document = contract(main, &[]).unwrap().resolve(&values, Language::De);
    let text = text::plain(&document);
    assert!(text.ends_with(
        "(kein Vertriebspartner) (kein Untervertriebspartner) (wird beim Abschluss eingetragen) (nicht angegeben)\n"
    ), "{text}");
}

#[test]
fn every_placeholder_has_its_value_once_concluded() {
    let mut values = sample_values(Language::De, true);
    values.conclusion = Some(sample::sample_conclusion(Language::De, "7f3a"));
    let main: String = vocabulary::Placeholder::VARIANTS
        .iter()
        .fold("# A\n".to_owned(), |text, p| {
            format!("{text}\n:{}:\n", p.word())
        });
    let text = text::plain(&contract(&main, &[]).unwrap().resolve(&values, Language::De));
    let lines: Vec<&str> = text
        .lines()
        .skip(4)
        .filter(|line| !line.is_empty())
        .collect();
    let expected = [
        "Plusnet GmbH",
        "Musterallee 55, 50829 Köln",
        "Amtsgericht Köln, HRB 12345",
        "Dr. Anna Beispiel",
        "avv@plusnet.example",
        "0221 4710-123",
        "Bäckerei Özdemir & Söhne GmbH & Co. KG",
        "Bahnhofstraße 7, 45879 Gelsenkirchen",
        "4711",
        "Elif Özdemir",
        "Muster IT GmbH",
        "Hohe Straße 12, 44139 Dortmund",
        "Jana Köhler",
        "datenschutz@muster-it.example",
        "Nord-TK GbR",
        "Hafenweg 3, 24103 Kiel",
        "Ole Hansen",
        "info@nord-tk.example",
        "Tengo Centraflex und Mehrstandort-SIP-Trunk mit UMS-Option",
        "2.1",
        "1. September 2026",
        "Dr. Katharina Überschär",
        "datenschutz@plusnet.example",
        "widerspruch@plusnet.example",
        "dritten",
        "Elif Özdemir",
        "Geschäftsführerin",
        "24. November 2026, 13:20 Uhr MEZ",
        "AVV-2026-4711-1-7KQ2M8",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn generated_blocks_name_the_whole_chain() {
    let main = "# A\n\n{generate=parties}\n:::\n:::\n\n{generate=chain}\n:::\n:::\n\n{generate=sub-processors}\n:::\n:::\n\n{generate=contacts}\n:::\n:::\n\n{generate=conclusion}\n:::\n:::\n";
    let contract = contract(main, &[]).unwrap();
    let mut values = sample_values(Language::De, true);
    let draft = contract.resolve(&values, Language::De);
    let text = text::plain(&draft);
    for part in [
        "Auftraggeber (Verantwortlicher):\n\n    Bäckerei Özdemir & Söhne GmbH & Co. KG\n    Bahnhofstraße 7, 45879 Gelsenkirchen\n    Amtsgericht Gelsenkirchen, HRA 4711\n    vertreten durch Elif Özdemir\n    Kundennummer 4711\n",
        "Unterunterauftragsverarbeiter (Untervertriebspartner):\n\n    Nord-TK GbR\n    Hafenweg 3, 24103 Kiel\n    beauftragt von Muster IT GmbH\n",
        "Unternehmen\tAufgabe\tOrt der Verarbeitung\tBeauftragt von\nMuster IT GmbH / Hohe Straße 12, 44139 Dortmund / Jana Köhler / datenschutz@muster-it.example\tVertriebspartner",
        "\tDeutschland\tPlusnet GmbH\nNord-TK GbR",
        "Weisungen empfängt:\n\n    Plusnet GmbH\n    Kundenbetreuung\n    avv@plusnet.example\n    0221 4710-123, montags",
    ] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    assert!(!text.contains("Prüfsumme"));
    assert!(html::article(&draft).contains(
        "<th scope=\"row\" role=\"rowheader\">Nord-TK GbR <small>Hafenweg 3, 24103 Kiel<br>"
    ));

    values.conclusion = Some(sample::sample_conclusion(Language::De, &text::hash(&draft)));
    let concluded = contract.resolve(&values, Language::De);
    let text = text::plain(&concluded);
    assert!(
        text.contains(&format!("    {}\n", text::hash(&draft))),
        "{text}"
    );
    assert!(text.contains("    Ich bin berechtigt, die Bäckerei Özdemir & Söhne GmbH & Co. KG bei diesem Vertrag zu vertreten.\n    Ich habe"), "{text}");
    assert_eq!(article_words(&concluded), text::words(&concluded));
}

#[test]
fn a_transfer_mechanism_gets_its_own_column() {
    let contract = contract("# A\n\n{generate=sub-processors}\n:::\n:::\n", &[]).unwrap();
    let mut values = sample_values(Language::De, false);
    values.operator.sub_processors[0].mechanism = "Standardvertragsklauseln".into();
    let document = contract.resolve(&values, Language::De);
    let Block::Section(section) = &document.blocks[0] else {
        panic!()
    };
    let Block::Table(table) = &section.blocks[0] else {
        panic!()
    };
    assert!(table.rows.iter().all(|row| row.len() == table.head.len()));
    let last: Vec<String> = table
        .rows
        .iter()
        .map(|row| tree::plain(row.last().unwrap()))
        .collect();
    assert_eq!(last, ["entfällt", "Standardvertragsklauseln"]);
}

#[test]
fn product_annexes_are_sections_of_the_annex_that_asks_for_them() {
    let annex = "# Produkte\n\nEinleitung.\n\n## Allgemeines\n\nText.\n\n{generate=products}\n:::\n:::\n\n## Danach\n\nText.\n";
    let product = "## Centraflex\n\nText.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n^ Daten\n";
    let document = document(
        "# A\n\nText.\n",
        &[
            ("de/anlage-produkte.dj", annex),
            ("de/produkte/centraflex.dj", product),
        ],
    );
    let Block::Section(annex) = &document.blocks[1] else {
        panic!()
    };
    let headings: Vec<String> = annex
        .blocks
        .iter()
        .filter_map(|b| match b {
            Block::Section(s) => Some(format!(
                "{} {}",
                s.label.as_deref().unwrap(),
                tree::plain(&s.title)
            )),
            _ => None,
        })
        .collect();
    // The second covered product has no file here: its absence must be visible.
    assert_eq!(
        headings,
        [
            "1.1 Allgemeines",
            "1.2 Centraflex",
            "1.3 Mehrstandort-SIP-Trunk mit UMS-Option",
            "1.4 Danach"
        ]
    );
}

#[test]
fn p_05_an_option_has_a_file_of_its_own_or_stands_in_that_of_its_product() {
    let annex = "# Produkte\n\n{generate=products}\n:::\n:::\n";
    let main = "# A\n\n{if=\"product:trunk_fax\"}\nEs wird gefaxt.\n\nEnde.\n";
    let text_of = |files: &[(&str, &str)], options: &[&str]| {
        let mut values = sample_values(Language::De, false);
        let option = |code: &&str| values::CoveredOption {
            code: (*code).to_owned(),
            name: code.to_uppercase(),
            name_en: code.to_uppercase(),
        };
        values.products = vec![values::CoveredProduct {
            code: "trunk".to_owned(),
            name: "Trunk mit Optionen".to_owned(),
            name_en: "Trunk".to_owned(),
            options: options.iter().map(option).collect(),
        }];
        let mut all = vec![("de/anlage-produkte.dj", annex)];
        all.extend(files);
        let contract = contract(main, &all).unwrap();
        text::plain(&contract.resolve(&values, Language::De))
    };
    let (whole, fax) = (
        ("de/produkte/trunk.dj", "## Trunk\n\nAnschluss.\n"),
        ("de/produkte/trunk_fax.dj", "## Fax\n\nFaxe.\n"),
    );
    let lacks = "keine Produktanlage";
    for (files, options, says, silent) in [
        (
            &[whole, fax][..],
            &["fax"][..],
            &["Anschluss.", "Faxe.", "gefaxt"][..],
            &[lacks][..],
        ),
        (
            &[whole, fax],
            &[],
            &["Anschluss."],
            &["Faxe.", "gefaxt", lacks],
        ),
        (
            &[whole, fax],
            &["journal"],
            &["Anschluss."],
            &["Faxe.", "gefaxt", lacks],
        ),
        (&[whole], &["fax"], &["Anschluss.", "gefaxt"], &[lacks]),
        (&[fax], &["fax"], &["Faxe."], &["Anschluss.", lacks]),
        (
            &[fax],
            &["fax", "journal"],
            &["Faxe.", lacks],
            &["Anschluss."],
        ),
        (&[fax], &[], &[lacks], &["Faxe."]),
    ] {
        let text = text_of(files, options);
        for words in says {
            assert!(
                text.contains(words),
                "{files:?} {options:?}: {words}: {text}"
            );
        }
        for words in silent {
            assert!(
                !text.contains(words),
                "{files:?} {options:?}: {words}: {text}"
            );
        }
    }
}

#[test]
fn addresses_are_links_and_stay_whole() {
    let mut values = sample_values(Language::De, false);
    values.operator.objection_email =
        crate::domain::EmailAddress::parse("a&b=c?d#e@x.example").ok();
    let document = contract("# A\n\n:objection-email:\n", &[])
        .unwrap()
        .resolve(&values, Language::De);
    let Block::Section(section) = &document.blocks[0] else {
        panic!()
    };
    assert_eq!(
        section.blocks,
        [Block::Paragraph(vec![Inline::Link {
            target: "mailto:a%26b%3Dc%3Fd%23e@x.example".into(),
            content: vec![Inline::Text("a&b=c?d#e@x.example".into())],
        }])]
    );
}

#[test]
fn an_id_the_page_uses_itself_is_renamed_everywhere() {
    let html = html::article(&document(
        "{#abschluss}\n# Abschluss\n\nSiehe [](#abschluss).\n",
        &[],
    ));
    assert!(
        html.contains("<section id=\"vertrag-abschluss\"")
            && html.contains("href=\"#vertrag-abschluss\""),
        "{html}"
    );
}

#[test]
fn headings_break_at_their_joints_and_hold_no_link_inside_a_link() {
    let document = document(
        "{#a}\n# Auftragsverarbeiter :operator-email: [](#a)\n\nText.\n",
        &[],
    );
    let article = html::article(&document);
    assert!(article.contains("Auftrags&shy;verarbeiter <a href=\"mailto:avv@plusnet.example\">"));
    let toc = html::toc(&document);
    assert_eq!(toc.matches("<a ").count(), 1, "{toc}");
    assert!(
        toc.contains("<span>Auftrags&shy;verarbeiter avv@plusnet.example Ziffer&nbsp;1</span>"),
        "{toc}"
    );
}

const MEASURES: &str = "{#zutritt .tom-physical}\n## Zutritt\n\nNiemand Fremdes kommt hinein.\n\n- Die Tür ist zu.\n\n## Zugang\n\nNur Befugte melden sich an.\n\n- Jeder hat ein Konto.\n";
const ANNEX: &str = "# Maßnahmen\n\n## Geltung\n\nSie gelten überall.\n\n{generate=measures}\n:::\n:::\n\n## Danach\n\nSiehe [](#zutritt).\n";

#[test]
fn measures_are_groups_of_the_annex_that_asks_for_them() {
    let plain = text::plain(&document(
        "# A\n\nText.\n",
        &[("de/anlage-tom.dj", ANNEX), ("de/massnahmen.dj", MEASURES)],
    ));
    let order = [
        "Anlage 1 Maßnahmen",
        "1.1 Geltung",
        "1.2 Zutritt\n\nNiemand Fremdes kommt hinein.\n\n• Die Tür ist zu.",
        "1.3 Zugang",
        "1.4 Danach\n\nSiehe Anlage\u{a0}1 Ziffer\u{a0}1.2.",
    ]
    .map(|part| {
        plain
            .find(part)
            .unwrap_or_else(|| panic!("{part}: {plain}"))
    });
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn measures_are_printed_or_named_as_missing() {
    let read = |more: &[(&str, &str)]| contract("# A\n\nText.\n", more).unwrap_err()[0].to_string();
    let found = read(&[("de/massnahmen.dj", MEASURES)]);
    assert!(
        found.starts_with("de/massnahmen.dj:1: Die Maßnahmen stehen in keiner Anlage"),
        "{found}"
    );
    let annex = ANNEX.replace("[](#zutritt)", "oben");
    let found = read(&[("de/anlage-tom.dj", &annex)]);
    assert!(
        found.starts_with("de/anlage-tom.dj:7: Hier sollen die Maßnahmen stehen"),
        "{found}"
    );
    let found = read(&[
        ("de/anlage-tom.dj", ANNEX),
        ("de/massnahmen.dj", &MEASURES.replacen("## ", "# ", 1)),
    ]);
    assert!(
        found.starts_with("de/massnahmen.dj:2: Eine Gruppe von Maßnahmen beginnt mit ##"),
        "{found}"
    );
    // Text that is printed only under a condition is no target for other text.
    let some = ANNEX.replace("{generate=measures}", "{if=draft generate=measures}");
    let found = read(&[("de/anlage-tom.dj", &some), ("de/massnahmen.dj", MEASURES)]);
    assert!(found.contains("steht nur unter einer Bedingung"), "{found}");
}

/// LC-17: a group has an aim and measures.
#[test]
fn a_group_without_aim_or_measure_is_found() {
    for (from, to, line) in [
        ("Nur Befugte melden sich an.\n\n", "", Some(8)),
        ("- Jeder hat ein Konto.", "Jeder hat ein Konto.", Some(8)),
        ("Konto", "Benutzerkonto", None),
    ] {
        let measures = MEASURES.replace(from, to);
        let files = [
            ("de/anlage-tom.dj", ANNEX),
            ("de/massnahmen.dj", measures.as_str()),
        ];
        let contract = contract("# A\n\nText.\n", &files).unwrap();
        let findings = check::checks(&check::Version::of(&contract));
        let whole = findings.iter().find(|f| {
            f.id == "LC-17" && f.place.as_deref().is_some_and(|p| p.contains("massnahmen"))
        });
        let place = line.map(|line| format!("de/massnahmen.dj:{line}"));
        assert_eq!(whole.and_then(|f| f.place.clone()), place, "{to}");
        assert_eq!(whole.is_some_and(check::Finding::blocks), line.is_some());
    }
}
