//! Hexadecimal digits and SHA-256.

use sha2::{Digest as _, Sha256};

/// Lower-case hexadecimal digits.
pub fn of(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// SHA-256 as hex.
pub fn sha256(bytes: &[u8]) -> String {
    of(&Sha256::digest(bytes))
}
