//! Signed notes (C2SP signed-note) with Ed25519: a text, an empty line, and signatures.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

/// The kind of key and signature in the format.
const KIND: u8 = 1;
/// How a line with a signature begins.
const DASH: &str = "\u{2014} ";

/// Why a note is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not written as a note has to be.
    #[error("it is no checkpoint")]
    Malformed,
    /// It has no signature of this key.
    #[error("it is not signed by this key")]
    OtherKey,
    /// The signature is not one of this text.
    #[error("its signature does not fit its text")]
    Signature,
}

/// Signs notes under a name.
pub struct Signer {
    pair: Ed25519KeyPair,
    key: VerifierKey,
}

impl Signer {
    /// The key pair of this seed. Blanks and `+` in the name become `-`, as the format has no place for
    /// them. `None` for a seed the algorithm refuses, which no 32 bytes are.
    pub fn new(name: &str, seed: &[u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let public = pair.public_key().as_ref().try_into().ok()?;
        let name = name.replace(|sign: char| sign.is_whitespace() || sign == '+', "-");
        Some(Self {
            pair,
            key: VerifierKey { name, public },
        })
    }

    /// The key by which others check the signatures.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The note: the text, which ends with a line feed, and its signature.
    pub fn sign(&self, text: &str) -> String {
        let mut line = self.key.hash().to_vec();
        line.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        let (name, line) = (&self.key.name, STANDARD.encode(line));
        format!("{text}\n{DASH}{name} {line}\n")
    }
}

/// A key by which signatures are checked, written as `NAME+HASH+KEY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    /// Who signs.
    pub name: String,
    /// The public key.
    pub public: [u8; 32],
}

impl VerifierKey {
    /// By which a signature names its key.
    fn hash(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(self.name.as_bytes());
        hasher.update([b'\n', KIND]);
        hasher.update(self.public);
        let [a, b, c, d, ..] = <[u8; 32]>::from(hasher.finalize());
        [a, b, c, d]
    }

    /// The text of a note that this key has signed.
    pub(super) fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        let (text, signatures) = text_of(note).ok_or(NoteError::Malformed)?;
        for line in signatures.lines() {
            let line = line.strip_prefix(DASH).ok_or(NoteError::Malformed)?;
            let (name, signature) = line.split_once(' ').ok_or(NoteError::Malformed)?;
            let signature = STANDARD
                .decode(signature)
                .map_err(|_| NoteError::Malformed)?;
            let own = signature.strip_prefix(&self.hash());
            if let Some(signature) = own.filter(|_| name == self.name) {
                return UnparsedPublicKey::new(&ED25519, self.public)
                    .verify(text.as_bytes(), signature)
                    .map(|()| text)
                    .map_err(|_| NoteError::Signature);
            }
        }
        Err(NoteError::OtherKey)
    }

    /// The public key as other programs read it: the `SubjectPublicKeyInfo` of RFC 8410, DER.
    pub fn der(&self) -> Vec<u8> {
        let mut der = vec![
            0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
        ];
        der.extend_from_slice(&self.public);
        der
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = base16ct::lower::encode_string(&self.hash());
        let mut key = vec![KIND];
        key.extend_from_slice(&self.public);
        write!(f, "{}+{hash}+{}", self.name, STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Malformed);
        };
        let key = STANDARD.decode(key).map_err(|_| NoteError::Malformed)?;
        let public = match key.split_first() {
            Some((&KIND, public)) => public.try_into().map_err(|_| NoteError::Malformed)?,
            _ => return Err(NoteError::Malformed),
        };
        let found = Self {
            name: name.to_owned(),
            public,
        };
        if base16ct::lower::encode_string(&found.hash()) != hash {
            return Err(NoteError::Malformed);
        }
        Ok(found)
    }
}

/// Text and signatures of a note.
pub(super) fn text_of(note: &str) -> Option<(&str, &str)> {
    let at = note.rfind("\n\n")?;
    let (text, rest) = note.split_at_checked(at + 1)?;
    let signatures = rest.strip_prefix('\n')?;
    (signatures.ends_with('\n')).then_some((text, signatures))
}
