//! An archive of scans, read one after the other. It comes from a stranger, so everything it says of
//! itself is checked, and no more of it than one scan is in memory at a time (S-76).

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::folder::{is_litter, shown};
use super::uploaded::only_shows_pages;
use crate::domain::file::{FileKind, MAX_FILE};

/// How an entry of the directory at the end of an archive begins.
const DIRECTORY: &[u8; 4] = b"PK\x01\x02";
/// More of those than entries may be there by chance, and hidden files of operating systems.
const LITTER: usize = 1_000;
/// A scan hardly becomes smaller when it is packed; what becomes so much smaller is no scan.
const MOST_PACKED: u64 = 100;
/// Below this size it does not matter.
const SMALL: u64 = 1024 * 1024;

/// A source that can be read at any place.
pub trait Source: Read + Seek {}
impl<S: Read + Seek> Source for S {}

/// Why an archive is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadScans {
    /// It is not a ZIP, or a damaged one.
    Unreadable,
    /// It has more entries than there may be scans.
    TooMany,
    /// The name of an entry leads out of the archive, or into a folder.
    Outside(String),
    /// An entry is encrypted with a password.
    Locked(String),
    /// An entry would be far larger unpacked than packed.
    Bomb(String),
    /// An entry is not what the directory of the archive says.
    Lies(String),
}

impl BadScans {
    /// German: what is wrong and what to do, without its full stop.
    pub fn sentence(&self) -> String {
        match self {
            Self::Unreadable => {
                "Das ZIP ist beschädigt oder keines. Packen Sie die Scans noch einmal".to_owned()
            }
            Self::TooMany => {
                "Das ZIP hat mehr als 100.000 Einträge. Teilen Sie Datei und ZIP auf".to_owned()
            }
            Self::Outside(name) => format!(
                "Der Eintrag „{name}“ im ZIP liegt in einem Ordner oder führt hinaus. Packen Sie nur die PDF-Dateien selbst, ohne Ordner"
            ),
            Self::Locked(name) => format!(
                "Der Eintrag „{name}“ im ZIP ist mit einem Passwort geschützt. Packen Sie ohne Passwort"
            ),
            Self::Bomb(name) => format!(
                "Der Eintrag „{name}“ im ZIP wäre entpackt vielfach größer; das ist kein Scan. Nehmen Sie ihn heraus"
            ),
            Self::Lies(name) => format!(
                "Der Eintrag „{name}“ im ZIP ist nicht so groß, wie das ZIP angibt, oder beschädigt. Packen Sie die Scans noch einmal"
            ),
        }
    }

    /// English, for the command.
    pub fn english(&self) -> String {
        match self {
            Self::Unreadable => "the ZIP is damaged, or none".to_owned(),
            Self::TooMany => "the ZIP has more than 100000 entries".to_owned(),
            Self::Outside(name) => {
                format!(
                    "{name} in the ZIP lies in a folder or leads out of it; pack the files alone"
                )
            }
            Self::Locked(name) => format!("{name} in the ZIP is encrypted"),
            Self::Bomb(name) => {
                format!("{name} in the ZIP would be many times larger unpacked; that is no scan")
            }
            Self::Lies(name) => {
                format!("{name} in the ZIP is not of the size it says, or damaged")
            }
        }
    }
}

/// Why a single scan is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadScan {
    /// It has no bytes.
    Empty,
    /// It is larger than [`MAX_FILE`].
    TooLarge,
    /// It is no PDF.
    NoPdf,
    /// It does more than show pages, or cannot be looked into.
    Unsafe,
}

/// An archive whose directory was looked through.
pub struct Scans<'s> {
    archive: ZipArchive<&'s mut dyn Source>,
    entries: Vec<(usize, String)>,
}

impl<'s> Scans<'s> {
    /// Looks the directory through; `most` scans are allowed.
    ///
    /// # Errors
    /// What is wrong with the archive as a whole. Nothing was unpacked then.
    pub fn open(source: &'s mut dyn Source, most: usize) -> Result<Self, BadScans> {
        let length = source
            .seek(SeekFrom::End(0))
            .map_err(|_| BadScans::Unreadable)?;
        // Before the directory is read into memory, it is known how long it can be at most.
        let entries = count_entries(source).map_err(|_| BadScans::Unreadable)?;
        if entries > most + LITTER {
            return Err(BadScans::TooMany);
        }
        let mut archive = ZipArchive::new(source).map_err(|_| BadScans::Unreadable)?;
        let (mut found, mut packed) = (Vec::new(), 0_u64);
        for index in 0..archive.len() {
            let entry = archive
                .by_index_raw(index)
                .map_err(|_| BadScans::Unreadable)?;
            let name = entry.name().map_err(|_| BadScans::Unreadable)?.into_owned();
            if is_litter(&name) {
                continue;
            }
            let leads_out = name.contains(['/', '\\', ':', '\0']) || name.contains("..");
            if leads_out || entry.is_dir() || entry.is_symlink() {
                return Err(BadScans::Outside(shown(&name)));
            }
            if entry.encrypted() {
                return Err(BadScans::Locked(shown(&name)));
            }
            let (size, small) = (entry.size(), entry.compressed_size());
            if size > SMALL && size / MOST_PACKED > small {
                return Err(BadScans::Bomb(shown(&name)));
            }
            // Entries that share their bytes are together larger than the archive.
            packed = packed.saturating_add(small);
            if packed > length {
                return Err(BadScans::Lies(shown(&name)));
            }
            found.push((index, name));
        }
        if found.len() > most {
            return Err(BadScans::TooMany);
        }
        Ok(Self {
            archive,
            entries: found,
        })
    }

    /// The names of the scans, in the order of the archive.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(_, name)| name.as_str())
    }

    /// Reads the scan at a place of [`Scans::names`]. CPU work.
    ///
    /// # Errors
    /// Outside, if the archive lied about it; inside, if the scan cannot be taken.
    pub fn read(&mut self, place: usize) -> Result<Result<Vec<u8>, BadScan>, BadScans> {
        let (index, name) = self.entries.get(place).ok_or(BadScans::Unreadable)?;
        let lies = || BadScans::Lies(shown(name));
        let entry = match self.archive.by_index(*index) {
            Ok(entry) => entry,
            Err(ZipError::InvalidPassword) => return Err(BadScans::Locked(shown(name))),
            Err(_) => return Err(lies()),
        };
        let said = entry.size();
        if said > MAX_FILE as u64 {
            return Ok(Err(BadScan::TooLarge));
        }
        // Not a byte more than it says is unpacked; the checksum is compared at its end.
        let mut bytes = Vec::new();
        let mut rest = entry.take(said + 1);
        rest.read_to_end(&mut bytes).map_err(|_| lies())?;
        if bytes.len() as u64 != said {
            return Err(lies());
        }
        if bytes.is_empty() {
            return Ok(Err(BadScan::Empty));
        }
        if FileKind::of(&bytes) != Some(FileKind::Pdf) {
            return Ok(Err(BadScan::NoPdf));
        }
        Ok(match only_shows_pages(&bytes) {
            Ok(()) => Ok(bytes),
            Err(_) => Err(BadScan::Unsafe),
        })
    }
}

/// How many entries a directory can have at most: each begins with the same four bytes.
pub(super) fn count_entries(source: &mut dyn Source) -> io::Result<usize> {
    source.seek(SeekFrom::Start(0))?;
    let (mut block, mut kept, mut count) = (vec![0; 256 * 1024], 0, 0);
    loop {
        let read = source.read(block.get_mut(kept..).unwrap_or_default())?;
        if read == 0 {
            source.seek(SeekFrom::Start(0))?;
            return Ok(count);
        }
        let filled = kept + read;
        let held = block.get(..filled).unwrap_or_default();
        count += held
            .windows(DIRECTORY.len())
            .filter(|window| window == DIRECTORY)
            .count();
        // The last three bytes may be the beginning of one more.
        kept = filled.min(DIRECTORY.len() - 1);
        block.copy_within(filled - kept..filled, 0);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use std::io::{Cursor, Write as _};

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;
    use crate::document::tests::zip;

    fn refusal(bytes: &[u8], most: usize) -> Option<BadScans> {
        let mut source = Cursor::new(bytes);
        let mut scans = match Scans::open(&mut source, most) {
            Ok(scans) => scans,
            Err(bad) => return Some(bad),
        };
        (0..scans.names().count()).find_map(|place| scans.read(place).err())
    }

    /// Replaces a number of two or four bytes in the headers of an archive with one entry.
    fn forged(mut bytes: Vec<u8>, at: usize, number: &[u8]) -> Vec<u8> {
        let head = bytes.windows(4).position(|four| four == DIRECTORY).unwrap();
        bytes[head + at..head + at + number.len()].copy_from_slice(number);
        bytes
    }

    #[test]
    fn s76_an_archive_that_lies_is_refused_before_it_is_unpacked() {
        let pdf: &[u8] = b"%PDF-1.4 and more of it";
        let zeros = vec![0; 20 * 1024 * 1024];
        let name = |name: &str| name.to_owned();
        for (bytes, expected) in [
            (b"no archive at all".to_vec(), BadScans::Unreadable),
            (Vec::new(), BadScans::Unreadable),
            (
                zip(&[("../K-1.pdf", pdf)]),
                BadScans::Outside(name("../K-1.pdf")),
            ),
            (
                zip(&[("a/K-1.pdf", pdf)]),
                BadScans::Outside(name("a/K-1.pdf")),
            ),
            (
                zip(&[("C:K-1.pdf", pdf)]),
                BadScans::Outside(name("C:K-1.pdf")),
            ),
            (zip(&[("K-1.pdf", &zeros)]), BadScans::Bomb(name("K-1.pdf"))),
            (
                zip(&[("1.pdf", pdf), ("2.pdf", pdf), ("3.pdf", pdf)]),
                BadScans::TooMany,
            ),
            // The flag for encryption.
            (
                forged(zip(&[("K-1.pdf", pdf)]), 8, &[1, 0]),
                BadScans::Locked(name("K-1.pdf")),
            ),
            // Unpacked smaller or larger than it is.
            (
                forged(zip(&[("K-1.pdf", pdf)]), 24, &5_u32.to_le_bytes()),
                BadScans::Lies(name("K-1.pdf")),
            ),
            (
                forged(zip(&[("K-1.pdf", pdf)]), 24, &500_u32.to_le_bytes()),
                BadScans::Lies(name("K-1.pdf")),
            ),
            // Packed larger than the whole archive.
            (
                forged(zip(&[("K-1.pdf", pdf)]), 20, &5_000_u32.to_le_bytes()),
                BadScans::Lies(name("K-1.pdf")),
            ),
        ] {
            assert_eq!(refusal(&bytes, 2), Some(expected));
        }
        let mut cut = zip(&[("K-1.pdf", pdf)]);
        cut.truncate(cut.len() - 10);
        assert_eq!(refusal(&cut, 2), Some(BadScans::Unreadable));
        // As many entries as fit into it are counted before the directory is read.
        let many = DIRECTORY.repeat(LITTER + 3);
        assert_eq!(refusal(&many, 2), Some(BadScans::TooMany));
    }

    #[test]
    fn s76_a_scan_is_a_pdf_of_pages_or_is_named() {
        let large = vec![7_u8; MAX_FILE + 1];
        let archive = zip(&[
            ("empty.pdf", b""),
            ("text.pdf", b"<html>"),
            ("torn.pdf", b"%PDF-1.4 and nothing else"),
            ("__MACOSX/._x", b"x"),
            (".DS_Store", b"x"),
        ]);
        let mut source = Cursor::new(&archive);
        let mut scans = Scans::open(&mut source, 3).unwrap();
        let names: Vec<String> = scans.names().map(str::to_owned).collect();
        assert_eq!(names, ["empty.pdf", "text.pdf", "torn.pdf"]);
        for (place, expected) in [BadScan::Empty, BadScan::NoPdf, BadScan::Unsafe]
            .into_iter()
            .enumerate()
        {
            assert_eq!(scans.read(place).unwrap(), Err(expected));
        }
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file("large.pdf", options).unwrap();
        writer.write_all(&large).unwrap();
        let archive = writer.finish().unwrap().into_inner();
        let mut source = Cursor::new(&archive);
        let mut scans = Scans::open(&mut source, 3).unwrap();
        assert_eq!(scans.read(0).unwrap(), Err(BadScan::TooLarge));
    }
}
