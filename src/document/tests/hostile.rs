//! Texts that may break the renderer, in every place where a text can be.

use super::contract::{document, frame, list, paragraph, section, table, text};
use super::reading::body;
use crate::contract::tree::{Block, Definition, Document, ListStyle};
use crate::document::render;

/// Names and texts that have caused errors somewhere.
pub const NASTY: [&str; 22] = [
    "Łukasz Dvořák GmbH & Co. KG – Müßiggang",
    "Mu\u{308}ller & So\u{308}hne A\u{30A}ngstro\u{308}m e. K.",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsverwaltungsangestelltenbetriebsratsvorsitz",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
    "https://www.beispiel.example/ein/sehr/langer/pfad/mit_unterstrichen/und?frage=1&antwort=zweiundvierzig#abschnitt-der-nicht-endet",
    "vorname.nachname+vertraege-zur-auftragsverarbeitung@abteilung-fuer-datenschutz.beispielnetz.example",
    "<script>alert(1)</script> {{7*7}} ${x} | a | b | </td> # H1",
    "[x](javascript:alert(1)) (unausgeglichen \\ ) ( \\( <</JS (app.alert)>> endobj",
    "🏳️‍🌈 Regenbogen 👩‍👩‍👧 Familie 🚀",
    "华为技术有限公司 東京電力株式会社",
    "Ελληνικά Кириллица Ünïcödé İstanbul Škoda Œuvre ﬁ",
    "Tiếng Việt Đặng Thị Ngọc Ánh",
    "\u{202E}verkehrt\u{202C} \u{200B}null\u{200D}breit\u{FEFF} \u{7}Glocke\u{0}",
    "z\u{336}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}a\u{30A}l\u{30B}g\u{30C}o",
    "nicht\u{A0}trennbares\u{202F}Leerzeichen und\u{2011}Bindestrich",
    "„Anführung“ ‚einfach‘ »Guillemets« – Gedanke — Strich … § 3 € 100 ½ № ™ ©",
    "Müller-Lüdenscheidt-Klöbner-von-und-zu-Hohenlohe-Schillingsfürst/Österreich-Ungarn/Kakanien",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "'; DROP TABLE customer; --",
    "RECHTSANWALTSKAMMERZULASSUNGSBESCHEINIGUNGSNUMMERNVERZEICHNISVERWALTUNG",
];

/// One hostile text in every place where a text can be.
pub fn everywhere(hostile: &str) -> Document {
    let nested = list(
        ListStyle::Letters,
        vec![vec![
            paragraph(hostile),
            list(
                ListStyle::Roman,
                vec![vec![
                    paragraph(hostile),
                    list(ListStyle::Dashes, vec![vec![paragraph(hostile)]]),
                ]],
            ),
        ]],
    );
    let pairs = vec![Definition {
        term: text(hostile),
        blocks: vec![paragraph(hostile)],
    }];
    document(vec![
        Block::Definitions(pairs),
        section(
            1,
            Some("1"),
            hostile,
            false,
            vec![
                list(
                    ListStyle::Paragraphs,
                    vec![vec![paragraph(hostile), nested]],
                ),
                section(2, Some("1.1"), hostile, false, vec![paragraph(hostile)]),
            ],
        ),
        section(
            1,
            Some("Anlage 1"),
            hostile,
            true,
            vec![table(
                "Übersicht",
                &["Name", "Anschrift", "Aufgabe", "Frist"],
                vec![
                    vec![&hostile.replace('|', "/"), "", "", ""],
                    vec!["", &hostile.replace('|', "/"), "", ""],
                ],
                Some("Ende"),
            )],
        ),
    ])
}

/// Heads of the tables used here, as poppler prints them.
const HEADS: [&str; 2] = [
    "Name Anschrift Aufgabe Frist\n",
    "Produkt Datenarten Betroffene Personen\nFrist in\nTagen\n",
];

/// The text with only the first occurrence of a part.
fn once(text: &str, part: &str) -> String {
    let after = text.find(part).map_or(0, |at| at + part.len());
    let (head, rest) = text.split_at(after);
    format!(
        "{head}{}",
        if after == 0 {
            rest.to_owned()
        } else {
            rest.replace(part, "")
        }
    )
}

/// The text of a document as printed, without title block and closing line.
pub fn printed(document: &Document) -> String {
    let mut frame = frame();
    frame.document_hash = String::new();
    let pdf = render(document, &frame).expect("every text can be printed");
    let text = body(&pdf.bytes);
    // Heads are repeated on the pages a table continues on; in the tree they occur only once.
    let text = HEADS.iter().fold(text, |text, head| once(&text, head));
    let start = text.find("AVV-2026-123").expect("the title block is there") + "AVV-2026-123".len();
    text[start..].to_owned()
}
