//! All words are kept: our own texts with the structures and errors of real contracts (requirements
//! 1.8), through import, HTML, text and PDF.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::measure::drafted_from;
use super::*;
use crate::contract::html as page;
use crate::contract::tree::{Block as Node, Document, ListStyle, plain};

const SAAS: &str = include_str!("samples/saas.md");
const ADDENDUM: &str = include_str!("samples/nachtrag.md");
const GERMAN: &str = include_str!("samples/vereinbarung-de.txt");
const ENGLISH: &str = include_str!("samples/vereinbarung-en.txt");
const SERVICE: &str = include_str!("samples/leistung.txt");

pub(super) fn drafted(sources: &[(&str, &str)]) -> (Draft, Vec<Document>) {
    let sources: Vec<Source<'_>> = sources
        .iter()
        .map(|(name, text)| Source::text(name, text))
        .collect();
    drafted_from(&sources)
}

pub(super) fn text_of(document: &Document) -> String {
    text::plain(document)
}

#[test]
fn every_word_comes_out_once_and_in_order_in_every_form() {
    for (name, source) in [
        ("saas.md", SAAS),
        ("nachtrag.md", ADDENDUM),
        ("vereinbarung-de.txt", GERMAN),
        ("vereinbarung-en.txt", ENGLISH),
        ("leistung.txt", SERVICE),
    ] {
        let (_, documents) = drafted(&[(name, source)]);
        let document = &documents[0];
        let wanted: Vec<String> = words::of_source(source, name.ends_with("md"))
            .into_iter()
            .map(|word| word.text)
            .collect();
        // The text prints the targets of links; pages have them in the link itself.
        let printed =
            text_of(document).replace(" <https://wolkenwerk.example/dienst_%28neu%29>", "");
        assert_eq!(words::of(&printed), wanted, "{name}: text");
        let article = crate::contract::tests::html_words(&page::article(document)).join(" ");
        let printed = words::of(&article);
        let source = words::of_source(source, name.ends_with("md"));
        assert_eq!(words::difference(&source, &printed), None, "{name}: HTML");
    }
}

#[test]
fn sections_tables_and_legends_of_a_service_agreement() {
    let (draft, documents) = drafted(&[("saas.md", SAAS)]);
    let text = text_of(&documents[0]);
    for part in [
        "Vereinbarung zur Auftragsverarbeitung\n\nVersion 3.1",
        "\n1. Begriffe und Rollen\n\n1.1 Begriffe\n\n• „Daten“ sind",
        "\nVerantwortlicher\n\nSie legen",
        "Stammdaten\tName, Anschrift / Kundennummer\tVertrag",
        "Nutzungsdaten\tKlicks | Aufrufe, IP-Adresse\tBetrieb & Sicherheit",
        "Zahlungsdaten\t\tAbrechnung",
        "\n3.1 Einspruch\n",
        "\n5. Verwandte Dokumente\n",
    ] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    // The target without link text is kept as text, with a note.
    assert!(
        draft.notes.iter().any(|n| n.message.contains("„hier“")),
        "{:?}",
        draft.notes
    );
    assert_eq!(tables(&documents[0].blocks), 3);
}

#[test]
fn mixed_lists_of_an_addendum_keep_their_marks_and_nesting() {
    let (_, documents) = drafted(&[("nachtrag.md", ADDENDUM)]);
    let text = text_of(&documents[0]);
    let expected = "a) Im Frontend:

    • Name und Vorname
    • Rolle (z. B. Technikerin)

    Weitere Angaben sind freiwillig.
b) Im Backend:

    1. Anmeldezeit,
    2. Dauer,
    3. Gerät.

Dauer

1. Die Verarbeitung beginnt mit dem Vertrag.
2. Sie endet nach Maßgabe von:

    a) Ablauf der Laufzeit,
    b) Kündigung, und zwar

        i. ordentlich,
        ii. außerordentlich,
    c) Aufhebung.

    Danach gelten die gesetzlichen Fristen.
3. Näheres steht unter Ziffer 4.
";
    assert!(text.contains(expected), "{text}");
    assert!(
        text.contains(
            "\nFernblick GmbH\nRingstraße 5\n52062 Aachen\nE-Mail: datenschutz@fernblick.example\n"
        ),
        "{text}"
    );
}

#[test]
fn two_languages_make_one_version_with_annexes() {
    let (draft, documents) = drafted(&[
        ("vereinbarung-de.txt", GERMAN),
        ("vereinbarung-en.txt", ENGLISH),
    ]);
    let paths: Vec<&str> = draft.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "contract.toml",
            "de/vertrag.dj",
            "de/anlage-1.dj",
            "de/anlage-2.dj",
            "en/vertrag.dj",
            "en/anlage-1.dj",
            "en/anlage-2.dj",
        ]
    );
    let german = text_of(&documents[0]);
    for part in [
        "\n1. Gegenstand und Dauer\n",
        "nach Art. 6 Abs. 1 lit. b) DSGVO und auf Weisung.",
        "\nf) Er prüft regelmäßig.\n\nh) Er löscht auf Verlangen.\ni) Er legt",
        "\na. Weisungen erteilen nur",
        "spätestens am 28. Mai jeden Jahres gesammelt.\n3. Im Übrigen",
        "\n10. Schlussbestimmungen\n",
        "\nAnhang I: Unterauftragnehmer\n",
        "1. Torre de Alcalá S.L.\n    Calle Mayor 12, 5ª planta\n    28801 Alcalá de Henares\n",
        "\nANHANG II: Maßnahmen des Auftragnehmers\n\n1. Zutrittskontrolle\n",
        "• Schlüsselverwaltung\n• Alarmanlage",
    ] {
        assert!(german.contains(part), "{part}\n---\n{german}");
    }
    let english = text_of(&documents[1]);
    for part in [
        "\nd) It helps with requests.\n",
        "6. It names a contact person.",
        "\n3.1 Only in writing\n",
        "3.2 The Contractor shall follow",
        "3.3 The Client shall confirm oral instructions:\n\n    (a) in writing, or\n    (b) by e-mail, and\n\n        (i) with the date,\n        (ii) with the name.\n",
        "\nAnnex I: Sub-processors\n",
    ] {
        assert!(english.contains(part), "{part}\n---\n{english}");
    }
    let annexes = documents[0]
        .blocks
        .iter()
        .filter(|b| matches!(b, Node::Section(s) if s.annex));
    assert_eq!(annexes.count(), 2);
    // A pair with an error is imported as it is; the check says where the trees differ.
    let files: Vec<(&str, &str)> = draft
        .files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    let findings = crate::contract::check::checks(&crate::contract::check::Version::of(
        &Contract::from_files(&files).unwrap(),
    ));
    for id in ["LC-46", "LC-47"] {
        assert!(findings.iter().any(|f| f.id == id && f.blocks()), "{id}");
    }
}

#[test]
fn capitals_tabs_and_terms_of_a_service_description() {
    let (_, documents) = drafted(&[("leistung.txt", SERVICE)]);
    let document = &documents[0];
    assert_eq!(
        plain(&document.title),
        "LEISTUNGSBESCHREIBUNG FUNKBRÜCKE MOBIL"
    );
    let text = text_of(document);
    assert!(
        text.contains("\nLEISTUNGSUMFANG\n\nDer Anbieter stellt dem LEISTUNGSNEHMER"),
        "{text}"
    );
    assert!(
        text.contains("Verbindungsdaten\tBeginn, Ende\t7 Tage"),
        "{text}"
    );
    assert_eq!(tables(&document.blocks), 1);
}

fn tables(blocks: &[Node]) -> usize {
    blocks
        .iter()
        .map(|block| match block {
            Node::Table(_) => 1,
            Node::Section(section) => tables(&section.blocks),
            _ => 0,
        })
        .sum()
}

#[test]
fn footnotes_and_ticks_of_markdown_become_characters() {
    let source = "---\ntitle: \"Vertrag\"\nlayout: page\n---\n\n## 1. Daten\n\nNamen[^n] und Fotos[^f].\n\n- [x] Alarm\n- [ ] Wache\n\n\
                  [^n]: Auch Vornamen.\n[^f]: Nur [^ohne] Ton.\n";
    let (draft, documents) = drafted(&[("vertrag.md", source)]);
    let text = text_of(&documents[0]);
    for line in [
        "Namen¹ und Fotos².",
        "• ☒ Alarm",
        "• ☐ Wache",
        "¹ Auch Vornamen. ² Nur ³ Ton.",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(draft.notes.is_empty(), "{:?}", draft.notes);
}

#[test]
fn a_list_in_a_cell_stays_there() {
    let page = "<nav>Menü</nav><h1>Vertrag</h1><h2>1. Orte</h2><p>Die Orte und das Amt.</p><table>\
        <tr><th>Was</th><th>Wo</th></tr><tr><td>Zutritt</td><td><p>Hier:</p><ul><li>Nord</li><li>Süd</li></ul></td></tr>\
        <tr><td>Weg</td><td><ol type=a><li>Ost</li><li>West</li></ol></td></tr></table>";
    let (_, documents) = drafted(&[("vertrag.html", page)]);
    let text = text_of(&documents[0]);
    assert!(
        text.contains("Zutritt\tHier: / • Nord / • Süd\nWeg\ta. Ost / b. West"),
        "{text}"
    );
    assert!(!text.contains("Menü"), "{text}");
}

#[test]
fn a_page_becomes_what_its_reader_sees() {
    let html = "<html><head><title>x</title><style>p{}</style></head><body><h1>AVV</h1>\
        <h2>1. Zweck</h2><p>Für <b>alle</b> Kunden &amp; Partner: 3 &lt; 4 *</p>\
        <ol type=\"a\" start=\"3\"><li>drei<ul><li>Punkt</li></ul></li><li>vier</li></ol>\
        <table><tr><th>A</th><th>B</th></tr><tr><td>1<br>2</td><td>x|y</td></tr></table>\
        <script>alert(1)</script><h2>2. Ende</h2><p>Zeile<br>zwei</p></body></html>";
    let (_, documents) = drafted(&[("seite.html", html)]);
    let text = text_of(&documents[0]);
    let expected = "AVV\n\n1. Zweck\n\nFür alle Kunden & Partner: 3 < 4 *\n\nc. drei\n\n    • Punkt\nd. vier\n\n\nA\tB\n1 / 2\tx|y\n\n2. Ende\n\nZeile\nzwei\n";
    assert_eq!(text, expected);
    assert!(
        matches!(&documents[0].blocks[0], Node::Section(s) if s.label.as_deref() == Some("1."))
    );
    let lists: Vec<ListStyle> = match &documents[0].blocks[0] {
        Node::Section(s) => s
            .blocks
            .iter()
            .filter_map(|b| match b {
                Node::List(list) => Some(list.style),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    assert_eq!(lists, [ListStyle::Letters]);
    assert!(!text.contains("alert"));
}

mod any_text {
    use proptest::prelude::*;

    use super::*;

    fn fragment() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[A-Za-zäöüßÄÖÜ]{1,12}( [a-zäöüß]{1,9}){0,12}[.,;:]?",
            1 => "\\PC{1,30}",
            1 => "[#*_`<>&\"'|:{}\\[\\]()\\\\ .=%$~^+!/-]{1,12}",
            1 => Just("siehe [Seite](https://x.example/a_(b)) und <a@b.example>".to_owned()),
            1 => Just("**fett** und *betont* mit `code` und &auml; <br> <b>x</b>".to_owned()),
            1 => Just("Art. 28 Abs. 3 lit. a) DSGVO, Cafe\u{301}, soft\u{ad}hyphen, z. B.".to_owned()),
            1 => Just("14:30:00 Uhr :smile: ...".to_owned()),
            1 => "[A-Za-z]{60,160}",
        ]
    }

    fn line() -> impl Strategy<Value = String> {
        let mark = prop_oneof![
            6 => Just(""), 2 => Just("- "), 1 => Just("• "), 1 => Just("– "), 1 => Just("* "),
            2 => Just("1. "), 1 => Just("2. "), 1 => Just("(1) "), 1 => Just("a) "), 1 => Just("b) "),
            1 => Just("c. "), 1 => Just("i. "), 1 => Just("ii) "), 1 => Just("aa) "), 1 => Just("3.1 "),
            1 => Just("3.2. "), 1 => Just("# "), 1 => Just("## "), 1 => Just("### 2. "), 1 => Just("§ 4 "),
            1 => Just("Anhang II: "), 1 => Just("| a | "), 1 => Just("> "), 1 => Just("12. "), 1 => Just("A. "),
            1 => Just("x) "), 1 => Just("---"), 1 => Just("1."), 1 => Just("a\tb\t"), 1 => Just("(iv) "),
        ];
        (
            "( {2}| {4}| {7})?",
            mark,
            fragment(),
            prop_oneof![3 => Just("\n"), 3 => Just("\n\n"), 1 => Just("  \n"), 1 => Just(" |\n")],
        )
            .prop_map(|(indent, mark, text, end)| format!("{indent}{mark}{text}{end}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: crate::contract::tests::cases(96), failure_persistence: crate::domain::seeds::kept("contract_import"), max_shrink_iters: 3000, ..ProptestConfig::default()
        })]

        #[test]
        fn is_imported_word_for_word(lines in prop::collection::vec(line(), 1..24), markdown: bool) {
            let text = lines.concat();
            let name = if markdown { "a.md" } else { "a.txt" };
            let source = [Source::text(name, &text)];
            let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
            match import(&source, today) {
                // Contradictory markup may be treated as text; the note says so. A title that is there
                // twice is taken once.
                Ok(draft) if draft.notes.iter().any(|n| n.message.contains("nur als Text"))
                    || draft.doubts.iter().any(|doubt| doubt.role == Role::LeftOut) => {}
                Ok(draft) => prop_assert_eq!(
                    draft.words.iter().map(|(_, count)| count).sum::<usize>(),
                    words::of_source(&text, markdown).len()
                ),
                Err(problems) => prop_assert!(
                    words::of_source(&text, markdown).is_empty(),
                    "{:?}\n{}", problems, text
                ),
            }
        }
    }
}

/// A3: a text full of unclosed markup is answered as quickly as any text of that size. Not a
/// benchmark: one of them took more than fifteen minutes, and all of them take some seconds.
#[test]
fn a3_signs_without_end_keep_nobody_busy() {
    let start = std::time::Instant::now();
    let many = |sign: &str, bytes: usize| sign.repeat(bytes / sign.len());
    let ahead = format!("Der Vertrag. {}", many("*a_ ", 400_000));
    let of = |text: &str, name: &str| {
        let source = Source::text(name, text);
        // Some are refused, with the place where words would be lost.
        drop(import(&[source], "2026-11-29".parse().unwrap()));
    };
    of(&ahead, "a.md");
    for sign in [
        "*a", "**a ", "_a ", "*a <b* ", "[a*", "](", "![", "[^", "[^a]", "`a ``", "<", "<!--",
        "<a ", "&", "\\", "> ", "| a ", "- ", "1. ", "(a) ", "§ 1 ", "# ", "[a](x) ", "\"a ",
        "{a ", ":a",
    ] {
        for name in ["a.md", "a.html", "a.txt"] {
            of(&format!("Der Vertrag. {}", many(sign, 4_000)), name);
            of(
                &format!("Der Vertrag.\n\n{}", many(&format!("{sign}\n"), 4_000)),
                name,
            );
        }
    }
    let ticks: String = (1..200).rev().map(|n| "`".repeat(n) + " a ").collect();
    of(&ticks, "a.md");
    let seconds = start.elapsed().as_secs();
    assert!(seconds < 600, "{seconds} s");
}
