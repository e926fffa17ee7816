//! The line to an issuer: no redirects, a few seconds, answers of a bounded size.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt as _;
use openidconnect::{HttpRequest, HttpResponse};

/// How long an issuer may take to answer: a person waits for the page.
const PATIENCE: Duration = Duration::from_secs(8);
/// Answers larger than this are none (bytes).
const LARGEST: usize = 512 * 1024;

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WireError(pub String);

/// The client of this process.
#[derive(Clone, Default)]
pub struct Wire {
    client: Arc<OnceLock<Option<reqwest::Client>>>,
}

impl Wire {
    /// Sends a request and gives the whole answer.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, WireError> {
        let client = self.client.get_or_init(|| {
            reqwest::Client::builder()
                .timeout(PATIENCE)
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .map_err(|error| tracing::error!(%error, "no client for issuers"))
                .ok()
        });
        let client = client
            .as_ref()
            .ok_or_else(|| WireError("no client".to_owned()))?;
        // Addresses may hold what nobody else should read.
        let why = |error: reqwest::Error| WireError(super::said(&error.without_url()));
        let request = request.try_into().map_err(why)?;
        let answer = client.execute(request).await.map_err(why)?;
        let status = answer.status();
        if status.is_server_error() {
            return Err(WireError(format!("it answered {status}")));
        }
        let headers = answer.headers().clone();
        let mut bytes = Vec::new();
        let mut pieces = answer.bytes_stream();
        while let Some(piece) = pieces.next().await {
            bytes.extend_from_slice(&piece.map_err(why)?);
            if bytes.len() > LARGEST {
                return Err(WireError("its answer is too large".to_owned()));
            }
        }
        let mut whole = HttpResponse::new(bytes);
        *whole.status_mut() = status;
        *whole.headers_mut() = headers;
        Ok(whole)
    }
}
