//! Finds signatures in an untrusted file.
//!
//! The file is not parsed: a signature names the bytes it covers (`/ByteRange`), and the bytes left
//! out must be one string of hexadecimal digits. If the covered bytes are signed by a known key,
//! they were written by that key's owner, whatever they look like; if not, nothing in the file is
//! trusted.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::signature::{self, Read};

/// At most this many signatures are read.
const MOST: usize = 8;
/// At most this many places that look like a signature are examined, because each may point to a
/// large part of the file.
const MOST_PLACES: usize = 64;
/// Largest signature with its certificates, in bytes.
const LARGEST_SIGNATURE: usize = 64 * 1024;
/// Time and number are at most this far before the signature, in bytes.
const NEAR: usize = 1_024;

/// A part of the file that claims to be a signature.
pub(super) struct Found<'a> {
    /// The covered bytes before and after the signature.
    pub(super) parts: [&'a [u8]; 2],
    /// Whether only the signature is left out.
    pub(super) whole: bool,
    /// The stated time.
    pub(super) at: Option<DateTime<Utc>>,
    /// The stated number of the document.
    pub(super) number: Option<String>,
    /// The signature, if it can be read.
    pub(super) read: Option<Read>,
}

/// All signatures of a file, in the order of its bytes.
pub(super) fn signatures(file: &[u8]) -> Vec<Found<'_>> {
    let mut out = Vec::new();
    let mut from = 0;
    for _ in 0..MOST_PLACES {
        let Some(at) = find(file, b"/ByteRange", from) else {
            break;
        };
        from = at + 10;
        if let Some(found) = range(file, from).and_then(|range| open(file, range)) {
            out.push(found);
        }
        if out.len() == MOST {
            break;
        }
    }
    out
}

/// The signature of a file that has just one, for other programs to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The signature as it is in the file (CMS, DER).
    pub cms: Vec<u8>,
    /// The signature value, over which its time stamp is made.
    pub value: Vec<u8>,
}

/// The signature of a file with one signature.
pub fn signature_parts(file: &[u8]) -> Option<Parts> {
    match signatures(file).as_slice() {
        [found] => found.read.as_ref().map(|read| Parts {
            cms: read.encoded.clone(),
            value: read.value().to_vec(),
        }),
        _ => None,
    }
}

/// The signature value of a file with one signature.
pub fn signature_value(file: &[u8]) -> Option<Vec<u8>> {
    signature_parts(file).map(|parts| parts.value)
}

/// Three numbers: where the signature begins and ends, and where the covered bytes end.
fn range(file: &[u8], at: usize) -> Option<[usize; 3]> {
    let text = file.get(at..file.len().min(at + 80))?;
    let text = std::str::from_utf8(text.get(..text.iter().position(|b| *b == b']')?)?).ok()?;
    let mut numbers = text
        .trim_start()
        .strip_prefix('[')?
        .split_ascii_whitespace();
    let mut next = || numbers.next()?.parse::<usize>().ok();
    let (zero, before, after, rest) = (next()?, next()?, next()?, next()?);
    let end = after.checked_add(rest)?;
    (zero == 0 && numbers.next().is_none() && before < after && end <= file.len())
        .then_some([before, after, end])
}

fn open(file: &[u8], [before, after, end]: [usize; 3]) -> Option<Found<'_>> {
    let gap = file.get(before..after)?;
    let digits = gap.strip_prefix(b"<")?.strip_suffix(b">")?;
    if digits.len() > LARGEST_SIGNATURE * 2 {
        return None;
    }
    let bytes = base16ct::mixed::decode_vec(digits).ok()?;
    let dictionary = file.get(before.saturating_sub(NEAR)..before)?;
    Some(Found {
        parts: [file.get(..before)?, file.get(after..end)?],
        whole: end == file.len(),
        at: literal(dictionary, b"/M(").and_then(|text| moment(&text)),
        number: literal(dictionary, b"/Reason(").filter(|text| !text.is_empty()),
        read: signature::read(&bytes),
    })
}

/// A short string of letters, digits and hyphens after a key, as the portal writes it.
fn literal(dictionary: &[u8], key: &[u8]) -> Option<String> {
    let start = rfind(dictionary, key)? + key.len();
    let rest = dictionary.get(start..)?;
    let text = rest.get(..rest.iter().position(|b| *b == b')')?)?;
    let good = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':');
    (text.len() <= 60 && text.iter().all(good)).then(|| String::from_utf8_lossy(text).into_owned())
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, "D:%Y%m%d%H%M%SZ")
        .ok()
        .map(|at| at.and_utc())
}

fn find(file: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let first = *what.first()?;
    let mut at = from;
    loop {
        at += file.get(at..)?.iter().position(|byte| *byte == first)?;
        if file.get(at..)?.starts_with(what) {
            return Some(at);
        }
        at += 1;
    }
}

fn rfind(file: &[u8], what: &[u8]) -> Option<usize> {
    file.windows(what.len()).rposition(|window| window == what)
}
