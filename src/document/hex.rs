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

/// Appends upper-case hexadecimal digits, as PDF has them.
pub(super) fn push(text: &mut String, bytes: &[u8]) {
    let digit = |half: u8| {
        char::from(if half < 10 {
            b'0' + half
        } else {
            b'A' + half - 10
        })
    };
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
}
