//! The limits of the whole site: connections per source, requests that must arrive in time, and a
//! log line for every request that a limit refused (S-83, S-89).

use std::any::Any;
use std::net::{IpAddr, Shutdown};
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Extensions, Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::{HttpMessage as _, ResponseError as _, web};

use super::body::Timed;
use super::client::{is_trusted, place_of, source};
use super::connection::{Connection, KEPT, keeping};
use super::error::PageError;
use crate::actions::throttle::source_key;
use crate::app::App;
use crate::crowd::Crowd;

/// How long an answer may stay unread by the client before its connection ends.
const UNREAD: Duration = Duration::from_secs(60);

/// Answer to a connection that is one too many of its source.
const REFUSED: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\ncontent-length: 0\r\nretry-after: 10\r\n\r\n";

/// Counts a new connection, or ends it if its source has too many. The connections of all visitors
/// come through a trusted proxy, so for one of those [`guard`] counts requests by the source they
/// name.
pub fn admit(app: &App, crowd: &Crowd, connection: &dyn Any, kept: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TcpStream>() else {
        return;
    };
    let Ok(peer) = stream.peer_addr() else {
        return;
    };
    let socket = socket2::SockRef::from(stream);
    // A client that does not read its answer must not keep the connection either.
    if let Err(error) = socket.set_tcp_user_timeout(Some(UNREAD)) {
        tracing::debug!(%error, "a connection has no time limit for its answer");
    }
    let (ip, limits): (IpAddr, _) = (peer.ip().to_canonical(), &app.config.web.limits);
    let mut place = None;
    if !is_trusted(app, ip) {
        let name = place_of(ip);
        place = crowd.enter(&name, limits.per_source);
        if place.is_none() {
            tracing::warn!(source = %source_key(app, &name), "refused: too many connections of one source");
            // The connection ends whether or not the client reads the answer.
            let _ = stream.try_write(REFUSED);
            let _ = socket.shutdown(Shutdown::Both);
            return;
        }
    }
    match Connection::watch(stream, place, KEPT + limits.head_time) {
        Ok(connection) => {
            kept.insert(connection);
        }
        Err(error) => {
            tracing::warn!(%error, "a connection that cannot be watched is ended");
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

/// The outermost layer: gives the body its time limit, and logs what a limit refused.
pub async fn guard(
    crowd: Crowd,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request
        .app_data::<web::Data<App>>()
        .map(|app| app.get_ref().clone())
    else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let busy = request.conn_data::<Arc<Connection>>().map(Connection::busy);
    let limits = &app.config.web.limits;
    let proxied = request
        .peer_addr()
        .is_some_and(|peer| is_trusted(&app, peer.ip()));
    let mut place = None;
    if proxied {
        place = crowd.enter(&source(&app, request.request()), limits.per_source);
        if place.is_none() {
            let refused = PageError::TooMany(10).error_response();
            let refused = request.into_response(refused);
            log(&app, &refused);
            return Ok(refused);
        }
    }
    let (body, rest) = Timed::new(request.take_payload(), limits.body_time);
    request.set_payload(Payload::Stream {
        payload: Box::pin(body),
    });
    let response = next.call(request).await?.map_into_boxed_body();
    let response = keeping(rest.end_after(response), busy);
    drop(place);
    log(&app, &response);
    Ok(response)
}

/// Logs which request was refused by which limit, without an address (S-82).
fn log(app: &App, response: &ServiceResponse<BoxBody>) {
    let why = match response.status() {
        StatusCode::TOO_MANY_REQUESTS => "too many",
        StatusCode::REQUEST_TIMEOUT => "too slow",
        StatusCode::PAYLOAD_TOO_LARGE => "too large",
        _ => return,
    };
    let request = response.request();
    let path = request.match_pattern().unwrap_or_default();
    let source = source_key(app, &source(app, request));
    tracing::warn!(%source, path, method = %request.method(), "refused by a limit: {why}");
}
