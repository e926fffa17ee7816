//! How a finished mail leaves the house: by SMTP, into a folder (development) or into memory (tests).

use std::error::Error as _;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::SmtpTransport;
use lettre::Transport as _;
use lettre::transport::smtp::{self, PoolConfig};
use url::{Host, Url};

use super::letter::Written;
use super::message::Envelope;
use super::outbox_folder;
use super::probe::Route;
use crate::domain::EmailAddress;

/// How long the mail server may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest server reply that is kept, in characters.
const MAX_REPLY: usize = 500;

/// Where mails go. Cloning shares the connections, the folder or the memory.
#[derive(Clone)]
pub enum Transport {
    /// A mail server.
    Smtp(Server),
    /// One `.eml` file per mail, see [`outbox_folder`].
    Folder(PathBuf),
    /// Kept for the test that looks at it.
    Memory(Arc<Mutex<Vec<Sent>>>),
}

/// A mail server with its open connections, and the way to it for whoever wants to watch.
#[derive(Clone)]
pub struct Server {
    pool: SmtpTransport,
    pub(super) route: Route,
}

/// A mail that [`Transport::Memory`] took.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Who got it.
    pub to: EmailAddress,
    /// `Message-ID` without angle brackets.
    pub message_id: String,
    /// Its words.
    pub written: Written,
    /// Its bytes.
    pub raw: Vec<u8>,
}

/// Why a mail did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reply}")]
pub struct SendError {
    /// The recipient's address refuses mail: trying again is of no use. Everything else, a fault
    /// in the portal's own mail settings included, is worth another attempt.
    pub permanent: bool,
    /// The mail server was reached and said no: it is about this mail rather than about the way.
    pub answered: bool,
    /// What the server said, on one line, with every address in it masked.
    pub reply: String,
}

/// Why an SMTP address cannot be used. Never repeats the address: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSmtpUrl {
    /// Not of the form `smtps://user:password@host:port`.
    #[error("not an SMTP address like smtps://user:password@host:465")]
    Unreadable,
    /// Would send passwords and mails unencrypted through a network (S-23).
    #[error(
        "without encryption only a server on this machine is allowed; use smtps:// or ?tls=required"
    )]
    Unencrypted,
}

impl Transport {
    /// A mail server given as `smtps://user:password@host:465` or
    /// `smtp://user:password@host:587?tls=required`; plain `smtp://` only to a loopback host. The
    /// server's certificate is checked against the system's roots. Up to `connections` mails can be
    /// on their way at once.
    ///
    /// # Errors
    /// [`BadSmtpUrl`] if the address is none, or would fall back to no encryption.
    pub fn smtp(url: &str, connections: u32) -> Result<Self, BadSmtpUrl> {
        Self::smtp_within(url, connections, TIMEOUT)
    }

    /// [`Transport::smtp`] with another time limit for each of the server's answers.
    ///
    /// # Errors
    /// As [`Transport::smtp`].
    pub fn smtp_within(
        url: &str,
        connections: u32,
        patience: Duration,
    ) -> Result<Self, BadSmtpUrl> {
        let parsed = Url::parse(url).map_err(|_| BadSmtpUrl::Unreadable)?;
        // The URL standard does not know the scheme, so `parsed.host()` would not recognise an IPv4 address.
        let host = parsed.host_str().ok_or(BadSmtpUrl::Unreadable)?;
        let local = match Host::parse(host).map_err(|_| BadSmtpUrl::Unreadable)? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let required = parsed
            .query_pairs()
            .any(|(key, value)| key == "tls" && value == "required");
        let encrypted = match parsed.scheme() {
            "smtps" => true,
            "smtp" => required,
            _ => return Err(BadSmtpUrl::Unreadable),
        };
        if !encrypted && !local {
            return Err(BadSmtpUrl::Unencrypted);
        }
        let builder = SmtpTransport::from_url(url).map_err(|_| BadSmtpUrl::Unreadable)?;
        let pool = PoolConfig::new().max_size(connections.max(1));
        Ok(Self::Smtp(Server {
            pool: builder.timeout(Some(patience)).pool_config(pool).build(),
            route: Route::read(&parsed, patience).ok_or(BadSmtpUrl::Unreadable)?,
        }))
    }

    /// An empty memory.
    pub fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    /// What this memory holds, oldest first; nothing for the other kinds.
    pub fn sent(&self) -> Vec<Sent> {
        match self {
            Self::Memory(mails) => mails.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Self::Smtp(_) | Self::Folder(_) => Vec::new(),
        }
    }

    /// Hands a mail over. Blocks until the server has answered; no single answer is
    /// waited for longer than 30 seconds.
    /// Returns the server's reply, or the name of the file.
    ///
    /// # Errors
    /// [`SendError`], which says whether another attempt makes sense.
    pub fn send(&self, envelope: &Envelope) -> Result<String, SendError> {
        match self {
            Self::Smtp(server) => match server.pool.send(&envelope.message) {
                Ok(reply) => {
                    let lines: Vec<&str> = reply.message().collect();
                    Ok(tidy(&format!("{} {}", reply.code(), lines.join(" "))))
                }
                Err(error) => Err(refused(&error)),
            },
            Self::Folder(folder) => {
                outbox_folder::store(folder, envelope).map_err(|error| SendError {
                    permanent: false,
                    answered: false,
                    reply: tidy(&error.to_string()),
                })
            }
            Self::Memory(mails) => {
                let mut mails = mails.lock().unwrap_or_else(PoisonError::into_inner);
                mails.push(Sent {
                    to: envelope.head.to.clone(),
                    message_id: envelope.head.message_id.clone(),
                    written: envelope.written.clone(),
                    raw: envelope.bytes(),
                });
                Ok(format!("memory {}", mails.len()))
            }
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smtp(_) => "Transport::Smtp",
            Self::Folder(_) => "Transport::Folder",
            Self::Memory(_) => "Transport::Memory",
        })
    }
}

fn refused(error: &smtp::Error) -> SendError {
    let text = error.to_string();
    let code = error.status().map(u16::from);
    SendError {
        permanent: error.is_permanent() && code.is_some_and(|code| is_recipients(code, &text)),
        answered: code.is_some(),
        reply: if is_timeout(error) {
            "Der Mailserver hat nicht rechtzeitig geantwortet.".to_owned()
        } else {
            tidy(&text)
        },
    }
}

/// Whether the server kept us waiting too long. The library knows only one of the two ways in which
/// the system says so.
pub(super) fn is_timeout(error: &smtp::Error) -> bool {
    let mut cause = error.source();
    while let Some(one) = cause {
        if let Some(error) = one.downcast_ref::<io::Error>() {
            return matches!(
                error.kind(),
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
            );
        }
        cause = one.source();
    }
    error.is_timeout()
}

/// Whether a refusal is about the recipient. The library does not say which command was refused;
/// code and enhanced status do: 530, 535 and their like are about our own login, X.7 about policy
/// (relaying, reputation), X.1.7 and X.1.8 about our sender address, X.3 and X.5 about the server or
/// the dialogue. Counting one of those against the customer would stop every reminder because of
/// one wrong setting.
fn is_recipients(code: u16, reply: &str) -> bool {
    if !(550..=554).contains(&code) {
        return false;
    }
    let status = reply
        .split([' ', '(', ')', ':'])
        .find_map(|word| word.strip_prefix("5."));
    match status.and_then(|rest| rest.split_once('.')) {
        Some(("1", detail)) => !matches!(detail, "7" | "8"),
        Some((subject, _)) => !matches!(subject, "3" | "5" | "7"),
        None => true,
    }
}

/// One line without control characters, not too long, with addresses masked (S-82).
pub(super) fn tidy(reply: &str) -> String {
    let visible = crate::domain::name::clean(reply);
    let mut out = String::with_capacity(visible.len());
    for piece in
        visible.split_inclusive([' ', '<', '>', '(', ')', ',', ';', ':', '"', '\'', '[', ']'])
    {
        let end = piece
            .char_indices()
            .next_back()
            .filter(|(_, c)| " <>(),;:\"'[]".contains(*c))
            .map_or(piece.len(), |(at, _)| at);
        let (word, mark) = piece.split_at(end);
        if word.contains('@') {
            match EmailAddress::parse(word.trim_end_matches('.')) {
                Ok(address) => out.push_str(&address.masked()),
                Err(_) => out.push_str("•••"),
            }
        } else {
            out.push_str(word);
        }
        out.push_str(mark);
    }
    out.chars().take(MAX_REPLY).collect()
}

#[cfg(test)]
#[path = "transport_tests.rs"]
mod tests;
