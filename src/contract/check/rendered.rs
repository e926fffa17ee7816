//! LC-53: the PDF is accessible: title, language, structure, bookmarks, embedded fonts.

use super::{Finding, Severity, Version};

/// One finding per PDF; a question if none was made.
pub(super) fn check(version: &Version<'_>) -> Vec<Finding> {
    if version.pdfs.is_empty() {
        let text =
            "Ist das PDF zugänglich? Erzeugen Sie es, damit die Prüfung es beantworten kann.";
        return vec![Finding::question("LC-53", Severity::Warn, text, None)];
    }
    let one = |(language, lacking): &(crate::domain::Language, Vec<String>)| {
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
