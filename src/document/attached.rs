//! Reads back what the portal itself wrote: attached files and the words on the pages.

use lopdf::{Dictionary, Document, Object};

/// What stands in a document beside its layout.
#[derive(Debug, Clone, Default)]
pub struct Attached {
    /// Attached files: name and content.
    pub files: Vec<(String, Vec<u8>)>,
    /// All words of all pages without any space.
    pub words: String,
}

/// Takes a document apart. Only for files whose seal holds: a PDF of strangers is never parsed.
///
/// # Errors
///
/// If the file is not what the portal writes.
pub fn attached(file: &[u8]) -> Result<Attached, lopdf::Error> {
    let pdf = Document::load_mem(file)?;
    let names = pdf
        .catalog()?
        .get_deref(b"Names", &pdf)?
        .as_dict()?
        .get_deref(b"EmbeddedFiles", &pdf)?
        .as_dict()?
        .get_deref(b"Names", &pdf)?
        .as_array()?;
    let mut out = Attached::default();
    for pair in names.chunks(2) {
        if let [name, entry] = pair {
            let name = String::from_utf8_lossy(name.as_str()?).into_owned();
            out.files.push((name, content(&pdf, entry)?));
        }
    }
    let pages: Vec<u32> = pdf.get_pages().into_keys().collect();
    out.words = pdf.extract_text(&pages)?;
    out.words.retain(|character| !character.is_whitespace());
    Ok(out)
}

fn content(pdf: &Document, entry: &Object) -> Result<Vec<u8>, lopdf::Error> {
    let entry: &Dictionary = pdf.dereference(entry)?.1.as_dict()?;
    let stream = entry
        .get_deref(b"EF", pdf)?
        .as_dict()?
        .get_deref(b"F", pdf)?
        .as_stream()?;
    stream.decompressed_content()
}
