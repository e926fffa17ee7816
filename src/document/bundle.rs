//! Several files as one ZIP.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::hex;

/// Name of the list of checksums in a bundle, in the notation of `sha256sum`.
pub const SUMS: &str = "SHA256SUMS";

/// Packs files under their names and adds the list of their checksums. Equal files are equal bytes.
///
/// # Errors
///
/// If there is more than fits into a ZIP, or a name occurs twice.
pub fn pack(files: &[(String, Vec<u8>)]) -> std::io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut sums = String::new();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        // Writing to a string cannot fail.
        let _ = writeln!(sums, "{}  {name}", hex::sha256(content));
        out.start_file(name.as_str(), options)?;
        out.write_all(content)?;
    }
    out.start_file(SUMS, options)?;
    out.write_all(sums.as_bytes())?;
    Ok(out.finish()?.into_inner())
}
