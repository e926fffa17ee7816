//! Whether an uploaded PDF only shows pages. The scan of a contract on paper is sent to the
//! customer (A12, S-77), so it must not contain scripts, links to programs or embedded files.
//!
//! There are two independent checks: of the raw bytes, and of every object that a parser finds,
//! including compressed ones. Parts that cannot be read are refused.

use lopdf::{Dictionary, Document, LoadOptions, Object};

/// Why a PDF is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPdf {
    /// It contains a script, or sends or changes something by itself.
    Script,
    /// It starts a program or opens another file.
    Launch,
    /// It has embedded files.
    Files,
    /// It is encrypted, so it cannot be checked.
    Locked,
    /// It is damaged, or far more complex than a scan.
    Unreadable,
}

impl BadPdf {
    /// The error message for the field.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Script => {
                "Das PDF enthält ein Skript oder ein Formular, das etwas versendet. Drucken Sie es als neues PDF oder scannen Sie den Vertrag noch einmal"
            }
            Self::Launch => {
                "Das PDF startet ein Programm oder öffnet eine andere Datei. Drucken Sie es als neues PDF oder scannen Sie den Vertrag noch einmal"
            }
            Self::Files => {
                "Im PDF stecken weitere Dateien. Drucken Sie es als neues PDF oder scannen Sie den Vertrag noch einmal"
            }
            Self::Locked => {
                "Das PDF ist verschlüsselt und lässt sich nicht prüfen. Speichern Sie es ohne Passwort und ohne Schutz"
            }
            Self::Unreadable => {
                "Das PDF ist beschädigt oder zu verschachtelt, um es zu prüfen. Drucken Sie es als neues PDF oder scannen Sie den Vertrag noch einmal"
            }
        }
    }
}

/// At most this many streams, more than a contract has; each may unpack to [`LARGEST_STREAM`].
const MOST_STREAMS: usize = 4_000;
/// All object streams together may unpack to this many bytes.
const LARGEST_SUM: usize = 128 * 1024 * 1024;
/// One object stream may unpack to this many bytes.
const LARGEST_STREAM: usize = 16 * 1024 * 1024;
/// Deepest nesting of objects.
const DEEPEST: usize = 200;

/// Names that do not occur in a document that only shows pages.
const BAD: [(&[u8], BadPdf); 17] = [
    (b"JavaScript", BadPdf::Script),
    (b"JS", BadPdf::Script),
    (b"XFA", BadPdf::Script),
    (b"SubmitForm", BadPdf::Script),
    (b"ImportData", BadPdf::Script),
    (b"Rendition", BadPdf::Script),
    (b"RichMedia", BadPdf::Script),
    (b"RichMediaExecute", BadPdf::Script),
    (b"Launch", BadPdf::Launch),
    (b"GoToR", BadPdf::Launch),
    (b"GoToE", BadPdf::Launch),
    (b"Movie", BadPdf::Launch),
    (b"Sound", BadPdf::Launch),
    (b"EmbeddedFile", BadPdf::Files),
    (b"EmbeddedFiles", BadPdf::Files),
    (b"FileAttachment", BadPdf::Files),
    (b"EF", BadPdf::Files),
];
/// Shorter names occur in compressed images by chance, so the raw bytes are not searched for them.
const SHORTEST: usize = 6;
/// The type name of a stream that contains objects.
const OBJECTS: &[u8] = b"ObjStm";

/// Whether a PDF only shows pages. Time and memory are proportional to its size.
///
/// # Errors
///
/// The first reason against it.
pub fn only_shows_pages(file: &[u8]) -> Result<(), BadPdf> {
    let mut packs = 0;
    names(file, |name| {
        packs += usize::from(name == OBJECTS);
        if name.len() < SHORTEST {
            return Ok(());
        }
        named(name)
    })?;
    let streams = count(file, b"stream") / 2;
    if streams > MOST_STREAMS {
        return Err(BadPdf::Unreadable);
    }
    let each = (LARGEST_SUM / streams.max(1)).clamp(32 * 1024, LARGEST_STREAM);
    let options = LoadOptions {
        max_decompressed_size: Some(each),
        ..LoadOptions::default()
    };
    let document = match Document::load_mem_with_options(file, options) {
        Ok(document) => document,
        Err(_) if count(file, b"/Encrypt") > 0 => return Err(BadPdf::Locked),
        Err(_) => return Err(BadPdf::Unreadable),
    };
    if document.is_encrypted() || document.trailer.has(b"Encrypt") {
        return Err(BadPdf::Locked);
    }
    dictionary(&document.trailer, 0)?;
    document
        .objects
        .values()
        .try_for_each(|one| object(one, 0))?;
    // Objects that other programs would find may be in streams that this parser skipped or could
    // not unpack.
    let read = document
        .objects
        .values()
        .filter_map(|one| packed(one, each));
    let read = read.collect::<Result<Vec<()>, _>>()?.len();
    if read < packs || document.get_pages().is_empty() {
        return Err(BadPdf::Unreadable);
    }
    Ok(())
}

/// Checks the text of a stream that contains objects, including parts that no parser would find in
/// it.
fn packed(object: &Object, largest: usize) -> Option<Result<(), BadPdf>> {
    let stream = object.as_stream().ok()?;
    if !stream.dict.has_type(OBJECTS) {
        return None;
    }
    // A stream that this parser cannot unpack is checked as it is; other programs know shorter
    // names of filters.
    let filters = stream.filters().unwrap_or_default();
    if stream.dict.has(b"Filter") && filters != [b"FlateDecode".as_slice()] {
        return Some(Err(BadPdf::Unreadable));
    }
    let text = stream.get_plain_content_with_limit(largest);
    Some(
        text.map_err(|_| BadPdf::Unreadable)
            .and_then(|text| names(&text, named)),
    )
}

fn object(object: &Object, depth: usize) -> Result<(), BadPdf> {
    if depth > DEEPEST {
        return Err(BadPdf::Unreadable);
    }
    match object {
        Object::Name(name) => named(name),
        Object::Array(all) => all.iter().try_for_each(|one| self::object(one, depth + 1)),
        Object::Dictionary(one) => dictionary(one, depth),
        Object::Stream(stream) => dictionary(&stream.dict, depth),
        _ => Ok(()),
    }
}

fn dictionary(all: &Dictionary, depth: usize) -> Result<(), BadPdf> {
    all.iter().try_for_each(|(name, value)| {
        named(name)?;
        object(value, depth + 1)
    })
}

fn named(name: &[u8]) -> Result<(), BadPdf> {
    match BAD.iter().find(|(bad, _)| *bad == name) {
        Some((_, why)) => Err(*why),
        None => Ok(()),
    }
}

/// The names in the raw bytes, in whatever way they are written ("/J#61vaScript").
fn names(file: &[u8], mut look: impl FnMut(&[u8]) -> Result<(), BadPdf>) -> Result<(), BadPdf> {
    let mut name = Vec::new();
    for part in file.split(|byte| *byte == b'/').skip(1) {
        name.clear();
        let mut rest = part.iter().copied();
        while let Some(byte) = rest.next() {
            let is_end = byte.is_ascii_whitespace() || b"\0()<>[]{}%".contains(&byte);
            if is_end || name.len() > 20 {
                break;
            }
            if byte != b'#' {
                name.push(byte);
                continue;
            }
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
            match (digit(), digit()) {
                (Some(high), Some(low)) => name.extend(u8::try_from(high * 16 + low)),
                _ => break,
            }
        }
        look(&name)?;
    }
    Ok(())
}

fn count(file: &[u8], what: &[u8]) -> usize {
    let Some(first) = what.first() else {
        return 0;
    };
    let starts = file.iter().enumerate().filter(|(_, byte)| *byte == first);
    starts
        .filter(|(at, _)| file.get(*at..).is_some_and(|rest| rest.starts_with(what)))
        .count()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use lopdf::{SaveOptions, Stream, dictionary};

    use super::*;

    /// A page, and an entry in its catalog; `packed` puts it into a compressed object stream.
    fn pdf(add: Option<(&str, Object)>, packed: bool) -> Vec<u8> {
        let mut pdf = Document::with_version("1.7");
        let pages = pdf.new_object_id();
        let content = pdf.add_object(Stream::new(dictionary! {}, b"BT ET".to_vec()));
        let page = pdf.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        });
        pdf.objects.insert(
            pages,
            dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }.into(),
        );
        let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => pages };
        if let Some((name, value)) = add {
            let value = pdf.add_object(value);
            catalog.set(name, value);
        }
        let catalog = pdf.add_object(catalog);
        pdf.trailer.set("Root", catalog);
        let mut out = Vec::new();
        if packed {
            let options = SaveOptions::builder()
                .use_object_streams(true)
                .use_xref_streams(true)
                .build();
            pdf.save_with_options(&mut out, options).unwrap();
        } else {
            pdf.save_to(&mut out).unwrap();
        }
        out
    }

    #[test]
    fn a12_a_pdf_that_does_more_than_show_pages_is_refused() {
        let action = |kind: &str| Object::from(dictionary! { "S" => kind });
        let text = |text: &str| Object::string_literal(text);
        let script = dictionary! { "S" => "JavaScript", "JS" => text("app.alert(1)") };
        let bad: Vec<(&str, Object, BadPdf)> = vec![
            ("OpenAction", script.clone().into(), BadPdf::Script),
            ("AA", dictionary! { "WC" => script }.into(), BadPdf::Script),
            (
                "Names",
                dictionary! { "JavaScript" => dictionary! {} }.into(),
                BadPdf::Script,
            ),
            (
                "AcroForm",
                dictionary! { "XFA" => text("x") }.into(),
                BadPdf::Script,
            ),
            ("OpenAction", action("SubmitForm"), BadPdf::Script),
            (
                "OpenAction",
                dictionary! { "S" => "Launch", "F" => text("cmd.exe") }.into(),
                BadPdf::Launch,
            ),
            ("OpenAction", action("GoToR"), BadPdf::Launch),
            ("OpenAction", action("GoToE"), BadPdf::Launch),
            (
                "Names",
                dictionary! { "EmbeddedFiles" => dictionary! {} }.into(),
                BadPdf::Files,
            ),
            (
                "AF",
                vec![dictionary! { "Type" => "Filespec", "EF" => dictionary! {} }.into()].into(),
                BadPdf::Files,
            ),
        ];
        for packed in [false, true] {
            assert_eq!(only_shows_pages(&pdf(None, packed)), Ok(()));
            for (name, value, why) in &bad {
                let file = pdf(Some((name, value.clone())), packed);
                assert_eq!(
                    only_shows_pages(&file),
                    Err(*why),
                    "{name}, packed: {packed}"
                );
            }
        }
        // Written so that a search for the word finds nothing, in a file that no parser can read.
        let hidden = b"%PDF-1.7\n1 0 obj<</S/J#61vaScript/JS(x)>>endobj\n%%EOF";
        assert_eq!(only_shows_pages(hidden), Err(BadPdf::Script));
        // Streams that this parser cannot unpack, and a file that shows no page at all. Written
        // under another name, because the library itself writes no object stream that it is given.
        let mut other = Document::load_mem(&pdf(None, false)).unwrap();
        let kind = dictionary! { "Type" => "ObjXxx", "N" => 1, "First" => 4, "Filter" => "Fl" };
        other.add_object(Stream::new(kind, b"9 0 <<>>".to_vec()));
        let mut abbreviated = Vec::new();
        other.save_to(&mut abbreviated).unwrap();
        let at = abbreviated.windows(6).position(|part| part == b"ObjXxx");
        let at = at.unwrap();
        abbreviated[at..at + 6].copy_from_slice(OBJECTS);
        let unfound = b"9 0 obj<</Type/Obj#53tm>>endobj\n".as_slice();
        let beside = [&pdf(None, false), unfound].concat();
        let unreadable: [&[u8]; 5] = [
            &abbreviated,
            &beside,
            b"%PDF-1.7\nnothing in it",
            b"%PDF-1.4<script>alert(1)</script>",
            &[b"%PDF-1.4 ".as_slice(), &[b's'; 100_000]].concat(),
        ];
        for file in unreadable {
            assert_eq!(only_shows_pages(file), Err(BadPdf::Unreadable));
        }
        let mut broken = pdf(None, true);
        broken.truncate(broken.len() / 2);
        let _ = only_shows_pages(&broken);
        for bad in [
            BadPdf::Script,
            BadPdf::Launch,
            BadPdf::Files,
            BadPdf::Locked,
            BadPdf::Unreadable,
        ] {
            assert!(!bad.sentence().is_empty());
        }
    }
}
