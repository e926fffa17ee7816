//! How a finished mail is sent: by SMTP, into a folder (development) or into memory (tests).

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

use super::message::Envelope;
use super::outbox_folder;
use super::render::RenderedMail;
use super::smtp::{Credentials, Encryption, Fault, Parcel, Pool, Route};
use crate::domain::EmailAddress;
use crate::domain::reply::{Speaks, speaks, status_in};
use crate::mail_token::TokenSource;

/// How long the mail server may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest server reply that is kept, in characters.
const MAX_REPLY: usize = 500;

/// Where mails are sent. Clones share the connections, the folder or the memory.
#[derive(Clone)]
pub enum Transport {
    /// A mail server with its connections.
    Smtp(Server),
    /// A folder with one `.eml` file per mail, see [`outbox_folder`].
    Folder(PathBuf),
    /// Memory, for tests that look at the mails.
    Memory(Arc<Mutex<Vec<Sent>>>),
}

/// A mail server with its open connections.
#[derive(Clone)]
pub struct Server(Arc<Pool>);

impl Server {
    pub(super) fn route(&self) -> &Route {
        &self.0.route
    }
}

/// A mail that [`Transport::Memory`] took.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Address of the recipient.
    pub to: EmailAddress,
    /// `Message-ID` without angle brackets.
    pub message_id: String,
    /// Its texts and attachments.
    pub written: RenderedMail,
    /// Its bytes as they would be sent.
    pub raw: Vec<u8>,
}

/// Why a mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reply}")]
pub struct SendError {
    /// Whether the recipient's address refuses mails, so that another attempt is of no use. After
    /// any other error, including one in the portal's own mail settings, another attempt makes
    /// sense.
    pub permanent: bool,
    /// Whether the mail server was reached and refused: then the reason is this mail rather than
    /// the connection.
    pub answered: bool,
    /// Whether it refused because of the sender or of the portal's behaviour, and will do so again:
    /// an administrator must check the portal's mail settings.
    pub ours: bool,
    /// The server's reply on one line, with every address in it masked.
    pub reply: String,
}

/// Why an SMTP URL cannot be used. Never contains the URL, which may have a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSmtpUrl {
    /// It is not of the form `smtps://user:password@host:port`.
    #[error("not an SMTP address like smtps://user:password@host:465")]
    Unreadable,
    /// It would send passwords and mails unencrypted through a network (S-23).
    #[error(
        "without encryption only a server on this machine is allowed; use smtps:// or ?tls=required"
    )]
    Unencrypted,
}

impl Transport {
    /// A mail server given as `smtps://user:password@host:465` or
    /// `smtp://user:password@host:587?tls=required`; plain `smtp://` only to a loopback host. The
    /// server's certificate is checked against the system's roots. Up to `connections` mails can be
    /// sent at the same time. The portal gives its name as `hello`, the host it is reached under,
    /// unless the URL has another name as its path.
    ///
    /// # Errors
    /// [`BadSmtpUrl`] if the URL is not valid, or would allow no encryption.
    pub fn smtp(url: &str, connections: u32, hello: &str) -> Result<Self, BadSmtpUrl> {
        Self::smtp_within(url, connections, hello, TIMEOUT)
    }

    /// [`Transport::smtp`] where the portal signs in with tokens, if there are any: then the URL has a
    /// user and no password.
    ///
    /// # Errors
    /// As [`Transport::smtp`].
    pub fn smtp_with(
        url: &str,
        connections: u32,
        hello: &str,
        tokens: Option<&TokenSource>,
    ) -> Result<Self, BadSmtpUrl> {
        let mut route = route(url, hello, TIMEOUT)?;
        if let Some(tokens) = tokens {
            route.credentials = Some(Credentials::Token(user_of(url)?, tokens.clone()));
        }
        Ok(Self::over(route, connections))
    }

    /// [`Transport::smtp`] with another time limit for each of the server's answers.
    ///
    /// # Errors
    /// As [`Transport::smtp`].
    pub fn smtp_within(
        url: &str,
        connections: u32,
        hello: &str,
        patience: Duration,
    ) -> Result<Self, BadSmtpUrl> {
        Ok(Self::over(route(url, hello, patience)?, connections))
    }

    fn over(route: Route, connections: u32) -> Self {
        let most = usize::try_from(connections.max(1)).unwrap_or(1);
        Self::Smtp(Server(Arc::new(Pool::new(route, most))))
    }

    /// Where the tokens come from with which the portal signs in at this server.
    pub fn tokens(&self) -> Option<&TokenSource> {
        match self {
            Self::Smtp(server) => match &server.route().credentials {
                Some(Credentials::Token(_, tokens)) => Some(tokens),
                _ => None,
            },
            Self::Folder(_) | Self::Memory(_) => None,
        }
    }

    /// A transport that keeps mails in memory, empty at first.
    pub fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    /// The mails in memory, oldest first; none for the other kinds.
    pub fn sent(&self) -> Vec<Sent> {
        match self {
            Self::Memory(mails) => mails.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Self::Smtp(_) | Self::Folder(_) => Vec::new(),
        }
    }

    /// Hands a mail over. Blocks until the server has answered, for at most 30 seconds per answer.
    /// Returns the server's reply, or the name of the file.
    ///
    /// # Errors
    /// [`SendError`], which says whether another attempt makes sense.
    pub fn send(&self, envelope: &Envelope) -> Result<String, SendError> {
        match self {
            Self::Smtp(server) => {
                let parcel = Parcel {
                    from: envelope.head.from.as_str(),
                    to: envelope.head.to.as_str(),
                    raw: &envelope.bytes(),
                    name: "E-Mail",
                };
                match server.0.send(&parcel) {
                    Ok(reply) => Ok(tidy(&format!("{} {}", reply.code, reply.words()))),
                    Err(fault) => Err(refused(&fault)),
                }
            }
            Self::Folder(folder) => {
                outbox_folder::store(folder, envelope).map_err(|error| SendError {
                    permanent: false,
                    answered: false,
                    ours: false,
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

fn refused(fault: &Fault) -> SendError {
    let said = match fault {
        Fault::Refused(reply) => {
            let words = reply.words();
            Some(speaks(
                Some(reply.code),
                status_in(&words).unwrap_or_default(),
            ))
        }
        // Whatever its words: it was said before a recipient was named.
        Fault::TokenRefused(_) => Some(Speaks::OfUs),
        _ => None,
    };
    let no_token = matches!(fault, Fault::NoToken(fault) if fault.ours);
    SendError {
        permanent: said == Some(Speaks::OfRecipient),
        // A token that is not taken says nothing about this mail.
        answered: matches!(fault, Fault::Refused(_)),
        ours: said == Some(Speaks::OfUs) || no_token,
        reply: tidy(&fault.sentence()),
    }
}

fn route(text: &str, hello: &str, patience: Duration) -> Result<Route, BadSmtpUrl> {
    let url = Url::parse(text).map_err(|_| BadSmtpUrl::Unreadable)?;
    // The URL standard does not know the scheme, so `url.host()` would not recognise an IPv4
    // address.
    let host = url.host_str().ok_or(BadSmtpUrl::Unreadable)?;
    let local = match Host::parse(host).map_err(|_| BadSmtpUrl::Unreadable)? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let required = url
        .query_pairs()
        .any(|(key, value)| key == "tls" && value == "required");
    let (encryption, port) = match (url.scheme(), required) {
        ("smtps", _) => (Encryption::Whole, 465),
        ("smtp", true) => (Encryption::Upgraded, 587),
        ("smtp", false) if local => (Encryption::None, 25),
        ("smtp", false) => return Err(BadSmtpUrl::Unencrypted),
        _ => return Err(BadSmtpUrl::Unreadable),
    };
    let decoded = |text| {
        let text = percent_decode_str(text).decode_utf8();
        text.map_err(|_| BadSmtpUrl::Unreadable)
    };
    let credentials = match url.password() {
        Some(password) => {
            let password = SecretString::from(decoded(password)?.into_owned());
            let user = decoded(url.username())?.into_owned();
            Some(Credentials::Password(user, password))
        }
        None => None,
    };
    let own = url.path().trim_matches('/');
    Ok(Route {
        host: host.to_owned(),
        port: url.port().unwrap_or(port),
        encryption,
        credentials,
        hello: greeting(if own.is_empty() { hello } else { own }),
        patience,
    })
}

/// Who signs in with a token, which takes the place of the password.
fn user_of(text: &str) -> Result<String, BadSmtpUrl> {
    let url = Url::parse(text).map_err(|_| BadSmtpUrl::Unreadable)?;
    let user = percent_decode_str(url.username()).decode_utf8();
    let user = user.map_err(|_| BadSmtpUrl::Unreadable)?.into_owned();
    match url.password() {
        None if !user.is_empty() && !user.chars().any(char::is_control) => Ok(user),
        _ => Err(BadSmtpUrl::Unreadable),
    }
}

/// A name for `EHLO`: a host name, or an address in brackets (RFC 5321, 4.1.3).
fn greeting(name: &str) -> String {
    match Host::parse(name) {
        Ok(Host::Ipv4(address)) => format!("[{address}]"),
        Ok(Host::Ipv6(address)) => format!("[IPv6:{address}]"),
        Ok(Host::Domain(name)) if !name.is_empty() => name,
        _ => "localhost".to_owned(),
    }
}

/// Cleans a reply to one line without control characters, of limited length, with addresses masked
/// (S-82).
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
