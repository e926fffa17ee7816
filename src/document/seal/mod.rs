//! The seal: a signature of the operator's key over the finished file (`PAdES` baseline B-B), and
//! everything needed to check one.
//!
//! [`identity`] holds key and certificate; [`signature_slot`] appends the signature to a finished
//! PDF; [`signature`] is the signature itself (CMS); [`scan`] finds a signature in an untrusted
//! file without parsing that file; [`check()`] evaluates it; [`timestamp`] makes requests for a
//! time-stamping service and reads its replies (RFC 3161).

mod authority;
mod check;
mod identity;
mod open;
mod scan;
mod signature;
mod signature_slot;
#[cfg(test)]
mod tests;
mod timestamp;

pub use check::{CertificateFacts, Finding, LARGEST_FILE, Signed, check, covered};
pub use identity::{Certificates, Sealer, fingerprint};
pub use scan::{Parts, signature_parts, signature_value};
pub use signature::seal_bytes;
pub(super) use signature_slot::{Revision, append};
pub use timestamp::{Stamp, StampError, Terms, read_reply, read_token, request};

use chrono::{DateTime, Utc};

/// Why nothing was sealed. The messages are for the operator's log and for the start of the portal.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key cannot be used.
    #[error("the key of the seal cannot be used: {0}")]
    Key(String),
    /// The certificate cannot be used.
    #[error("the certificate of the seal cannot be used: {0}")]
    Certificate(String),
    /// Key and certificate are not a pair.
    #[error("the key of the seal does not belong to its certificate")]
    NoPair,
    /// The certificate is not valid at this time, so it is not used for signing.
    #[error("the certificate of the seal is valid from {from} to {until} only")]
    NotValid {
        /// First moment of its validity.
        from: DateTime<Utc>,
        /// Last moment of its validity.
        until: DateTime<Utc>,
    },
    /// The signature could not be computed or does not fit into its place.
    #[error("the document cannot be sealed: {0}")]
    Signing(String),
}
