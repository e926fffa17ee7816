//! Tokens in mailed links: a random id with an HMAC-SHA-256 over it.
//!
//! No secret is stored: a dump of the database contains no usable link, and the same mail delivered
//! twice carries the same link. While keys are being rotated, tokens of the previous one are still
//! valid (S-86).
//!
//! Mail programs guess where a link ends: many drop a final `-` and include a full stop or bracket
//! that follows. So a token ends in a letter, and [`tidy`] removes what they add.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use crate::config::Keys;
use crate::domain::UserId;

/// Length of the signed part: 16 bytes of id and 32 of HMAC, in base64.
const CODE: usize = 64;
/// Last character of every token, so that no mail program takes it for punctuation.
const END: char = 'x';
/// Length of a token in characters.
pub const LENGTH: usize = CODE + 1;

/// What a token is for; it is not valid for another purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A consent link.
    Consent,
    /// A link to set a password.
    Password,
    /// A link to dissent from an announced change.
    Dissent,
    /// A link to stop an address that a partner entered.
    Address,
}

impl Purpose {
    /// All purposes that a token can have.
    pub const ALL: [Self; 4] = [Self::Consent, Self::Password, Self::Dissent, Self::Address];

    fn label(self) -> &'static [u8] {
        match self {
            Self::Consent => b"consent link\0",
            Self::Password => b"password link\0",
            Self::Dissent => b"dissent link\0",
            Self::Address => b"address link\0",
        }
    }
}

/// Makes the token of an id. It must never be logged.
pub fn make(keys: &Keys, purpose: Purpose, id: Uuid) -> String {
    let mut bytes = id.as_bytes().to_vec();
    bytes.extend(
        mac(keys.current.link.bytes(), purpose, id)
            .finalize()
            .into_bytes(),
    );
    let mut token = URL_SAFE_NO_PAD.encode(bytes);
    token.push(END);
    token
}

/// Restores a token to which a mail program or a person has added something: removes white space,
/// soft line ends (`=`) and the punctuation that follows links.
pub fn tidy(token: &str) -> String {
    let bare: String = token
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && *c != '=')
        .take(2 * LENGTH)
        .collect();
    bare.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'))
        .to_owned()
}

/// The id of a genuine token; `None` for anything else. The comparison takes constant time.
pub fn open(keys: &Keys, purpose: Purpose, token: &str) -> Option<Uuid> {
    let token = tidy(token);
    let code = match token.len() {
        LENGTH => token.strip_suffix(END)?.to_owned(),
        // Tokens as they were mailed before they ended in a letter; some programs cut the last
        // character off.
        CODE => token,
        length if length + 1 == CODE => {
            return ['-', '_']
                .iter()
                .find_map(|end| open_code(keys, purpose, &format!("{token}{end}")));
        }
        _ => return None,
    };
    open_code(keys, purpose, &code)
}

fn open_code(keys: &Keys, purpose: Purpose, code: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(code).ok()?;
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

/// Makes the token of a session's forms: the user, a random text, and a MAC over both. So the owner
/// of a form is known even after its session has ended (B2).
pub fn make_form(keys: &Keys, user: UserId, random: &str) -> String {
    let seal = form_mac(keys.current.csrf.bytes(), user, random)
        .finalize()
        .into_bytes();
    format!("{user}.{random}.{}", URL_SAFE_NO_PAD.encode(seal))
}

/// The user whose form carries this token; `None` if it was not made by this portal. The session
/// may have ended.
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
        let (without_start, doubled) = (&token[1..], format!("{token}{END}"));
        for odd in ["", "x", without_start, &doubled, &"ä".repeat(32), "=.)>"] {
            assert_eq!(open(&keys, Purpose::Consent, odd), None);
        }
    }

    /// D7: a link works whatever a mail program does to its end.
    #[test]
    fn d7_every_mailed_token_survives_mail_programs() {
        let keys = keys("one", None);
        for purpose in Purpose::ALL {
            for id in (0..1000_u128).map(Uuid::from_u128) {
                let token = make(&keys, purpose, id);
                assert!(token.ends_with(|c: char| c.is_ascii_alphanumeric()));
                assert_eq!(open(&keys, purpose, &token), Some(id));
                // An older token: 64 characters, of which the last could be cut off.
                let former = token.strip_suffix(END).unwrap_or_default();
                assert_eq!(open(&keys, purpose, former), Some(id));
                let cut = former.trim_end_matches(['-', '_']);
                if cut.len() + 1 == former.len() {
                    assert_eq!(open(&keys, purpose, cut), Some(id));
                }
            }
            let id = Uuid::from_u128(7);
            let token = make(&keys, purpose, id);
            for behind in [
                ".", ")", ">", " ", "/", "=", ">.", "\r\n", ").", "\"", ",", "=\r\n",
            ] {
                let found = open(&keys, purpose, &format!("{token}{behind}"));
                assert_eq!(found, Some(id), "{behind:?}");
            }
            for within in ["\r\n", " ", "=\r\n", "\t", "\n "] {
                let (start, end) = token.split_at(30);
                let found = open(&keys, purpose, &format!("{start}{within}{end}"));
                assert_eq!(found, Some(id), "{within:?}");
            }
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
        for odd in [
            "",
            "7",
            "7.zufall",
            "7.zufall.",
            &foreign,
            &token[..token.len() - 1],
        ] {
            assert_eq!(form_owner(&keys, odd), None, "{odd}");
        }
    }
}
