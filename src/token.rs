//! Tokens in mailed links: a random id with an HMAC-SHA-256 over it.
//!
//! No secret is stored: a dump of the database opens nothing, and the same mail delivered twice
//! carries the same link. While keys are being rotated, the previous one still opens (S-86).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use crate::config::Keys;
use crate::domain::UserId;

/// Length of a token: 16 bytes of id and 32 of HMAC, in base64.
const LENGTH: usize = 64;

/// What a token is for; one made for another purpose opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A consent link.
    Consent,
    /// Setting a password.
    Password,
    /// Dissenting from an announced change.
    Dissent,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Consent => b"consent link\0",
            Self::Password => b"password link\0",
            Self::Dissent => b"dissent link\0",
        }
    }
}

/// The token of an id. Never goes into a log.
pub fn make(keys: &Keys, purpose: Purpose, id: Uuid) -> String {
    let mut bytes = id.as_bytes().to_vec();
    bytes.extend(
        mac(keys.current.link.bytes(), purpose, id)
            .finalize()
            .into_bytes(),
    );
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The id of a genuine token; `None` for anything else. Comparison takes constant time.
pub fn open(keys: &Keys, purpose: Purpose, token: &str) -> Option<Uuid> {
    if token.len() != LENGTH {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let id = Uuid::from_slice(bytes.get(..16)?).ok()?;
    let tag = bytes.get(16..)?;
    keys.link_keys()
        .any(|key| mac(key.bytes(), purpose, id).verify_slice(tag).is_ok())
        .then_some(id)
}

fn mac(key: &[u8; 32], purpose: Purpose, id: Uuid) -> Hmac<Sha256> {
    let mut mac = keyed(key);
    mac.update(purpose.label());
    mac.update(id.as_bytes());
    mac
}

/// The token of a session's forms: whose they are, something random, and a seal over both. So a form
/// whose session has ended still says whose it was (B2).
pub fn make_form(keys: &Keys, user: UserId, random: &str) -> String {
    let seal = form_mac(keys.current.csrf.bytes(), user, random)
        .finalize()
        .into_bytes();
    format!("{user}.{random}.{}", URL_SAFE_NO_PAD.encode(seal))
}

/// Whose form carries this token; `None` if it was not made here. It says nothing of whether the
/// session still runs.
pub fn form_owner(keys: &Keys, token: &str) -> Option<UserId> {
    let (user, rest) = token.split_once('.')?;
    let (random, seal) = rest.split_once('.')?;
    let user = UserId(user.parse().ok()?);
    let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
    keys.csrf_keys()
        .any(|key| {
            form_mac(key.bytes(), user, random)
                .verify_slice(&seal)
                .is_ok()
        })
        .then_some(user)
}

fn form_mac(key: &[u8; 32], user: UserId, random: &str) -> Hmac<Sha256> {
    let mut mac = keyed(key);
    mac.update(b"form\0");
    mac.update(&user.0.to_be_bytes());
    mac.update(random.as_bytes());
    mac
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC takes keys of any length, so this cannot fail; the other branch only satisfies the type.
    Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()))
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    fn keys(current: &str, previous: Option<&str>) -> Keys {
        let secret = |name: &str| SecretString::from(name.repeat(20));
        Keys::new(&secret(current), previous.map(secret).as_ref())
    }

    #[test]
    fn a_token_opens_its_id_and_nothing_else() {
        let (keys, id) = (keys("one", None), Uuid::new_v4());
        let token = make(&keys, Purpose::Consent, id);
        assert_eq!(token.len(), LENGTH);
        assert_eq!(open(&keys, Purpose::Consent, &token), Some(id));
        assert_eq!(open(&keys, Purpose::Password, &token), None);
        assert_eq!(open(&keys, Purpose::Dissent, &token), None);
        for at in 0..LENGTH {
            let mut bent = token.clone().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(
                open(&keys, Purpose::Consent, &String::from_utf8_lossy(&bent)),
                None,
                "byte {at}"
            );
        }
        for odd in ["", "x", &token[1..], &format!("{token}A"), &"ä".repeat(32)] {
            assert_eq!(open(&keys, Purpose::Consent, odd), None);
        }
    }

    #[test]
    fn a_rotated_key_still_opens_and_a_foreign_one_does_not() {
        let id = Uuid::new_v4();
        let token = make(&keys("old", None), Purpose::Consent, id);
        assert_eq!(
            open(&keys("new", Some("old")), Purpose::Consent, &token),
            Some(id)
        );
        assert_eq!(open(&keys("new", None), Purpose::Consent, &token), None);
    }

    #[test]
    fn b2_a_form_says_whose_it_is_and_nobody_can_make_one_up() {
        let (keys, user) = (keys("one", None), UserId(7));
        let token = make_form(&keys, user, "zufall");
        assert_eq!(form_owner(&keys, &token), Some(user));
        let foreign = token.replacen('7', "8", 1);
        for odd in ["", "7", "7.zufall", "7.zufall.", &foreign, &token[..60]] {
            assert_eq!(form_owner(&keys, odd), None, "{odd}");
        }
    }
}
