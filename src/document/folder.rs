//! A version as a ZIP of its folder: packed for download, and unpacked after it was edited
//! elsewhere. An upload comes from a stranger, so everything is counted before it is used (S-76).

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::contract::meta;
use crate::domain::version::{Files, MAX_ALL, MAX_FILE, MAX_FILES, clean, is_path};

/// At most this many entries are read, including folders and hidden files of operating systems.
const MOST_ENTRIES: usize = 4 * MAX_FILES;

/// Why an archive is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadArchive {
    /// It is not a ZIP, or a damaged one.
    Unreadable,
    /// It has too many entries.
    TooMany,
    /// An entry, or all of them together, would be too large when unpacked.
    TooLarge,
    /// An entry leads out of the folder, or is a link.
    Outside(String),
    /// An entry cannot be part of a contract.
    Foreign(String),
    /// An entry is encrypted with a password.
    Locked(String),
    /// An entry is not a text in UTF-8.
    NotText(String),
    /// An entry is there twice.
    Twice(String),
    /// There is no `contract.toml`.
    NoContract,
}

impl BadArchive {
    /// German: what is wrong and what to do.
    pub fn sentence(&self) -> String {
        match self {
            Self::Unreadable => {
                "Die Datei ist kein lesbares ZIP. Packen Sie den Ordner der Fassung noch einmal."
                    .to_owned()
            }
            Self::TooMany => format!(
                "Das ZIP hat zu viele Einträge. Ein Vertrag hat höchstens {MAX_FILES} Dateien."
            ),
            Self::TooLarge => format!(
                "Die Texte im ZIP sind entpackt zu groß. Eine Datei darf {} KB haben, alle zusammen {} MB.",
                MAX_FILE / 1000,
                MAX_ALL / 1_000_000
            ),
            Self::Outside(name) => format!(
                "Der Eintrag „{name}“ führt aus dem Ordner hinaus. Packen Sie nur den Ordner der Fassung."
            ),
            Self::Foreign(name) if name == "[Content_Types].xml" || name == "mimetype" => {
                "Das ist eine Datei eines anderen Programms. Speichern Sie den Vertrag dort als .docx oder .odt und laden Sie diese Datei hoch."
                    .to_owned()
            }
            Self::Foreign(name) => format!(
                "Der Eintrag „{name}“ gehört nicht in eine Fassung. Erlaubt sind contract.toml und .dj-Dateien in „de“, „en“ und deren Ordner „produkte“, mit kleinen Buchstaben, Ziffern und Bindestrichen im Namen."
            ),
            Self::Locked(name) => format!(
                "Der Eintrag „{name}“ ist mit einem Passwort geschützt. Packen Sie den Ordner ohne Passwort."
            ),
            Self::NotText(name) => {
                format!("Der Eintrag „{name}“ ist kein Text in UTF-8. Speichern Sie ihn als UTF-8.")
            }
            Self::Twice(name) => format!("Der Eintrag „{name}“ steht zweimal im ZIP."),
            Self::NoContract => {
                "Im ZIP fehlt contract.toml. Packen Sie den ganzen Ordner der Fassung.".to_owned()
            }
        }
    }
}

/// Whether bytes look like a ZIP.
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// The files of a folder that was packed, with or without the folder itself around them.
///
/// # Errors
/// The first error. No more is ever unpacked than a contract may have.
pub fn unpack(bytes: &[u8]) -> Result<Files, BadArchive> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BadArchive::Unreadable)?;
    if archive.len() > MOST_ENTRIES {
        return Err(BadArchive::TooMany);
    }
    let mut found: Vec<(String, String)> = Vec::new();
    let mut left = MAX_ALL;
    for index in 0..archive.len() {
        let (name, is_folder, is_link, is_locked) = {
            let entry = archive
                .by_index_raw(index)
                .map_err(|_| BadArchive::Unreadable)?;
            (
                entry
                    .name()
                    .map_err(|_| BadArchive::Unreadable)?
                    .into_owned(),
                entry.is_dir(),
                entry.is_symlink(),
                entry.encrypted(),
            )
        };
        let leads_out = name.starts_with('/')
            || name.contains(['\\', ':', '\0'])
            || name.split('/').any(|part| part == "..");
        if leads_out || is_link {
            return Err(BadArchive::Outside(shown(&name)));
        }
        if is_folder || is_litter(&name) {
            continue;
        }
        if is_locked {
            return Err(BadArchive::Locked(shown(&name)));
        }
        if found.len() >= MAX_FILES {
            return Err(BadArchive::TooMany);
        }
        let entry = archive
            .by_index(index)
            .map_err(|_| BadArchive::Unreadable)?;
        let limit = left.min(MAX_FILE);
        let mut text = Vec::new();
        entry
            .take(limit as u64 + 1)
            .read_to_end(&mut text)
            .map_err(|_| BadArchive::Unreadable)?;
        if text.len() > limit {
            return Err(BadArchive::TooLarge);
        }
        left -= text.len();
        let text = String::from_utf8(text).map_err(|_| BadArchive::NotText(shown(&name)))?;
        found.push((name, clean(&text)));
    }
    without_folder(found)
}

fn without_folder(found: Vec<(String, String)>) -> Result<Files, BadArchive> {
    let tops: BTreeSet<&str> = found
        .iter()
        .map(|(name, _)| name.split_once('/').map_or("", |(top, _)| top))
        .collect();
    // An archive of a folder contains the folder's name, too.
    let around = match tops.first() {
        Some(top) if tops.len() == 1 && !matches!(*top, "" | "de" | "en") => format!("{top}/"),
        _ => String::new(),
    };
    let mut files = Files::new();
    for (name, text) in found {
        let path = name.strip_prefix(&around).unwrap_or(&name).to_owned();
        if !is_path(&path) {
            return Err(BadArchive::Foreign(shown(&name)));
        }
        if files.insert(path, text).is_some() {
            return Err(BadArchive::Twice(shown(&name)));
        }
    }
    if files.contains_key(meta::FILE) {
        Ok(files)
    } else {
        Err(BadArchive::NoContract)
    }
}

pub(super) fn is_litter(name: &str) -> bool {
    name.starts_with("__MACOSX/")
        || name
            .rsplit('/')
            .next()
            .is_some_and(|last| last.starts_with('.') || last == "Thumbs.db")
}

/// A name from an archive, shortened and without invisible characters.
pub(super) fn shown(name: &str) -> String {
    let clean: String = clean(name)
        .chars()
        .filter(|c| !c.is_control())
        .take(80)
        .collect();
    clean
}

/// The folder of a version as a ZIP; the same files give the same bytes.
///
/// # Errors
/// None that the files could cause.
pub fn pack(files: &Files) -> Result<Vec<u8>, String> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (path, text) in files {
        writer
            .start_file(path, options)
            .map_err(|error| error.to_string())?;
        writer
            .write_all(text.as_bytes())
            .map_err(|error| error.to_string())?;
    }
    let packed = writer.finish().map_err(|error| error.to_string())?;
    Ok(packed.into_inner())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use crate::contract::shipped;

    type Entries<'e> = &'e [(&'e str, &'e [u8])];

    fn zip(entries: Entries<'_>) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_packed_comes_back() {
        let files = shipped();
        let packed = pack(&files).unwrap();
        assert!(is_zip(&packed) && packed.len() < 60_000);
        assert_eq!(unpack(&packed).unwrap(), files);
        // With its folder around it and hidden files, as file managers pack.
        let mut entries: Vec<(String, &[u8])> = files
            .iter()
            .map(|(path, text)| (format!("avv-1.0/{path}"), text.as_bytes()))
            .collect();
        entries.push(("__MACOSX/avv-1.0/._x".to_owned(), b"x"));
        entries.push(("avv-1.0/.DS_Store".to_owned(), b"\xff"));
        let entries: Vec<(&str, &[u8])> = entries
            .iter()
            .map(|(name, bytes)| (name.as_str(), *bytes))
            .collect();
        assert_eq!(unpack(&zip(&entries)).unwrap(), files);
    }

    #[test]
    fn hostile_archives_are_refused_with_a_sentence() {
        let bomb = vec![b'a'; 50_000_000];
        let big = vec![b'a'; MAX_FILE];
        let toml: (&str, &[u8]) = ("contract.toml", b"x");
        let many: Vec<String> = (0..=MAX_FILES).map(|at| format!("de/a{at}.dj")).collect();
        let many: Vec<(&str, &[u8])> = many
            .iter()
            .map(|name| (name.as_str(), b"".as_slice()))
            .collect();
        let folders: Vec<String> = (0..=MOST_ENTRIES).map(|at| format!("d{at}/")).collect();
        let folders: Vec<(&str, &[u8])> = folders
            .iter()
            .map(|name| (name.as_str(), b"".as_slice()))
            .collect();
        let whole: Vec<String> = (0..6).map(|at| format!("de/a{at}.dj")).collect();
        let whole: Vec<(&str, &[u8])> = whole
            .iter()
            .map(|name| (name.as_str(), big.as_slice()))
            .collect();
        let outside = |name: &str| BadArchive::Outside(name.to_owned());
        let foreign = |name: &str| BadArchive::Foreign(name.to_owned());
        let table: &[(Entries<'_>, BadArchive)] = &[
            (&[], BadArchive::NoContract),
            (&[("de/vertrag.dj", b"# a")], BadArchive::NoContract),
            (
                &[toml, ("../../etc/passwd", b"x")],
                outside("../../etc/passwd"),
            ),
            (&[toml, ("/etc/passwd", b"x")], outside("/etc/passwd")),
            (&[toml, ("de\\..\\x.dj", b"x")], outside("de\\..\\x.dj")),
            (&[toml, ("C:/x.dj", b"x")], outside("C:/x.dj")),
            (&[toml, ("de/bild.png", b"x")], foreign("de/bild.png")),
            (
                &[toml, ("de/produkte/a/b.dj", b"x")],
                foreign("de/produkte/a/b.dj"),
            ),
            (
                &[toml, ("de/vertrag.dj", b"\xff\xfe")],
                BadArchive::NotText("de/vertrag.dj".to_owned()),
            ),
            (&[toml, ("de/vertrag.dj", &bomb)], BadArchive::TooLarge),
            (&whole, BadArchive::TooLarge),
            (&many, BadArchive::TooMany),
            (&folders, BadArchive::TooMany),
        ];
        for (entries, expected) in table {
            let bad = unpack(&zip(entries)).unwrap_err();
            assert_eq!(&bad, expected);
            assert!(bad.sentence().ends_with('.') || bad.sentence().contains("zweimal"));
        }
        for bytes in [b"".as_slice(), b"PK\x03\x04 and nothing else", &[0; 300]] {
            assert_eq!(unpack(bytes).unwrap_err(), BadArchive::Unreadable);
        }
        let mut cut = pack(&shipped()).unwrap();
        cut.truncate(cut.len() / 2);
        assert_eq!(unpack(&cut).unwrap_err(), BadArchive::Unreadable);
    }
}
