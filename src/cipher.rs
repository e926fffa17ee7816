//! What only the portal must be able to read again: encrypted with `ChaCha20-Poly1305` under a key
//! of `AVV_SECRET_KEY`. What is encrypted belongs to one purpose and one owner, a user or an
//! endpoint; moved to another row it cannot be read.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::config::{Key, Keys};

/// What something is encrypted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// What the app of a user knows.
    Secret,
    /// What a user is offered to put into an app; nothing signs in with it yet.
    Offer,
    /// Recovery codes that are being shown.
    Codes,
    /// What deliveries to an endpoint are signed with.
    Webhook,
    /// The same while it is being shown to a user.
    ShownWebhook,
    /// With what an issuer is asked about a user.
    Tokens,
}

impl Purpose {
    fn label(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Offer => "offer",
            Self::Codes => "codes",
            Self::Webhook => "webhook",
            Self::ShownWebhook => "shown webhook",
            Self::Tokens => "tokens",
        }
    }
}

/// Something that was encrypted.
#[derive(Debug)]
pub struct Opened {
    /// What it was.
    pub bytes: Vec<u8>,
    /// Whether it was encrypted with the key before and should be encrypted anew (S-86).
    pub is_old: bool,
}

/// The machine gave no random bytes, or the cipher refused.
#[derive(Debug, thiserror::Error)]
#[error("nothing could be encrypted")]
pub struct Unencrypted;

/// Random bytes of the machine.
///
/// # Errors
/// If the machine has none.
pub fn random<const N: usize>() -> Result<[u8; N], Unencrypted> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Unencrypted)?;
    Ok(bytes)
}

/// Encrypts with the current key.
///
/// # Errors
/// If the machine has no random bytes.
pub fn close(
    keys: &Keys,
    purpose: Purpose,
    owner: impl fmt::Display,
    bytes: &[u8],
) -> Result<String, Unencrypted> {
    let nonce: [u8; NONCE_LEN] = random()?;
    let key = key(&keys.current.factor).ok_or(Unencrypted)?;
    let mut text = bytes.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        about(purpose, &owner),
        &mut text,
    )
    .map_err(|_| Unencrypted)?;
    let mut whole = nonce.to_vec();
    whole.append(&mut text);
    Ok(URL_SAFE_NO_PAD.encode(whole))
}

/// Decrypts with the current key or the one before; `None` for what was not made here for this.
pub fn open(keys: &Keys, purpose: Purpose, owner: impl fmt::Display, text: &str) -> Option<Opened> {
    let whole = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (nonce, sealed) = whole.split_at_checked(NONCE_LEN)?;
    keys.factor_keys().enumerate().find_map(|(age, bytes)| {
        let mut text = sealed.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = key(bytes)?
            .open_in_place(nonce, about(purpose, &owner), &mut text)
            .ok()?;
        Some(Opened {
            bytes: plain.to_vec(),
            is_old: age > 0,
        })
    })
}

fn key(bytes: &Key<32>) -> Option<LessSafeKey> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, bytes.bytes()).ok()?;
    Some(LessSafeKey::new(key))
}

fn about(purpose: Purpose, owner: &impl fmt::Display) -> Aad<Vec<u8>> {
    Aad::from(format!("{} of {owner}", purpose.label()).into_bytes())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use secrecy::SecretString;

    use super::*;
    use crate::domain::UserId;

    fn keys(current: &str, previous: Option<&str>) -> Keys {
        let secret = |name: &str| SecretString::from(name.repeat(20));
        Keys::new(&secret(current), previous.map(secret).as_ref())
    }

    #[test]
    fn s36_what_is_encrypted_is_read_by_its_owner_alone() {
        let (one, user) = (keys("one", None), UserId(7));
        let text = close(&one, Purpose::Secret, user, b"geheim").unwrap();
        let again = close(&one, Purpose::Secret, user, b"geheim").unwrap();
        assert_ne!(text, again, "never twice the same");
        let found = open(&one, Purpose::Secret, user, &text).unwrap();
        assert_eq!(
            (found.bytes.as_slice(), found.is_old),
            (&b"geheim"[..], false)
        );
        let (rotated, foreign) = (keys("two", Some("one")), keys("two", None));
        let found = open(&rotated, Purpose::Secret, user, &text).unwrap();
        assert_eq!(
            (found.bytes.as_slice(), found.is_old),
            (&b"geheim"[..], true)
        );
        assert!(open(&foreign, Purpose::Secret, user, &text).is_none());
        assert!(open(&one, Purpose::Offer, user, &text).is_none());
        assert!(open(&one, Purpose::Secret, UserId(8), &text).is_none());
        let mut bent = text.clone().into_bytes();
        bent[20] = if bent[20] == b'A' { b'B' } else { b'A' };
        for odd in ["", "AAAA", "äöü", &String::from_utf8(bent).unwrap()] {
            assert!(open(&one, Purpose::Secret, user, odd).is_none(), "{odd}");
        }
    }
}
