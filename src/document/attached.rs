//! Reads back what the portal itself wrote: attached files and the text of the pages.

use lopdf::{Dictionary, Document, Object};

/// Name and content of an attached file.
pub type AttachedFile = (String, Vec<u8>);

/// The files attached to a document. Only for files with a valid seal: a stranger's PDF is never
/// parsed.
///
/// # Errors
///
/// If the file was not written by the portal.
pub fn attached_files(file: &[u8]) -> Result<Vec<AttachedFile>, lopdf::Error> {
    let pdf = Document::load_mem(file)?;
    let names = pdf
        .catalog()?
        .get_deref(b"Names", &pdf)?
        .as_dict()?
        .get_deref(b"EmbeddedFiles", &pdf)?
        .as_dict()?
        .get_deref(b"Names", &pdf)?
        .as_array()?;
    let mut out = Vec::new();
    for pair in names.chunks(2) {
        if let [name, entry] = pair {
            let name = String::from_utf8_lossy(name.as_str()?).into_owned();
            out.push((name, content(&pdf, entry)?));
        }
    }
    Ok(out)
}

/// All words of all pages without any space. Only for files with a valid seal.
///
/// # Errors
///
/// If the file was not written by the portal.
pub fn printed_words(file: &[u8]) -> Result<String, lopdf::Error> {
    let pdf = Document::load_mem(file)?;
    let pages: Vec<u32> = pdf.get_pages().into_keys().collect();
    let mut words = pdf.extract_text(&pages)?;
    words.retain(|character| !character.is_whitespace());
    Ok(words)
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
