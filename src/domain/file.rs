//! Files that people upload as proof: what they may be, told by their first bytes (S-77).

use sha2::{Digest as _, Sha256};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Largest file in bytes.
pub const MAX_FILE: usize = 10 * 1024 * 1024;

/// What a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum FileKind {
    /// A PDF document.
    Pdf,
    /// A PNG picture.
    Png,
    /// A JPEG picture.
    Jpeg,
}

impl FileKind {
    /// All kinds that are accepted, in the order in which they are declared.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// What the first bytes say it is; `None` for anything that is not accepted. Its name and what
    /// the browser calls it do not count.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| bytes.starts_with(kind.magic()))
    }

    fn magic(self) -> &'static [u8] {
        match self {
            Self::Pdf => b"%PDF-",
            Self::Png => b"\x89PNG\r\n\x1a\n",
            Self::Jpeg => b"\xff\xd8\xff",
        }
    }

    /// Key in the database, and the ending of a name.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Reads a key; `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }

    /// Value of `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// A file that was accepted, before or after it was stored.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// What it is.
    pub kind: FileKind,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl File {
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        base16ct::lower::encode_string(&Sha256::digest(&self.bytes))
    }
}

/// Contents stay out of logs.
impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} bytes", self.kind.key(), self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_decide() {
        // S-77
        let table: &[(&[u8], Option<FileKind>)] = &[
            (b"%PDF-1.7\n...", Some(FileKind::Pdf)),
            (b"\x89PNG\r\n\x1a\n....", Some(FileKind::Png)),
            (b"\xff\xd8\xff\xe0..", Some(FileKind::Jpeg)),
            (b" %PDF-1.7", None),
            (b"%PD", None),
            (b"<html>%PDF-1.7", None),
            (b"PK\x03\x04", None),
            (b"GIF89a", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"MZ", None),
            (b"", None),
        ];
        for (bytes, expected) in table {
            assert_eq!(FileKind::of(bytes), *expected, "{bytes:?}");
        }
        for &kind in FileKind::ALL {
            assert_eq!(FileKind::from_key(kind.key()), Some(kind));
        }
    }
}
