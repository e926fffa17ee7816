//! Several files as one ZIP, with a sealed list of their checksums.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::hex;

/// Name of the list of checksums in a bundle, in the notation of `sha256sum`.
pub const SUMS: &str = "SHA256SUMS";
/// Name of the seal over that list: CMS, detached.
pub const SUMS_SEAL: &str = "SHA256SUMS.p7s";

/// Why a bundle was not made.
#[derive(Debug, thiserror::Error)]
pub enum PackError<E> {
    /// The content does not fit into a ZIP, or a name occurs twice.
    #[error("the bundle cannot be packed: {0}")]
    Zip(#[from] std::io::Error),
    /// The list of checksums could not be sealed.
    #[error("{0}")]
    Seal(E),
}

/// Packs files under their names and adds the list of their checksums and its seal. Equal files and
/// seals give equal bytes.
///
/// # Errors
///
/// If the files cannot be packed or `seal` fails.
pub fn pack<E>(
    files: &[(String, Vec<u8>)],
    seal: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, PackError<E>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut sums = String::new();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, content: &[u8]| -> std::io::Result<()> {
        out.start_file(name, options)?;
        out.write_all(content)
    };
    for (name, content) in files {
        // Writing to a string cannot fail.
        let _ = writeln!(sums, "{}  {name}", hex::sha256(content));
        add(name, content)?;
    }
    add(SUMS, sums.as_bytes())?;
    let seal = seal(sums.as_bytes()).map_err(PackError::Seal)?;
    add(SUMS_SEAL, &seal)?;
    let packed = out.finish().map_err(std::io::Error::from)?;
    Ok(packed.into_inner())
}
