//! Connecting to a mail server and encrypting the connection.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, OnceLock};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sha2::{Digest as _, Sha256};

use super::{Fault, Route, Watch};
use crate::mail::test_mail::Speaker;

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

/// Connects without encryption.
pub(super) fn dial(route: &Route) -> io::Result<Stream> {
    let host = route.host.trim_matches(['[', ']']);
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in (host, route.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, route.patience) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(route.patience))?;
                stream.set_write_timeout(Some(route.patience))?;
                return Ok(Stream::Plain(stream));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The same connection, encrypted; the certificate is checked against the system's roots.
pub(super) fn encrypted(stream: Stream, route: &Route, watch: Watch<'_>) -> Result<Stream, Fault> {
    let Stream::Plain(mut tcp) = stream else {
        return Ok(stream);
    };
    let broken = |error: rustls::Error| Fault::Tls(error.to_string());
    let host = route.host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).map_err(|error| Fault::Tls(error.to_string()))?;
    let config = tls_config().map_err(Fault::Tls)?;
    let mut session = ClientConnection::new(config, name).map_err(broken)?;
    while session.is_handshaking() {
        session
            .complete_io(&mut tcp)
            .map_err(|error| match error.kind() {
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Fault::Broken(error),
                _ => Fault::Tls(error.to_string()),
            })?;
    }
    let print = session.peer_certificates().and_then(|chain| chain.first());
    let print = print.map_or_else(String::new, |certificate| {
        let hex = base16ct::lower::encode_string(&Sha256::digest(certificate));
        format!(" (SHA-256 {hex})")
    });
    watch.add(
        Speaker::Remark,
        &format!(
            "Verschlüsselt; das Zertifikat gilt für {} und ist geprüft{print}.",
            route.host
        ),
    );
    Ok(Stream::Tls(Box::new(StreamOwned::new(session, tcp))))
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
