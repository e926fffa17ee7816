//! The parts of a document of an office program (.docx, .odt), taken out of its archive. It comes
//! from a stranger, so everything it says of itself is checked before anything is unpacked (S-76).

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::folder::{is_zip, shown};
use super::scans::count_entries;

/// Name in the archive → its text.
pub type Parts = BTreeMap<String, String>;

/// More entries than a document with many pictures has.
const MOST_ENTRIES: usize = 4_000;
/// The text of one part may have this many bytes.
const LARGEST_PART: u64 = 24 * 1024 * 1024;
/// All parts together may have this many bytes.
const LARGEST: u64 = 40 * 1024 * 1024;
/// The markup of documents becomes about thirty times smaller when it is packed.
const MOST_PACKED: u64 = 250;
/// Below this size it does not matter.
const SMALL: u64 = 1024 * 1024;

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadOffice {
    /// It is damaged.
    Unreadable,
    /// It has more entries or larger ones than a contract.
    TooLarge,
    /// The name of an entry leads out of the archive.
    Outside(String),
    /// An entry is encrypted with a password.
    Locked(String),
    /// An entry would be far larger unpacked than packed, or is not what the directory says.
    Lies(String),
}

impl BadOffice {
    /// German: what is wrong and what to do, without its full stop.
    pub fn sentence(&self) -> String {
        match self {
            Self::Unreadable => {
                "Das Dokument ist beschädigt. Öffnen Sie es im Schreibprogramm und speichern Sie es noch einmal".to_owned()
            }
            Self::TooLarge => {
                "Das Dokument ist größer als ein Vertrag sein kann. Nehmen Sie Bilder und eingebettete Dateien heraus".to_owned()
            }
            Self::Outside(name) => format!(
                "Der Eintrag „{name}“ führt aus dem Dokument hinaus. Speichern Sie es im Schreibprogramm noch einmal"
            ),
            Self::Locked(_) => {
                "Das Dokument ist mit einem Passwort geschützt. Speichern Sie es ohne Passwort".to_owned()
            }
            Self::Lies(name) => format!(
                "Der Eintrag „{name}“ im Dokument ist nicht so groß, wie das Dokument angibt. Speichern Sie es im Schreibprogramm noch einmal"
            ),
        }
    }
}

/// The parts of a document with text; `None` if the archive is not such a document.
///
/// # Errors
/// The first error. Names and sizes of all entries are checked before the first one is unpacked.
pub fn open(bytes: &[u8]) -> Result<Option<Parts>, BadOffice> {
    let entries = count_entries(&mut Cursor::new(bytes)).map_err(|_| BadOffice::Unreadable)?;
    if entries > MOST_ENTRIES {
        return Err(BadOffice::TooLarge);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BadOffice::Unreadable)?;
    let (mut wanted, mut packed, mut unpacked) = (Vec::new(), 0_u64, 0_u64);
    for index in 0..archive.len() {
        let entry = archive
            .by_index_raw(index)
            .map_err(|_| BadOffice::Unreadable)?;
        let name = entry
            .name()
            .map_err(|_| BadOffice::Unreadable)?
            .into_owned();
        wanted.push((
            index,
            name,
            entry.size(),
            entry.compressed_size(),
            entry.encrypted(),
        ));
    }
    if !wanted.iter().any(|(_, name, ..)| is_main(name)) {
        return Ok(None);
    }
    for (_, name, size, small, is_locked) in &wanted {
        let leads_out = name.starts_with('/')
            || name.contains(['\\', ':', '\0'])
            || name.split('/').any(|part| part == "..");
        if leads_out {
            return Err(BadOffice::Outside(shown(name)));
        }
        if *is_locked {
            return Err(BadOffice::Locked(shown(name)));
        }
        if *size > SMALL && size / MOST_PACKED > *small {
            return Err(BadOffice::Lies(shown(name)));
        }
        // Entries that share their bytes are together larger than the archive.
        packed = packed.saturating_add(*small);
        if packed > bytes.len() as u64 {
            return Err(BadOffice::Lies(shown(name)));
        }
        if has_text(name) {
            unpacked = unpacked.saturating_add(*size);
            if *size > LARGEST_PART || unpacked > LARGEST {
                return Err(BadOffice::TooLarge);
            }
        }
    }
    let mut parts = Parts::new();
    for (index, name, size, ..) in wanted {
        if !has_text(&name) {
            continue;
        }
        let lies = || BadOffice::Lies(shown(&name));
        let entry = archive.by_index(index).map_err(|_| lies())?;
        // Not a byte more than it says is unpacked.
        let mut bytes = Vec::new();
        entry
            .take(size + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| lies())?;
        if bytes.len() as u64 != size {
            return Err(lies());
        }
        let text = String::from_utf8(bytes).map_err(|_| BadOffice::Unreadable)?;
        parts.insert(name, text);
    }
    Ok(Some(parts))
}

/// Whether bytes are an archive that is no document: the folder of a version.
pub fn is_folder(bytes: &[u8]) -> bool {
    is_zip(bytes)
        && !matches!(
            open(bytes),
            Ok(Some(_)) | Err(BadOffice::Locked(_) | BadOffice::Lies(_))
        )
}

fn is_main(name: &str) -> bool {
    name == "content.xml" || name == "word/document.xml"
}

/// Whether an entry is a part with text, or one that says how text looks.
fn has_text(name: &str) -> bool {
    let is_word = name.strip_prefix("word/").is_some_and(|rest| {
        let is_own = !rest.contains('/') || rest == "_rels/document.xml.rels";
        is_own && (rest.ends_with(".xml") || rest.ends_with(".rels"))
    });
    is_word || name == "content.xml" || name == "styles.xml"
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;
    use crate::document::tests::zip;

    /// S-76: a ZIP that lies is refused before it is unpacked.
    #[test]
    fn s76_a_hostile_document_is_refused() {
        let main: (&str, &[u8]) = ("word/document.xml", b"<w/>");
        let bomb = vec![b' '; 20_000_000];
        let bomb = zip(&[main, ("word/styles.xml", &bomb)]);
        assert_eq!(
            open(&bomb),
            Err(BadOffice::Lies("word/styles.xml".to_owned()))
        );
        for name in ["/etc/passwd", "../x.xml", "word\\x.xml", "C:x"] {
            let bad = open(&zip(&[main, (name, b"x")]));
            assert_eq!(bad, Err(BadOffice::Outside(name.to_owned())));
        }
        let many: Vec<String> = (0..=MOST_ENTRIES).map(|at| format!("m{at}")).collect();
        let mut many: Vec<(&str, &[u8])> = many
            .iter()
            .map(|name| (name.as_str(), b"".as_slice()))
            .collect();
        many.push(main);
        assert_eq!(open(&zip(&many)), Err(BadOffice::TooLarge));
        // The directory says it is smaller than it is.
        let text = vec![b'a'; 5_000];
        let mut lying = zip(&[("word/document.xml", &text)]);
        let size = 5_000_u32.to_le_bytes();
        let at = lying.windows(4).rposition(|window| window == size).unwrap();
        lying[at..at + 4].copy_from_slice(&50_u32.to_le_bytes());
        assert!(open(&lying).is_err());
        assert_eq!(open(&zip(&[("contract.toml", b"x")])), Ok(None));
        assert_eq!(open(b"PK\x03\x04 no"), Err(BadOffice::Unreadable));
        let parts = open(&zip(&[main, ("word/media/a.png", b"\xff")]))
            .unwrap()
            .unwrap();
        assert_eq!(parts.keys().collect::<Vec<_>>(), ["word/document.xml"]);
    }
}
