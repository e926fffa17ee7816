//! What is to be said about a file: its seal, and by whom.

use chrono::{DateTime, Utc};

use super::identity::{Certificates, Known, fingerprint};
use super::scan::{Found, signatures};
use crate::document::hex;

/// Larger files are not looked at (bytes).
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Larger than [`LARGEST_FILE`].
    TooLarge,
    /// Not a PDF.
    NotPdf,
    /// A PDF without a signature that can be found.
    Unsigned,
    /// A PDF with signatures, in the order of its bytes.
    Signed(Vec<Signed>),
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The covered bytes are those that were signed with the certificate's key.
    pub intact: bool,
    /// It covers the whole file, so nothing was added afterwards.
    pub whole: bool,
    /// Its certificate is one of those given as known.
    pub trusted: bool,
    /// Its certificate, if it can be read.
    pub certificate: Option<CertificateFacts>,
    /// When it was made, as the signer says.
    pub at: Option<DateTime<Utc>>,
    /// Number of the document it was made for.
    pub number: Option<String>,
    /// SHA-256 of the covered bytes (hex): all that was said by whoever signed. Empty if not intact.
    pub covered: String,
}

impl Signed {
    /// The one good answer: nothing was changed since the known key sealed it.
    pub fn holds(&self) -> bool {
        self.intact && self.whole && self.trusted
    }
}

/// What people compare of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// SHA-256, hex.
    pub fingerprint: String,
    /// Whose it is, in the notation of RFC 4514. Only its known holder's word if it is not trusted.
    pub subject: String,
    /// First moment.
    pub from: DateTime<Utc>,
    /// Last moment.
    pub until: DateTime<Utc>,
}

impl Finding {
    /// The seal that answers for the whole file, or else the last signature.
    pub fn seal(&self) -> Option<&Signed> {
        match self {
            Self::Signed(all) => all.iter().find(|one| one.holds()).or(all.last()),
            _ => None,
        }
    }
}

/// Looks at a file. Takes time and memory in proportion to its size, whatever is in it.
pub fn check(file: &[u8], known: &Certificates) -> Finding {
    if file.len() > LARGEST_FILE {
        return Finding::TooLarge;
    }
    if !file.starts_with(b"%PDF-") {
        return Finding::NotPdf;
    }
    let found = signatures(file);
    if found.is_empty() {
        return Finding::Unsigned;
    }
    Finding::Signed(found.iter().map(|one| judge(one, known)).collect())
}

fn judge(found: &Found<'_>, known: &Certificates) -> Signed {
    let read = found.read.as_ref();
    let certificate = read.and_then(|read| Known::read(&read.der).ok());
    let (from, until) = certificate
        .as_ref()
        .map(Known::validity)
        .unwrap_or_default();
    let valid_then = found.at.is_some_and(|at| from <= at && at <= until);
    let intact = read.is_some_and(|read| read.names_certificate() && read.fits(&found.parts));
    Signed {
        intact,
        whole: found.whole,
        trusted: valid_then && read.is_some_and(|read| known.contains(&read.der)),
        certificate: certificate.map(|one| CertificateFacts {
            fingerprint: fingerprint(&one.der),
            subject: one.parsed.tbs_certificate.subject.to_string(),
            from,
            until,
        }),
        at: found.at,
        number: found.number.clone(),
        covered: if intact { sum(found) } else { String::new() },
    }
}

/// SHA-256 (hex) of what the one signature of a document covers, as [`Signed::covered`] says it.
pub fn covered(file: &[u8]) -> Option<String> {
    match signatures(file).as_slice() {
        [found] => Some(sum(found)),
        _ => None,
    }
}

fn sum(found: &Found<'_>) -> String {
    hex::sha256(&found.parts.concat())
}
