//! Secrets and codes as they are computed and written.

use ring::hmac;

/// Bytes of a secret, as many as the hash of RFC 4226 has.
pub const SECRET_BYTES: usize = 20;
/// Random bytes of a recovery code.
pub const RECOVERY_BYTES: usize = 10;
/// Characters of a recovery code without what parts them.
pub(super) const RECOVERY_LENGTH: usize = 16;

/// RFC 4648: no 0, 1 and 8, which look like O, I and B.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What an authenticator app and the portal both know.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; SECRET_BYTES]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret([hidden])")
    }
}

impl Secret {
    /// Of random bytes.
    pub fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be stored sealed.
    pub fn bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// The code of a step: RFC 6238 with SHA-1 and six figures, which is what every app knows.
    pub fn code(&self, step: i64) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let mac = tag.as_ref();
        let offset = usize::from(mac.last().copied().unwrap_or_default() & 0x0f);
        let word = mac
            .iter()
            .skip(offset)
            .take(4)
            .fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
        (word & 0x7fff_ffff) % 1_000_000
    }

    /// The secret to be typed, in groups of four.
    pub fn shown(&self) -> String {
        grouped(&base32(&self.0), " ")
    }

    /// What the QR code says: the app shows the account below the name of the portal.
    pub fn address(&self, issuer: &str, account: &str) -> String {
        use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
        // A colon parts the two in the label.
        let issuer = issuer.replace(':', " ");
        let coded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        format!(
            "otpauth://totp/{0}:{1}?secret={2}&issuer={0}",
            coded(&issuer),
            coded(account),
            base32(&self.0)
        )
    }
}

/// A recovery code of random bytes, in groups of four.
pub fn recovery_code(bytes: [u8; RECOVERY_BYTES]) -> String {
    grouped(&base32(&bytes), "-")
}

pub(super) fn is_base32(text: &str) -> bool {
    text.bytes().all(|byte| ALPHABET.contains(&byte))
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    // Both lengths are whole groups of five bytes, so nothing has to be filled up.
    for group in bytes.chunks(5) {
        let word = group
            .iter()
            .fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
        for place in (0..8).rev() {
            let index = usize::try_from((word >> (5 * place)) & 31).unwrap_or_default();
            text.push(char::from(ALPHABET[index]));
        }
    }
    text
}

fn grouped(text: &str, between: &str) -> String {
    let groups: Vec<&str> = (0..text.len())
        .step_by(4)
        .map(|from| &text[from..(from + 4).min(text.len())])
        .collect();
    groups.join(between)
}
