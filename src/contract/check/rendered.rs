//! LC-53: the PDF is readable for everybody: title, language, structure, bookmarks, fonts inside.

use lopdf::{Dictionary, Document, Object};

use super::{Finding, Severity, Version};

/// One finding per PDF; a question if none was made.
pub(super) fn check(version: &Version<'_>) -> Vec<Finding> {
    if version.pdfs.is_empty() {
        let text =
            "Ist das PDF zugänglich? Erzeugen Sie es, damit die Prüfung es beantworten kann.";
        return vec![Finding::question("LC-53", Severity::Warn, text, None)];
    }
    let one = |(language, bytes): &(crate::domain::Language, Vec<u8>)| {
        let lacking = lacking(bytes);
        let text = match lacking.as_slice() {
            [] => "Das PDF hat Titel, Sprache, Struktur, Lesezeichen und eingebettete Schriften."
                .to_owned(),
            list => format!("Dem PDF fehlt: {}.", list.join(", ")),
        };
        let at = Some(format!("{}.pdf", language.code()));
        Finding::new("LC-53", Severity::Warn, lacking.is_empty(), text, at)
    };
    version.pdfs.iter().map(one).collect()
}

fn lacking(bytes: &[u8]) -> Vec<&'static str> {
    let Ok(pdf) = Document::load_mem(bytes) else {
        return vec!["eine lesbare Datei"];
    };
    let catalog = pdf.catalog().ok();
    let has = |key: &[u8]| catalog.is_some_and(|catalog| catalog.has(key));
    let info = pdf
        .trailer
        .get(b"Info")
        .and_then(|info| pdf.dereference(info))
        .and_then(|(_, info)| info.as_dict())
        .ok();
    let fonts: Vec<&Dictionary> = pdf
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|dict| {
            dict.get(b"Type")
                .is_ok_and(|t| *t == Object::Name(b"FontDescriptor".to_vec()))
        })
        .collect();
    let embedded = |font: &&Dictionary| {
        [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"]
            .iter()
            .any(|key| font.has(key))
    };
    let facts = [
        (info.is_some_and(|info| info.has(b"Title")), "der Titel"),
        (has(b"Lang"), "die Sprache"),
        (
            has(b"StructTreeRoot") && has(b"MarkInfo"),
            "die Struktur aus Überschriften und Tabellen",
        ),
        (has(b"Outlines"), "das Lesezeichenverzeichnis"),
        (
            !fonts.is_empty() && fonts.iter().all(embedded),
            "eine eingebettete Schrift",
        ),
    ];
    facts
        .iter()
        .filter(|(ok, _)| !ok)
        .map(|(_, what)| *what)
        .collect()
}
