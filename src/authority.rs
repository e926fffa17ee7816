//! Asks the configured time-stamping service over HTTP (RFC 3161), and posts for `mail_token`. Nothing else
//! calls out to other servers but `mail`, `oidc`, `webhook_client` and, for `avv-portal check`, `dns`.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures_util::StreamExt as _;
use url::Url;

/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest reply that is read (bytes).
const LARGEST: usize = 64 * 1024;

/// Sends a request and returns the reply unparsed. Blocks up to 20 seconds.
///
/// # Errors
///
/// If the service cannot be reached, does not answer in time or answers something else.
pub fn ask(service: &Url, request: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let kinds = ("application/timestamp-query", "application/timestamp-reply");
    let (status, reply) =
        post(service, kinds, request).context("the time-stamping service does not answer")?;
    ensure!((200..300).contains(&status), "it answered {status}");
    Ok(reply)
}

/// Sends a body to a service and returns status and body of the answer; `kinds` are the media types of what
/// is sent and what is wanted. Follows no
/// redirect. Blocks up to 20 seconds.
///
/// # Errors
///
/// If the service cannot be reached, does not answer in time, or answers with more than 64 kB. The address,
/// which may hold a password, is in no error.
pub(crate) fn post(
    service: &Url,
    kinds: (&'static str, &'static str),
    body: Vec<u8>,
) -> anyhow::Result<(u16, Vec<u8>)> {
    let service = service.clone();
    // A separate thread, because the caller may run inside a runtime already.
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(exchange(service, kinds, body))
    })
    .join()
    .unwrap_or_else(|_| bail!("the request was given up"))
}

async fn exchange(
    service: Url,
    kinds: (&'static str, &'static str),
    body: Vec<u8>,
) -> anyhow::Result<(u16, Vec<u8>)> {
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let reply = client
        .post(service)
        .header("content-type", kinds.0)
        .header("accept", kinds.1)
        .body(body)
        .send()
        .await
        .map_err(reqwest::Error::without_url)
        .context("it cannot be reached")?;
    let status = reply.status().as_u16();
    let mut bytes = Vec::new();
    let mut pieces = reply.bytes_stream();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.map_err(reqwest::Error::without_url)?);
        ensure!(bytes.len() <= LARGEST, "its reply is too large");
    }
    Ok((status, bytes))
}
