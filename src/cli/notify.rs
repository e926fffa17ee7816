//! What a service manager such as systemd is told (`Type=notify`): that the portal answers, that it
//! lives, that it stops. Without one, nothing is said.

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::time::Duration;

use crate::config;

/// The portal answers.
pub(super) const READY: &str = "READY=1";
/// The portal was told to stop and finishes its work.
pub(super) const STOPPING: &str = "STOPPING=1";
/// A sign of life.
const ALIVE: &str = "WATCHDOG=1";

/// The service manager that started this process, if one did.
#[derive(Debug, Clone, Default)]
pub(super) struct ServiceManager(Option<Arc<UnixDatagram>>);

impl ServiceManager {
    /// The one that the environment names.
    pub(super) fn of_process() -> Self {
        let socket = config::notify_socket().and_then(|name| {
            connect(&name)
                .inspect_err(|error| tracing::warn!(%error, "NOTIFY_SOCKET cannot be used"))
                .ok()
        });
        Self(socket.map(Arc::new))
    }

    /// Says how the portal stands. A manager that does not listen is no reason to stop working.
    pub(super) fn tell(&self, state: &str) {
        if let Some(socket) = &self.0
            && let Err(error) = socket.send(state.as_bytes())
        {
            tracing::warn!(%error, state, "the service manager cannot be told");
        }
    }

    /// Gives signs of life as often as the manager wants them, until the runtime ends or hangs.
    /// To be called where tasks can be spawned.
    pub(super) fn live(&self) {
        if let Some(limit) = config::watchdog() {
            tokio::spawn(self.clone().beat(limit / 3));
        }
    }

    async fn beat(self, every: Duration) {
        let mut beats = tokio::time::interval(every.max(Duration::from_millis(1)));
        loop {
            beats.tick().await;
            self.tell(ALIVE);
        }
    }
}

/// A socket by its path or, behind `@`, by its name in the kernel.
fn connect(name: &str) -> io::Result<UnixDatagram> {
    let address = match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(name)?,
    };
    let socket = UnixDatagram::unbound()?;
    // A manager that hangs must not hang the portal.
    socket.set_nonblocking(true)?;
    socket.connect_addr(&address)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn s85_a_manager_hears_whatever_its_socket_is_called() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let heard = UnixDatagram::bind(&path).unwrap();
        let hidden = format!("avv-portal-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&hidden).unwrap();
        let heard_hidden = UnixDatagram::bind_addr(&address).unwrap();
        for (name, heard) in [
            (path.to_str().unwrap().to_owned(), heard),
            (format!("@{hidden}"), heard_hidden),
        ] {
            let manager = ServiceManager(connect(&name).ok().map(Arc::new));
            manager.tell(READY);
            let mut said = [0; 64];
            let length = heard.recv(&mut said).unwrap();
            assert_eq!(&said[..length], READY.as_bytes(), "{name}");
            drop(heard);
            // Nobody listens any more: said to nobody, and nothing stops.
            manager.tell(STOPPING);
        }
        assert!(connect("/nowhere/notify").is_err());
        ServiceManager::default().tell(READY);
    }
}
