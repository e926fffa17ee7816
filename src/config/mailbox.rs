//! The mailbox into which delivery reports and answers come, read over IMAP (EV-06, C9).

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::mail_oauth::SignIn;
use super::variables::Variables;
use super::{ConfigError, invalid};

const URL: &str = "AVV_IMAP_URL";
const AUTH: &str = "AVV_IMAP_AUTH";
const AFTER: &str = "AVV_IMAP_AFTER";

/// What a valid address of a mailbox looks like.
const EXPECTED: &str = "imaps://user:password@host or imaps://user:password@host/Folder (plain imap:// only to this machine)";
/// The same where a token takes the place of the password.
const EXPECTED_WITH_TOKEN: &str =
    "the user without a password, imaps://user@host, because AVV_IMAP_AUTH is oauth2";

/// How to reach the mailbox, and what becomes of a mail there when it was read.
#[derive(Debug, Clone)]
pub struct MailboxConfig {
    /// The server.
    pub host: String,
    /// Its port: 993, without encryption 143.
    pub port: u16,
    /// Whether the connection is encrypted from the first byte. Only a server on this machine may do
    /// without (S-23).
    pub is_encrypted: bool,
    /// Who signs in; with Microsoft 365 the address of the mailbox.
    pub user: String,
    /// With what; `None`: with a token (`AVV_IMAP_AUTH=oauth2`).
    pub password: Option<SecretString>,
    /// The folder that is read, `INBOX` unless the address has another one as its path.
    pub folder: String,
    /// `AVV_IMAP_AFTER`: what becomes of a mail that was understood.
    pub after: AfterReading,
}

/// What becomes of a mail in the mailbox when it was understood. One that was not always stays, read
/// and flagged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AfterReading {
    /// `keep`: it stays where it is and counts as read.
    Keep,
    /// `delete`: it is deleted.
    Delete,
    /// `move:FOLDER`: it is moved there.
    Move(String),
}

impl MailboxConfig {
    /// The mailbox, if one is set.
    pub(super) fn read(variables: &Variables<'_>) -> Result<Option<Self>, ConfigError> {
        let sign_in = SignIn::read(variables, AUTH)?;
        let after = variables.text(AFTER);
        let Some(text) = variables.secret(URL)? else {
            return match (sign_in, after) {
                (SignIn::Password, None) => Ok(None),
                _ => Err(ConfigError::Missing {
                    variable: URL,
                    needed: "the mailbox that AVV_IMAP_AUTH and AVV_IMAP_AFTER speak of",
                }),
            };
        };
        let mut mailbox = parse(text.expose_secret(), sign_in)?;
        mailbox.after = read_after(after.as_deref(), &mailbox.folder)?;
        Ok(Some(mailbox))
    }
}

fn parse(text: &str, sign_in: SignIn) -> Result<MailboxConfig, ConfigError> {
    let wrong = || invalid(URL, EXPECTED);
    let url = Url::parse(text).map_err(|_| wrong())?;
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(wrong)?;
    let (is_encrypted, port) = match url.scheme() {
        "imaps" => (true, 993),
        "imap" if is_here(host) => (false, 143),
        _ => return Err(wrong()),
    };
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong());
    }
    let decoded = |part: &str| {
        let part = percent_decode_str(part).decode_utf8();
        let part = part.map_err(|_| wrong())?.into_owned();
        match part.chars().any(char::is_control) {
            true => Err(wrong()),
            false => Ok(part),
        }
    };
    let user = decoded(url.username())?;
    let password = url.password().map(decoded).transpose()?;
    let password = match (sign_in, password) {
        _ if user.is_empty() => return Err(wrong()),
        (SignIn::Password, Some(password)) => Some(SecretString::from(password)),
        (SignIn::Password, None) => return Err(wrong()),
        (SignIn::Token, None) => None,
        (SignIn::Token, Some(_)) => return Err(invalid(URL, EXPECTED_WITH_TOKEN)),
    };
    let folder = decoded(url.path().trim_start_matches('/'))?;
    Ok(MailboxConfig {
        host: host.to_owned(),
        port: url.port().unwrap_or(port),
        is_encrypted,
        user,
        password,
        folder: if folder.is_empty() {
            "INBOX".to_owned()
        } else {
            checked_folder(URL, &folder, EXPECTED)?
        },
        after: AfterReading::Keep,
    })
}

fn read_after(text: Option<&str>, folder: &str) -> Result<AfterReading, ConfigError> {
    let expected =
        "`keep`, `delete` or `move:FOLDER` with another folder than the one that is read";
    match text {
        None | Some("keep") => Ok(AfterReading::Keep),
        Some("delete") => Ok(AfterReading::Delete),
        Some(text) => match text.strip_prefix("move:").map(str::trim) {
            Some(to) if !to.is_empty() && to != folder => {
                checked_folder(AFTER, to, expected).map(AfterReading::Move)
            }
            _ => Err(invalid(AFTER, expected)),
        },
    }
}

/// Servers write names of folders in an alphabet of their own where there are umlauts in them; the
/// portal writes them as they stand.
fn checked_folder(
    variable: &'static str,
    name: &str,
    expected: &'static str,
) -> Result<String, ConfigError> {
    let is_plain = name.len() <= 200 && name.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    match is_plain {
        true => Ok(name.to_owned()),
        false => Err(invalid(variable, expected)),
    }
}

fn is_here(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => false,
    }
}
