//! Tokens of clients: `avv_ID_SECRET`, where the identifier finds the row and the secret proves it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use secrecy::{ExposeSecret as _, SecretString};

/// What every token begins with, by which scanners of secrets find one that was published.
const BEGIN: &str = "avv_";
/// Characters of the identifier.
const ID: usize = 12;
/// Characters of the secret: 32 bytes.
const SECRET: usize = 43;

/// The readable part of a token, which may stand on a page and in a log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenId(pub String);

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token as a client sends it.
#[derive(Debug, Clone)]
pub struct Token {
    id: TokenId,
    text: SecretString,
}

impl Token {
    /// A token of random bytes.
    pub fn new(id: [u8; ID / 2], secret: [u8; 32]) -> Self {
        let id = TokenId(base16ct::lower::encode_string(&id));
        let text = format!("{BEGIN}{id}_{}", BASE64.encode(secret)).into();
        Self { id, text }
    }

    /// The readable part.
    pub fn id(&self) -> &TokenId {
        &self.id
    }

    /// The whole token: shown once, and hashed.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

impl FromStr for Token {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (id, secret) = text
            .strip_prefix(BEGIN)
            .and_then(|rest| rest.split_once('_'))
            .ok_or(())?;
        let is_id = id.len() == ID
            && id
                .bytes()
                .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
        if !is_id || secret.len() != SECRET || BASE64.decode(secret).is_err() {
            return Err(());
        }
        Ok(Self {
            id: TokenId(id.to_owned()),
            text: text.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_made_and_shows_no_secret() {
        let made = Token::new([0xab; 6], [0xff; 32]);
        let read: Token = made.expose().parse().unwrap();
        assert_eq!(read.expose(), made.expose());
        assert_eq!(read.id().0, "abababababab");
        assert_eq!(made.expose().len(), 4 + 12 + 1 + 43);
        assert!(!format!("{made:?}").contains("____"), "{made:?}");
    }

    #[test]
    fn anything_else_is_no_token() {
        let good = Token::new([1; 6], [2; 32]);
        let good = good.expose();
        for text in [
            "",
            "avv_",
            "avv__",
            &good[4..],
            &good[..good.len() - 1],
            &format!("{good}A"),
            &good.to_uppercase(),
            &good.replacen("0101", "01ZZ", 1),
            &format!(" {good}"),
        ] {
            assert!(text.parse::<Token>().is_err(), "{text}");
        }
    }
}
