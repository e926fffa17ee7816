//! One visitor's connection (S-89). The server times the head of its first request only: half a
//! request after a whole one, or drops between requests, would hold it for ever. So each connection
//! knows since when it has no request in progress, and is not read any more if that lasts too long.

use std::net::Shutdown;
use std::os::fd::AsFd as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use tokio::time::{Instant, sleep_until};

use crate::crowd::Admission;

/// How long a connection stays open after an answer without another request.
pub const KEPT: Duration = Duration::from_secs(5);

/// A connection, for as long as it is open.
#[derive(Debug)]
pub struct Connection {
    /// A separate handle of the connection, because the server does not give access to its own.
    socket: socket2::Socket,
    /// Since when no request is in progress; `None` while one is.
    idle: Mutex<Option<Instant>>,
    /// Its share of the connections its source may have.
    _place: Option<Admission>,
}

impl Connection {
    /// Watches a new connection and ends it if no request is in progress for longer than
    /// `patience`.
    pub fn watch(
        stream: &TcpStream,
        place: Option<Admission>,
        patience: Duration,
    ) -> std::io::Result<Arc<Self>> {
        let socket = stream.as_fd().try_clone_to_owned()?.into();
        let connection = Arc::new(Self {
            socket,
            idle: Mutex::new(Some(Instant::now())),
            _place: place,
        });
        let watched = Arc::downgrade(&connection);
        actix_web::rt::spawn(async move {
            let mut wake = Instant::now() + patience;
            loop {
                sleep_until(wake).await;
                let Some(connection) = watched.upgrade() else {
                    return;
                };
                let now = Instant::now();
                let end = connection.idle().unwrap_or(now) + patience;
                if end <= now {
                    // Only reading is shut down: the server then sends the rest of its answer, and
                    // closes.
                    let _ = connection.socket.shutdown(Shutdown::Read);
                    return;
                }
                wake = end;
            }
        });
        Ok(connection)
    }

    /// Marks a request as in progress until the returned value is dropped.
    pub fn busy(self: &Arc<Self>) -> Busy {
        self.set(None);
        Busy(Arc::clone(self))
    }

    fn idle(&self) -> Option<Instant> {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, idle: Option<Instant>) {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = idle;
    }
}

/// A request that is in progress.
#[derive(Debug)]
pub struct Busy(Arc<Connection>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.set(Some(Instant::now()));
    }
}

/// An answer that keeps `until_sent` alive until the server has sent all of it.
pub fn keeping<T: 'static>(
    answer: ServiceResponse<BoxBody>,
    until_sent: T,
) -> ServiceResponse<BoxBody> {
    answer.map_body(|_, body| {
        Keeping {
            body,
            _until_sent: Box::new(until_sent),
        }
        .boxed()
    })
}

struct Keeping<T> {
    body: BoxBody,
    _until_sent: Box<T>,
}

impl<T> MessageBody for Keeping<T> {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.get_mut().body.as_pin_mut().poll_next(context)
    }
}
