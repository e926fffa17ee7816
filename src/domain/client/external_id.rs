//! Keys of the provider's other systems.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::domain::PartnerId;

/// The key of a partner, a booking or a user in the other systems of the provider: a letter or figure,
/// then up to 63 of `A-Za-z0-9._-`. Compared as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId(String);

/// The text is no such key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or figure")]
pub struct NoExternalId;

/// Longest key, in characters.
const LONGEST: usize = 64;

impl ExternalId {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExternalId {
    type Err = NoExternalId;

    fn from_str(text: &str) -> Result<Self, NoExternalId> {
        let is_fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let begins = text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric());
        if begins && text.len() <= LONGEST && text.bytes().all(is_fine) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoExternalId)
        }
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands before the number of a partner without a key.
const NAMELESS: char = '~';

/// A partner as other systems call it: by its key, or by `~` and its number in the portal if it was
/// typed in and has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerName {
    /// The partner.
    pub id: PartnerId,
    /// Its key.
    pub key: Option<String>,
}

impl PartnerName {
    /// The number behind `~`, if the text begins so: `None` within for what is no number.
    pub fn nameless(text: &str) -> Option<Option<PartnerId>> {
        let number = text.strip_prefix(NAMELESS)?;
        Some(number.parse().ok().map(PartnerId))
    }
}

impl fmt::Display for PartnerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => f.write_str(key),
            None => write!(f, "{NAMELESS}{}", self.id),
        }
    }
}

impl Serialize for PartnerName {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_the_table_accepts() {
        for text in ["P-7", "0", "a.b_c-d", &"x".repeat(64)] {
            assert!(text.parse::<ExternalId>().is_ok(), "{text}");
        }
        for text in ["", "-a", ".a", "a b", "ä", "a/b", "a\n", &"x".repeat(65)] {
            assert!(text.parse::<ExternalId>().is_err(), "{text:?}");
        }
    }
}
