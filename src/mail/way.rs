//! Connecting to a mail server, for SMTP and for IMAP, and encrypting the connection.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sha2::{Digest as _, Sha256};

/// The byte stream to the server.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// Why a connection could not be encrypted.
pub(super) enum EncryptionFault {
    /// No encrypted session came about: another certificate, no TLS at all.
    Tls(String),
    /// The connection failed or was lost.
    Broken(io::Error),
}

/// Connects without encryption. `patience` is how long the server may take for one answer.
pub(super) fn dial(host: &str, port: u16, patience: Duration) -> io::Result<Stream> {
    let host = host.trim_matches(['[', ']']);
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, patience) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(patience))?;
                stream.set_write_timeout(Some(patience))?;
                return Ok(Stream::Plain(stream));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The same connection, encrypted, and the fingerprint (SHA-256) of the certificate, which is checked
/// against the system's roots.
pub(super) fn encrypted(
    stream: Stream,
    host: &str,
) -> Result<(Stream, Option<String>), EncryptionFault> {
    let Stream::Plain(mut tcp) = stream else {
        return Ok((stream, None));
    };
    let broken = |error: rustls::Error| EncryptionFault::Tls(error.to_string());
    let host = host.trim_matches(['[', ']']).to_owned();
    let name =
        ServerName::try_from(host).map_err(|error| EncryptionFault::Tls(error.to_string()))?;
    let config = tls_config().map_err(EncryptionFault::Tls)?;
    let mut session = ClientConnection::new(config, name).map_err(broken)?;
    while session.is_handshaking() {
        session
            .complete_io(&mut tcp)
            .map_err(|error| match error.kind() {
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                    EncryptionFault::Broken(error)
                }
                _ => EncryptionFault::Tls(error.to_string()),
            })?;
    }
    let certificate = session.peer_certificates().and_then(|chain| chain.first());
    let print =
        certificate.map(|certificate| base16ct::lower::encode_string(&Sha256::digest(certificate)));
    let stream = Stream::Tls(Box::new(StreamOwned::new(session, tcp)));
    Ok((stream, print))
}

/// Built once, because reading the system's roots takes a while.
fn tls_config() -> Result<Arc<ClientConfig>, String> {
    static CONFIG: OnceLock<Result<Arc<ClientConfig>, String>> = OnceLock::new();
    CONFIG
        .get_or_init(|| {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|error| error.to_string())?
                .with_root_certificates(roots)
                .with_no_client_auth();
            Ok(Arc::new(config))
        })
        .clone()
}
