//! Checks a file: its seal, and whose it is.

use chrono::{DateTime, Utc};

use super::identity::{Certificates, Known, fingerprint};
use super::scan::{Found, signatures};
use crate::document::hex;

/// Larger files are not examined (bytes).
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;

/// The result for a file.
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

/// One signature of a PDF, as checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Whether the signature matches the covered bytes and the certificate's key.
    pub intact: bool,
    /// Whether it covers the whole file, so that nothing was added afterwards.
    pub whole: bool,
    /// Whether its certificate is one of the given known ones.
    pub trusted: bool,
    /// Its certificate, if it can be read.
    pub certificate: Option<CertificateFacts>,
    /// When it was made, as stated by the signer.
    pub at: Option<DateTime<Utc>>,
    /// Number of the document it was made for, if stated.
    pub number: Option<String>,
    /// SHA-256 of the covered bytes (hex), which are everything that was signed. Empty if not
    /// intact.
    pub covered: String,
}

impl Signed {
    /// Whether the seal is valid: nothing was changed since it was made with a known key.
    pub fn holds(&self) -> bool {
        self.intact && self.whole && self.trusted
    }
}

/// The values of a certificate that people compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// SHA-256, hex.
    pub fingerprint: String,
    /// Its subject in the notation of RFC 4514. If it is not trusted, this is only a claim.
    pub subject: String,
    /// First moment of its validity.
    pub from: DateTime<Utc>,
    /// Last moment of its validity.
    pub until: DateTime<Utc>,
}

impl Finding {
    /// The valid seal of the whole file, or else the last signature.
    pub fn seal(&self) -> Option<&Signed> {
        match self {
            Self::Signed(all) => all.iter().find(|one| one.holds()).or(all.last()),
            _ => None,
        }
    }
}

/// Examines a file. Time and memory are proportional to its size, whatever it contains.
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

/// SHA-256 (hex) of the bytes that the only signature of a document covers, as in
/// [`Signed::covered`].
pub fn covered(file: &[u8]) -> Option<String> {
    match signatures(file).as_slice() {
        [found] => Some(sum(found)),
        _ => None,
    }
}

fn sum(found: &Found<'_>) -> String {
    hex::sha256(&found.parts.concat())
}
