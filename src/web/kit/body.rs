//! Bodies of requests. Every one has a time limit, whatever handler reads it: the layer
//! [`super::limits::guard`] replaces the body with a [`Timed`] stream before any handler sees the
//! request (S-89).
//!
//! A body has a start of [`crate::config::Limits::body_time`] and then must keep arriving at
//! [`SLOWEST`]. So a form ends after some seconds, and ten megabytes may take three minutes.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_multipart::MultipartError;
use actix_web::HttpRequest;
use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::time::{Instant, Sleep, sleep_until};

use super::connection::keeping;
use super::error::PageError;

/// Lowest accepted rate in bytes a second: half a megabit.
const SLOWEST: u32 = 64 * 1024;
/// If an unread body is declared longer than this, its rest is not waited for (S-89).
const LONGEST: usize = 1024 * 1024;

/// A body that ends with an error if it does not arrive in time.
pub struct Timed {
    body: Rc<RefCell<Incoming>>,
    start: Duration,
    began: Option<Instant>,
    arrived: usize,
    timer: Option<Pin<Box<Sleep>>>,
}

/// The unread part of a body.
struct Incoming {
    body: Payload,
    ended: bool,
}

/// The same body, for the layer that sends the answer.
pub struct Rest(Rc<RefCell<Incoming>>);

impl Rest {
    /// Ends the connection after an answer that was made before the whole body was read: the server
    /// would wait without a limit for the rest of a body of unknown length. The answer keeps the
    /// unread body, which tells the server that it was not read.
    pub fn end_after(self, answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        if self.0.borrow().ended {
            return answer;
        }
        keeping(answer, self)
    }
}

impl Timed {
    /// Wraps `body`; `start` is the time within which its first bytes must arrive.
    pub fn new(body: Payload, start: Duration) -> (Self, Rest) {
        let ended = matches!(body, Payload::None);
        let body = Rc::new(RefCell::new(Incoming { body, ended }));
        let rest = Rest(Rc::clone(&body));
        let timed = Self {
            body,
            start,
            began: None,
            arrived: 0,
            timer: None,
        };
        (timed, rest)
    }

    /// The moment at which the bytes that have arrived so far are too few.
    fn deadline(&mut self) -> Instant {
        let began = *self.began.get_or_insert_with(Instant::now);
        let arrived = u32::try_from(self.arrived).unwrap_or(u32::MAX);
        began + self.start + Duration::from_secs(1) * arrived / SLOWEST
    }
}

impl Stream for Timed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let deadline = this.deadline();
        let mut incoming = this.body.borrow_mut();
        if incoming.ended {
            return Poll::Ready(None);
        }
        if let Poll::Ready(next) = incoming.body.poll_next_unpin(context) {
            match &next {
                Some(Ok(bytes)) => this.arrived += bytes.len(),
                other => incoming.ended = other.is_none(),
            }
            return Poll::Ready(next);
        }
        let timer = this
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Some(Err(PayloadError::Io(io::ErrorKind::TimedOut.into()))))
    }
}

/// Reads a body of at most `largest` bytes. A longer one is read on for a while and dropped, so
/// that the browser shows the answer.
pub async fn whole(
    request: &HttpRequest,
    mut body: Payload,
    largest: usize,
) -> Result<Vec<u8>, PageError> {
    let said = request.headers().get(header::CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > LONGEST) {
        return Err(PageError::TooLarge);
    }
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| fault(&error))?;
        length += chunk.len();
        if length > LONGEST {
            break;
        }
        if length <= largest {
            bytes.extend_from_slice(&chunk);
        }
    }
    if length > largest {
        return Err(PageError::TooLarge);
    }
    Ok(bytes)
}

/// The error page for a body that could not be read.
pub fn fault(error: &PayloadError) -> PageError {
    match error {
        PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut => PageError::TooSlow,
        PayloadError::Overflow => PageError::TooLarge,
        _ => PageError::BadForm,
    }
}

/// The error page for a multipart body whose next part could not be read.
pub fn part_fault(error: &MultipartError) -> PageError {
    match error {
        MultipartError::Payload(error) => fault(error),
        _ => PageError::BadForm,
    }
}
