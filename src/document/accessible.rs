//! What a finished PDF has for readers who do not see the page (LC-53).

use lopdf::{Dictionary, Document, Object};

/// German names of what a PDF lacks: title, language, structure, bookmarks, fonts inside. Empty: it
/// has everything.
pub fn lacking(bytes: &[u8]) -> Vec<&'static str> {
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

#[cfg(test)]
mod tests {
    use super::lacking;

    /// The portal's own pages lack nothing: `the_file_is_sound_tagged_small_and_reproducible`.
    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(lacking(b"%PDF-1.7"), ["eine lesbare Datei"]);
        let mut bare = lopdf::Document::with_version("1.7");
        let pages = bare.add_object(lopdf::dictionary! { "Type" => "Pages", "Kids" => Vec::<lopdf::Object>::new(), "Count" => 0 });
        let catalog = bare.add_object(
            lopdf::dictionary! { "Type" => "Catalog", "Pages" => pages, "Lang" => lopdf::Object::string_literal("de") },
        );
        bare.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        assert!(bare.save_to(&mut bytes).is_ok());
        let lacks = lacking(&bytes);
        assert_eq!(lacks.len(), 4, "{lacks:?}");
        assert!(!lacks.contains(&"die Sprache"));
    }
}
