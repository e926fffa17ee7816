//! Whether a finished PDF is accessible to readers who do not see the page (LC-53).

use lopdf::{Dictionary, Document, Object};

/// German names of what a PDF lacks: title, language, structure, bookmarks, fonts inside. Empty if
/// nothing is missing. Characters that are printed as an empty box are named, too (T-14).
pub fn lacking(bytes: &[u8]) -> Vec<String> {
    let Ok(pdf) = Document::load_mem(bytes) else {
        return vec!["eine lesbare Datei".to_owned()];
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
        .map(|(_, what)| (*what).to_owned())
        .chain(unreadable(bytes))
        .collect()
}

/// Names the characters that none of our fonts can draw.
fn unreadable(bytes: &[u8]) -> Option<String> {
    let words = super::attached::printed_words(bytes).unwrap_or_default();
    let boxes = super::fonts::undrawn(&words);
    let named = |c: &char| format!("„{c}“ (U+{:04X})", *c as u32);
    let list: Vec<String> = boxes.iter().take(20).map(named).collect();
    (!list.is_empty()).then(|| {
        format!("ein Bild für diese Zeichen: {}; gedruckt wird ein leeres Kästchen, ersetzen Sie sie im Text", list.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::lacking;

    /// The portal's own pages lack nothing: see `the_file_is_sound_tagged_small_and_reproducible`.
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
        assert!(!lacks.iter().any(|what| what == "die Sprache"));
    }
}
