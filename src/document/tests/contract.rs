//! Documents like those of the contract resolver, built by hand.

use chrono::{NaiveDate, TimeZone as _, Utc};

use crate::contract::tree::{
    Alignment, Block, Definition, Document, Inline, Item, List, ListStyle, Section, Table,
};
use crate::document::Frame;
use crate::domain::Language;

/// The frame of a concluded agreement.
pub fn frame() -> Frame {
    Frame {
        number: "AVV-2026-123".to_owned(),
        version: "1.0".to_owned(),
        date: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
        customer_number: "4711".to_owned(),
        document_hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
            .to_owned(),
        draft: false,
        language: Language::De,
        created: Utc.with_ymd_and_hms(2026, 11, 22, 13, 5, 7).unwrap(),
        operator_name: "Beispielnetz GmbH".to_owned(),
        title: "Vertrag zur Auftragsverarbeitung".to_owned(),
        online: String::new(),
    }
}

pub fn text(words: &str) -> Vec<Inline> {
    vec![Inline::Text(words.to_owned())]
}

pub fn paragraph(words: &str) -> Block {
    Block::Paragraph(text(words))
}

/// A document of these blocks.
pub fn document(blocks: Vec<Block>) -> Document {
    Document {
        language: Language::De,
        title: text("Vertrag zur Auftragsverarbeitung"),
        version: "1.0".to_owned(),
        date: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
        standing: String::new(),
        blocks,
        translation: None,
    }
}

pub fn section(
    level: u8,
    label: Option<&str>,
    title: &str,
    annex: bool,
    blocks: Vec<Block>,
) -> Block {
    let id = format!(
        "{}-{}",
        label.unwrap_or("ohne").replace(' ', "-"),
        title.len()
    );
    Block::Section(Section {
        id,
        level,
        label: label.map(str::to_owned),
        title: text(title),
        annex,
        blocks,
    })
}

pub fn list(style: ListStyle, items: Vec<Vec<Block>>) -> Block {
    let roman = [
        "i.", "ii.", "iii.", "iv.", "v.", "vi.", "vii.", "viii.", "ix.", "x.",
    ];
    let items = items.into_iter().zip(1_u32..).map(|(blocks, number)| {
        let index = number as usize - 1;
        Item {
            label: match style {
                ListStyle::Paragraphs => format!("({number})"),
                ListStyle::Decimal => format!("{number}."),
                ListStyle::Letters => format!("{})", char::from(b'a' + (index % 26) as u8)),
                ListStyle::Roman => roman[index % 10].to_owned(),
                ListStyle::Bullets => "•".to_owned(),
                ListStyle::Dashes => "–".to_owned(),
                ListStyle::Plain => String::new(),
            },
            number,
            id: None,
            blocks,
        }
    });
    Block::List(List {
        style,
        items: items.collect(),
    })
}

pub fn table(caption: &str, head: &[&str], rows: Vec<Vec<&str>>, legend: Option<&str>) -> Block {
    let cell = |words: &str| {
        let mut cell = Vec::new();
        for (index, line) in words.split('|').enumerate() {
            if index > 0 {
                cell.push(Inline::Break);
            }
            cell.push(Inline::Text(line.to_owned()));
        }
        cell
    };
    let mut alignments = vec![Alignment::Start; head.len()];
    if head.len() == 4 {
        alignments[3] = Alignment::End;
    }
    Block::Table(Table {
        id: format!("tabelle-{}", caption.len()),
        caption: if caption.is_empty() {
            Vec::new()
        } else {
            text(caption)
        },
        head: head.iter().map(|words| text(words)).collect(),
        alignments,
        rows: rows
            .iter()
            .map(|row| row.iter().map(|words| cell(words)).collect())
            .collect(),
        legend: legend.map(text),
    })
}

fn pair(term: &str, lines: &[&str]) -> Definition {
    let mut inlines = Vec::new();
    for line in lines {
        if !inlines.is_empty() {
            inlines.push(Inline::Break);
        }
        inlines.push(Inline::Text((*line).to_owned()));
    }
    Definition {
        term: text(term),
        blocks: vec![Block::Paragraph(inlines)],
    }
}

const SENTENCES: [&str; 8] = [
    "Der Auftragsverarbeiter verwendet personenbezogene Daten nur so, wie es dieser Vertrag und die dokumentierten Weisungen des Auftraggebers zulassen.",
    "Weisungen gibt der Auftraggeber in Textform; mündliche Weisungen bestätigt er noch am selben Arbeitstag.",
    "Hält der Auftragsverarbeiter eine Weisung für rechtswidrig, so weist er den Auftraggeber unverzüglich darauf hin und darf ihre Ausführung aussetzen, bis der Auftraggeber sie bestätigt oder ändert.",
    "Wer an der Verarbeitung mitwirkt, ist auf Vertraulichkeit verpflichtet und mit den Datenschutzbestimmungen vertraut, die für seine Tätigkeit gelten.",
    "Technische und organisatorische Maßnahmen dürfen weiterentwickelt werden, solange das Schutzniveau der Verfügbarkeitskontrolle, Zugriffskontrolle und Weitergabekontrolle nicht sinkt.",
    "Störungen, Verletzungen des Schutzes personenbezogener Daten und Prüfungen einer Aufsichtsbehörde meldet der Auftragsverarbeiter binnen 24 Stunden, nachdem er davon erfahren hat.",
    "Die Telekommunikationsüberwachungsverordnung sowie § 3 TDDDG und Art. 32 Abs. 1 DSGVO bleiben unberührt.",
    "Einzelheiten zu Rufnummernverwaltung, Anrufweiterschaltung und Einzelverbindungsnachweisen stehen in der Leistungsbeschreibung.",
];

fn sentences(from: usize, count: usize) -> String {
    (from..from + count)
        .map(|index| SENTENCES[index % 8])
        .collect::<Vec<_>>()
        .join(" ")
}

fn clause(number: usize, title: &str) -> Block {
    let rich = Block::Paragraph(vec![
        Inline::Text("Für Anfragen betroffener Personen gilt ".to_owned()),
        Inline::Reference {
            id: "Anlage-2-37".to_owned(),
            text: "Anlage 2".to_owned(),
        },
        Inline::Text(". Der ".to_owned()),
        Inline::Strong(text("Auftragsverarbeiter")),
        Inline::Text(" antwortet ihnen ".to_owned()),
        Inline::Emphasis(text("nicht selbst")),
        Inline::Text(", sondern leitet sie weiter; siehe ".to_owned()),
        Inline::Link {
            target: "https://www.beispielnetz.example/datenschutz/auftragsverarbeitung/fragen"
                .to_owned(),
            content: text(
                "https://www.beispielnetz.example/datenschutz/auftragsverarbeitung/fragen",
            ),
        },
        Inline::Text(".".to_owned()),
    ]);
    let letters = list(
        ListStyle::Letters,
        vec![
            vec![paragraph(SENTENCES[number % 8])],
            vec![
                paragraph(SENTENCES[(number + 3) % 8]),
                list(
                    ListStyle::Roman,
                    vec![
                        vec![paragraph("Stammdaten der Beschäftigten,")],
                        vec![paragraph("Verkehrsdaten im Sinne von § 3 Nr. 70 TKG,")],
                        vec![paragraph(
                            "Inhaltsdaten nur, soweit ein Leistungsmerkmal sie speichert.",
                        )],
                    ],
                ),
            ],
            vec![paragraph(
                "alle übrigen Pflichten aus Art. 28 Abs. 3 DSGVO.",
            )],
        ],
    );
    section(
        1,
        Some(&format!("{number}")),
        title,
        false,
        vec![list(
            ListStyle::Paragraphs,
            vec![
                vec![paragraph(&sentences(number, 2))],
                vec![paragraph(&sentences(number + 2, 1)), letters],
                vec![rich],
                vec![
                    paragraph(&sentences(number + 3, 2)),
                    paragraph(SENTENCES[(number + 5) % 8]),
                ],
            ],
        )],
    )
}

/// About twelve pages of a realistic contract.
pub fn realistic(language: Language) -> Document {
    let parties = Block::Definitions(vec![
        pair(
            "Auftraggeber",
            &[
                "Łukasz Dvořák GmbH & Co. KG – Müßiggang",
                "Köpenicker Straße 12 a",
                "10997 Berlin",
                "Kundennummer 4711",
            ],
        ),
        pair(
            "Auftragsverarbeiter",
            &["Beispielnetz GmbH", "Rudi-Conin-Straße 5 a", "50829 Köln"],
        ),
        pair(
            "Unterauftragsverarbeiter (Vertriebspartner)",
            &["Muster IT-Systemhaus GmbH, Hafenweg 1, 48155 Münster"],
        ),
        pair(
            "Unterunterauftragsverarbeiter (Untervertriebspartner)",
            &["Nord-TK GbR, Am Sandtorkai 77, 20457 Hamburg"],
        ),
    ]);
    let titles = [
        "Gegenstand und Dauer",
        "Art und Zweck der Verarbeitung",
        "Weisungen",
        "Vertraulichkeit",
        "Technische und organisatorische Maßnahmen",
        "Weitere Auftragsverarbeiter in der Kette der Vertriebspartner und Untervertriebspartner",
        "Rechte der betroffenen Personen",
        "Meldung von Datenschutzverletzungen",
        "Nachweise und Prüfungen",
        "Ende des Vertrags",
        "Haftung",
        "Schlussbestimmungen",
    ];
    let mut blocks = vec![
        paragraph(
            "Zwischen den folgenden Parteien wird dieser Vertrag nach Art. 28 DSGVO geschlossen:",
        ),
        parties,
    ];
    blocks.extend(
        titles
            .iter()
            .zip(1..)
            .map(|(title, number)| clause(number, title)),
    );
    let products = table(
        "Produkte und Datenarten",
        &[
            "Produkt",
            "Datenarten",
            "Betroffene Personen",
            "Frist in Tagen",
        ],
        (0..24)
            .map(|index| match index % 3 {
                0 => vec![
                    "Telefonanlage in der Cloud",
                    "Name, Rufnummer, Durchwahl, Verbindungsdaten, Anruflisten",
                    "Beschäftigte, Anrufende",
                    "180",
                ],
                1 => vec![
                    "SIP-Anschluss",
                    "Rufnummern, Einzelverbindungsnachweise, Portierungsdaten",
                    "Anschlussinhaber|Mitbenutzer",
                    "1.095",
                ],
                _ => vec![
                    "Mobilfunk",
                    "Bestandsdaten, Standortdaten (Funkzelle), Verkehrsdaten",
                    "Beschäftigte mit dienstlichem Gerät",
                    "7",
                ],
            })
            .collect(),
        Some("Fristen beginnen mit dem Ende der jeweiligen Verbindung."),
    );
    let measures = list(
        ListStyle::Bullets,
        vec![
            vec![paragraph(
                "Zutrittskontrolle: Rechenzentren mit Vereinzelungsanlage und Besucherbegleitung",
            )],
            vec![
                paragraph("Zugangskontrolle:"),
                list(
                    ListStyle::Dashes,
                    vec![
                        vec![paragraph("persönliche Kennungen mit zweitem Faktor")],
                        vec![paragraph("Sperre nach zehn Fehlversuchen")],
                    ],
                ),
            ],
            vec![paragraph(SENTENCES[4])],
        ],
    );
    blocks.push(section(
        1,
        Some("Anlage 1"),
        "Produkte, Datenarten und betroffene Personen",
        true,
        vec![paragraph(SENTENCES[7]), products],
    ));
    blocks.push(section(
        1,
        Some("Anlage 2"),
        "Technische und organisatorische Maßnahmen",
        true,
        vec![
            section(
                2,
                Some("1"),
                "Vertraulichkeit",
                false,
                vec![
                    measures.clone(),
                    section(
                        3,
                        Some("1.1"),
                        "Schlüsselverwaltung",
                        false,
                        vec![paragraph(SENTENCES[0])],
                    ),
                ],
            ),
            section(
                2,
                Some("2"),
                "Verfügbarkeit und Belastbarkeit",
                false,
                vec![paragraph(&sentences(3, 3)), measures],
            ),
        ],
    ));
    Document {
        language,
        ..document(blocks)
    }
}
