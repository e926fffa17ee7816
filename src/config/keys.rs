//! The keys that are derived from the secret, and the source of the secret.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use nix::unistd::{Gid, getegid, getgroups};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::ConfigError;

/// Shortest accepted secret in characters: 32 random bytes in base64.
pub const SHORTEST_SECRET: usize = 43;

/// A text with fewer different characters than this is not random. Hexadecimal text has at most
/// sixteen.
const FEWEST_CHARACTERS: usize = 12;

/// The bytes of a key, which `Debug` does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Key<const N: usize>([u8; N]);

impl<const N: usize> Key<N> {
    /// The bytes, for the cipher or the MAC.
    pub fn bytes(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> fmt::Debug for Key<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key<{N}>([hidden])")
    }
}

/// One key for each purpose, all derived from one secret: knowing one of them reveals no other.
#[derive(Debug, Clone)]
pub struct KeySet {
    /// Signs consent links (HMAC-SHA-256).
    pub link: Key<32>,
    /// Signs and encrypts the session cookie.
    pub cookie: Key<64>,
    /// Signs CSRF tokens.
    pub csrf: Key<32>,
    /// Signs the tombstones of the audit log (S-80).
    pub audit: Key<32>,
    /// Encrypts what authenticator apps know (S-36).
    pub factor: Key<32>,
    /// Signs checkpoints of the audit log (Ed25519).
    pub log: Key<32>,
}

impl KeySet {
    fn from_secret(secret: &SecretString) -> Self {
        Self {
            link: derive(secret, "link"),
            cookie: derive(secret, "cookie"),
            csrf: derive(secret, "csrf"),
            audit: derive(secret, "audit"),
            factor: derive(secret, "factor"),
            log: derive(secret, "log"),
        }
    }
}

/// The keys in use and, while the secret is being changed, the previous ones (S-86): everything new
/// is signed with the current keys, and what was signed with the previous ones is still accepted.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Keys from `AVV_SECRET_KEY`.
    pub current: KeySet,
    /// Keys from `AVV_SECRET_KEY_PREVIOUS`.
    pub previous: Option<KeySet>,
}

impl Keys {
    /// Derives all keys.
    pub fn new(current: &SecretString, previous: Option<&SecretString>) -> Self {
        Self {
            current: KeySet::from_secret(current),
            previous: previous.map(KeySet::from_secret),
        }
    }

    /// The link keys to try for an incoming link, the current one first.
    pub fn link_keys(&self) -> impl Iterator<Item = &Key<32>> {
        std::iter::once(&self.current.link).chain(self.previous.as_ref().map(|keys| &keys.link))
    }

    /// The keys a tombstone of the audit log may be signed with, the current one first.
    pub fn audit_keys(&self) -> impl Iterator<Item = &Key<32>> {
        std::iter::once(&self.current.audit).chain(self.previous.as_ref().map(|keys| &keys.audit))
    }

    /// The keys a checkpoint of the audit log may be signed with, the current one first.
    pub fn log_keys(&self) -> impl Iterator<Item = &Key<32>> {
        std::iter::once(&self.current.log).chain(self.previous.as_ref().map(|keys| &keys.log))
    }

    /// The keys a second factor may be encrypted with, the current one first.
    pub fn factor_keys(&self) -> impl Iterator<Item = &Key<32>> {
        std::iter::once(&self.current.factor).chain(self.previous.as_ref().map(|keys| &keys.factor))
    }

    /// The CSRF keys to try when a form comes in, the current one first.
    pub fn csrf_keys(&self) -> impl Iterator<Item = &Key<32>> {
        std::iter::once(&self.current.csrf).chain(self.previous.as_ref().map(|keys| &keys.csrf))
    }
}

/// HKDF-SHA-256 (RFC 5869) with the purpose as info. Every block is an HMAC over the previous one.
fn derive<const N: usize>(secret: &SecretString, purpose: &str) -> Key<N> {
    let extracted = hmac(b"avv-portal", &[secret.expose_secret().as_bytes()]);
    let mut okm = [0; N];
    let mut block: Vec<u8> = Vec::new();
    for (chunk, number) in okm.chunks_mut(32).zip(1u8..) {
        block = hmac(&extracted, &[&block, purpose.as_bytes(), &[number]]);
        chunk.copy_from_slice(&block[..chunk.len()]);
    }
    Key(okm)
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes a key of any length; the error exists only for other MACs.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC refused a key");
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// Refuses secrets that are short, look like an example or were typed on one key (S-86).
pub(super) fn check_secret(variable: &'static str, secret: &str) -> Result<(), ConfigError> {
    let mut characters: Vec<char> = secret.chars().collect();
    let length = characters.len();
    characters.sort_unstable();
    characters.dedup();
    let lower = secret.to_ascii_lowercase();
    let example = [
        "changeme",
        "change-me",
        "change_me",
        "secret",
        "example",
        "password",
    ]
    .iter()
    .any(|word| lower.contains(word));
    let few = characters.len() < FEWEST_CHARACTERS;
    if length < SHORTEST_SECRET || few || example || is_row(secret) {
        return Err(ConfigError::Invalid {
            variable,
            expected: "at least 32 random bytes in base64 (43 characters), as `openssl rand -base64 32` prints them",
        });
    }
    Ok(())
}

/// Whether a text is a sequence of the alphabet or the keyboard, or repeats itself. In random text
/// hardly any pair of neighbours comes twice, and few are successive.
fn is_row(secret: &str) -> bool {
    const KEYS: &str = "qwertzuiopasdfghjklyxcvbnm qwertyuiopasdfghjklzxcvbnm 1234567890";
    let lower = secret.to_ascii_lowercase();
    let mut pairs: Vec<&[u8]> = lower.as_bytes().windows(2).collect();
    let all = pairs.len();
    let follow = |pair: &&&[u8]| match pair {
        [a, b] => {
            let backwards = [*b, *a];
            a.abs_diff(*b) <= 1
                || KEYS
                    .as_bytes()
                    .windows(2)
                    .any(|two| two == **pair || two == backwards)
        }
        _ => false,
    };
    let steps = pairs.iter().filter(follow).count();
    pairs.sort_unstable();
    pairs.dedup();
    steps * 2 > all || pairs.len() * 3 < all * 2
}

/// Reads a secret from a file that only its owner and one of the portal's own groups may read.
pub(super) fn read_secret_file(
    variable: &'static str,
    path: &Path,
) -> Result<SecretString, ConfigError> {
    let bytes = read_private_file(variable, path)?;
    let text = String::from_utf8(bytes).map_err(|error| ConfigError::Unreadable {
        variable,
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()),
    })?;
    Ok(SecretString::from(text.trim().to_owned()))
}

/// Whether this process belongs to a group.
fn is_of_our_groups(gid: u32) -> bool {
    let gid = Gid::from_raw(gid);
    gid == getegid() || getgroups().is_ok_and(|groups| groups.contains(&gid))
}

/// The bytes of a file that only its owner and one of the portal's own groups may read.
pub(super) fn read_private_file(
    variable: &'static str,
    path: &Path,
) -> Result<Vec<u8>, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable {
        variable,
        path: path.to_owned(),
        source,
    };
    let facts = fs::metadata(path).map_err(unreadable)?;
    let mode = facts.permissions().mode();
    // Containers mount secrets as files of root that the portal's group may read (0440).
    let is_shared = mode & 0o040 != 0 && !is_of_our_groups(facts.gid());
    if mode & 0o037 != 0 || is_shared {
        return Err(ConfigError::OpenFile {
            variable,
            path: path.to_owned(),
        });
    }
    fs::read(path).map_err(unreadable)
}

/// Where the secret of a development portal is kept, in the data directory.
const DEVELOPMENT_SECRET: &str = "secret.key";

/// The secret of a development portal, if it was made already.
pub(super) fn find_development_secret(
    data_dir: &Path,
) -> Result<Option<SecretString>, ConfigError> {
    match data_dir.join(DEVELOPMENT_SECRET).exists() {
        true => development_secret(data_dir).map(Some),
        false => Ok(None),
    }
}

/// The secret of a development portal: made once, kept beside its data. Two first starts at once
/// end up with the same one: the file appears under its name whole or not at all.
pub(super) fn development_secret(data_dir: &Path) -> Result<SecretString, ConfigError> {
    let path = data_dir.join(DEVELOPMENT_SECRET);
    let variable = "AVV_SECRET_KEY";
    if !path.exists() {
        make_secret_file(data_dir, &path).map_err(|source| ConfigError::Unreadable {
            variable,
            path: path.clone(),
            source,
        })?;
    }
    let secret = read_secret_file(variable, &path)?;
    check_secret(variable, secret.expose_secret())?;
    Ok(secret)
}

fn make_secret_file(data_dir: &Path, path: &Path) -> io::Result<()> {
    let mut bytes = [0u8; 40];
    OsRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
    fs::create_dir_all(data_dir)?;
    let draft = data_dir.join(format!("secret.{}.draft", uuid::Uuid::new_v4()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(file, "{}", URL_SAFE_NO_PAD.encode(bytes))?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn every_purpose_and_every_secret_has_its_own_key() {
        let one = Keys::new(&"a".repeat(43).into(), Some(&"b".repeat(43).into()));
        let previous = one.previous.clone().unwrap();
        let mut all = vec![
            one.current.link.bytes().to_vec(),
            one.current.csrf.bytes().to_vec(),
            one.current.audit.bytes().to_vec(),
            one.current.factor.bytes().to_vec(),
            one.current.log.bytes().to_vec(),
            one.current.cookie.bytes()[..32].to_vec(),
            one.current.cookie.bytes()[32..].to_vec(),
            previous.link.bytes().to_vec(),
            previous.csrf.bytes().to_vec(),
        ];
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(one.link_keys().count(), 2);
        assert_eq!(one.link_keys().next(), Some(&one.current.link));
        let again = Keys::new(&"a".repeat(43).into(), None);
        assert_eq!(again.current.link, one.current.link, "stable over restarts");
        assert_eq!(again.csrf_keys().count(), 1);
    }

    /// RFC 5869, test case 1, has another salt and info; `OpenSSL` computed this one:
    /// `openssl kdf -keylen 64 -kdfopt digest:SHA256 -kdfopt key:SECRET -kdfopt salt:avv-portal
    /// -kdfopt info:cookie HKDF`.
    #[test]
    fn keys_are_those_of_hkdf() {
        let secret: SecretString = "0123456789012345678901234567890123456789012".into();
        let key = derive::<64>(&secret, "cookie");
        let hex: String = base16ct::lower::encode_string(key.bytes());
        assert_eq!(
            hex,
            "9d6a04969635985024c4ea39480f67d31f49dd93c755566a79f40473f55306de1a89b22d548ae7937bed706966b01f035144f841d66db2d3fced103896f0b727"
        );
    }

    #[test]
    fn a10_what_can_be_guessed_is_no_secret() {
        for secret in [
            "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijk",
            "zyxwvutsrqponmlkjihgfedcba9876543210zyxwvutsrqpo",
            "qwertzuiopasdfghjklyxcvbnm1234567890qwertzuiop",
            "Geheim-Portal-7!Geheim-Portal-7!Geheim-Portal-7!",
            "a1b2c3d4e5a1b2c3d4e5a1b2c3d4e5a1b2c3d4e5a1b2c3d4e5",
            "0123456789012345678901234567890123456789012",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabcdefghijklmnop",
            "abababababababababababababababababababababacdefghi",
        ] {
            assert!(check_secret("AVV_SECRET_KEY", secret).is_err(), "{secret}");
        }
        let mut random = [0u8; 32];
        for _ in 0..200 {
            OsRng.try_fill_bytes(&mut random).unwrap();
            let hex = base16ct::lower::encode_string(&random);
            for secret in [URL_SAFE_NO_PAD.encode(random), hex] {
                assert!(check_secret("AVV_SECRET_KEY", &secret).is_ok(), "{secret}");
            }
        }
    }

    #[test]
    fn a_secret_file_must_be_private_and_a_development_secret_stays_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let data = data.clone();
                std::thread::spawn(move || {
                    development_secret(&data)
                        .unwrap()
                        .expose_secret()
                        .to_owned()
                })
            })
            .collect();
        let secrets: Vec<String> = threads.into_iter().map(|t| t.join().unwrap()).collect();
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
        let path = data.join("secret.key");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = development_secret(&data).unwrap_err().to_string();
        assert!(
            error.contains("chmod 600") && !error.contains(&secrets[0]),
            "{error}"
        );
    }
}
