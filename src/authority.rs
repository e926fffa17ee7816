//! Asks the configured time-stamping service over HTTP (RFC 3161). Nothing else calls out to
//! other servers but `mail`, `oidc`, `webhook_client` and, for `avv-portal check`, `dns`.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures_util::StreamExt as _;
use url::Url;

/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Replies larger than this are no time stamps (bytes).
const LARGEST: usize = 64 * 1024;

/// Sends a request and returns the reply unparsed. Blocks up to 20 seconds.
///
/// # Errors
///
/// If the service cannot be reached, does not answer in time or answers something else.
pub fn ask(service: &Url, request: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let service = service.clone();
    // A separate thread, because the caller may run inside a runtime already.
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(post(service, request))
    })
    .join()
    .unwrap_or_else(|_| bail!("the request was given up"))
}

async fn post(service: Url, request: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let reply = client
        .post(service)
        .header("content-type", "application/timestamp-query")
        .body(request)
        .send()
        .await
        // The address may hold a password.
        .map_err(reqwest::Error::without_url)
        .context("the time-stamping service cannot be reached")?;
    ensure!(
        reply.status().is_success(),
        "it answered {}",
        reply.status()
    );
    let mut bytes = Vec::new();
    let mut pieces = reply.bytes_stream();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.map_err(reqwest::Error::without_url)?);
        ensure!(bytes.len() <= LARGEST, "its reply is too large");
    }
    Ok(bytes)
}
