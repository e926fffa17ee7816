//! Access to CPU work for a request. Every handler that makes or examines documents, or verifies a
//! password, goes through here; nothing else in this room calls such work (S-78).

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest, web};

use super::client;
use super::error::PageError;
use crate::app::App;
use crate::places::Kind;

/// Pieces of work one source may have here at a time, apart from those of signed-in users.
const PER_SOURCE: usize = 8;

/// The properties of a request that decide on its place in the queue.
#[derive(Debug, Clone)]
pub struct Turn {
    head: bool,
    source: String,
}

impl Turn {
    /// The turn of a request.
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        Self {
            head: request.method() == Method::HEAD,
            source: client::source(app, request),
        }
    }

    /// Whether the request is HEAD; then nothing is made.
    pub fn is_head(&self) -> bool {
        self.head
    }

    /// Does the work once there is a free place for its kind.
    pub async fn take<T: Send + 'static>(
        &self,
        app: &App,
        kind: Kind,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PageError> {
        if self.head {
            return Err(PageError::HeadAlone);
        }
        let name = format!("work of {}", self.source);
        let place = match kind {
            Kind::Anyone => Some(
                app.places
                    .crowd
                    .enter(&name, PER_SOURCE)
                    .ok_or(PageError::TooMany(10))?,
            ),
            _ => None,
        };
        let done = app.places.run(kind, work).await?;
        drop(place);
        Ok(done)
    }
}

impl FromRequest for Turn {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<web::Data<App>>();
        ready(
            app.map(|app| Self::of(app, request))
                .ok_or(PageError::Fault),
        )
    }
}
