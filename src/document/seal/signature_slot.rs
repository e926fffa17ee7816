//! The slot of the signature: one object appended to the finished file.
//!
//! The file already has the field that points to this object. It is written as a separate revision
//! because the rest is compressed, and a signature must not be.

use chrono::{DateTime, Utc};
use lopdf::ObjectId;
use sha2::{Digest as _, Sha256};

use super::{SealError, Sealer, signature};

/// Space for the signature in bytes. One with a self-signed certificate needs 700 (P-256) to 1 600
/// (RSA-2048); issuing certificates need more.
const ROOM: usize = 2_048;

/// Values of the file that the appended revision must repeat.
pub(in crate::document) struct Revision {
    pub(in crate::document) root: ObjectId,
    pub(in crate::document) info: ObjectId,
    /// The file identifier, hex.
    pub(in crate::document) id: String,
    /// The number reserved for the signature.
    pub(in crate::document) object: u32,
    /// The time that the signature will state.
    pub(in crate::document) at: DateTime<Utc>,
    /// Number of the document, which is the stated reason.
    pub(in crate::document) number: String,
}

/// Appends the signature: everything before and after it is covered by it.
pub(in crate::document) fn append(
    mut file: Vec<u8>,
    revision: &Revision,
    sealer: &Sealer,
) -> Result<Vec<u8>, SealError> {
    sealer.usable(revision.at)?;
    let chain: usize = sealer.chain().iter().map(|one| one.der.len()).sum();
    let room = ROOM + chain;
    let (previous, size) = end_of(&file)?;
    let number = revision.object;
    let start = file.len();
    file.extend(
        format!(
            "{number} 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M({})/Reason({})\
             /Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P 1>>>>]/ByteRange",
            revision.at.format("D:%Y%m%d%H%M%SZ"),
            plain(&revision.number),
        )
        .into_bytes(),
    );
    let range_at = file.len();
    // Ten digits each, enough for any possible offset.
    let range = |a: usize, b: usize, c: usize| format!("[0 {a:<10} {b:<10} {c:<10}]");
    file.extend(range(0, 0, 0).into_bytes());
    file.extend(b"/Contents");
    let gap = file.len();
    file.push(b'<');
    file.extend(std::iter::repeat_n(b'0', room * 2));
    file.push(b'>');
    let after = file.len();
    file.extend(b">>\nendobj\n");
    let xref = file.len();
    file.extend(
        format!(
            "{size} 0 obj\n<</Type/XRef/Size {}/Index[{number} 1 {size} 1]/W[1 4 1]/Root {} 0 R/Info {} 0 R/ID[<{id}><{id}>]/Prev {previous}/Length 12>>\nstream\n",
            size + 1,
            revision.root.0,
            revision.info.0,
            id = revision.id,
        )
        .into_bytes(),
    );
    for offset in [start, xref] {
        let offset = u32::try_from(offset)
            .map_err(|_| SealError::Signing("the file is too large".to_owned()))?;
        file.push(1);
        file.extend(offset.to_be_bytes());
        file.push(0);
    }
    file.extend(format!("\nendstream\nendobj\nstartxref\n{xref}\n%%EOF\n").into_bytes());
    let range = range(gap, after, file.len() - after).into_bytes();
    put(&mut file, range_at, &range)?;
    let digest = Sha256::new()
        .chain_update(file.get(..gap).unwrap_or_default())
        .chain_update(file.get(after..).unwrap_or_default())
        .finalize();
    let signature = signature::sign(&digest, sealer)?;
    if signature.len() > room {
        return Err(SealError::Signing(
            "the signature is larger than its place".to_owned(),
        ));
    }
    let signature = crate::document::hex::of(&signature);
    put(&mut file, gap + 1, signature.as_bytes())?;
    Ok(file)
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) -> Result<(), SealError> {
    file.get_mut(at..at + bytes.len())
        .ok_or_else(|| SealError::Signing("the place of the signature is lost".to_owned()))?
        .copy_from_slice(bytes);
    Ok(())
}

/// Offset of the cross-reference stream the file ends with, and the first number it does not use.
fn end_of(file: &[u8]) -> Result<(usize, u32), SealError> {
    let read = || {
        let end = String::from_utf8_lossy(file.get(file.len().checked_sub(64)?..)?);
        let (_, offset) = end.rsplit_once("startxref")?;
        let offset = offset.split_whitespace().next()?.parse().ok()?;
        let dictionary = file.get(offset..file.len().min(offset + 600))?;
        let dictionary = String::from_utf8_lossy(dictionary);
        let (_, size) = dictionary.split_once("/Size")?;
        let digits: String = size
            .trim_start()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        Some((offset, digits.parse().ok()?))
    };
    read().ok_or_else(|| SealError::Signing("the file has no end".to_owned()))
}

/// Numbers consist of letters, digits and hyphens; anything else would need escaping.
fn plain(number: &str) -> String {
    number
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect()
}
