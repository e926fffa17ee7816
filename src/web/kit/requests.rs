//! A line in the log for each request, and its count: by the pattern of the route, because raw paths
//! hold tokens and numbers (S-08, S-82).

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, web};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::app::App;
use crate::metrics::{Answered, Decision};

/// The target of these lines, by which `RUST_LOG` sets their level.
const TARGET: &str = "avv_portal::requests";
/// Patterns that get no line: what monitoring asks for every few seconds, and what every page brings
/// along.
const QUIET: [&str; 3] = ["/healthz", "/readyz", "/static/{hash}/{name}"];
/// What a request without a route is counted under.
const NO_ROUTE: &str = "(no route)";

/// The name of a request in the log and, after a fault, on the page.
#[derive(Debug, Clone)]
pub struct Reference(pub String);

impl Reference {
    fn new() -> Self {
        Self(Uuid::new_v4().simple().to_string()[..8].to_owned())
    }

    /// That of this request.
    pub fn of(request: &HttpRequest) -> Self {
        let found = request.extensions().get::<Self>().cloned();
        found.unwrap_or_else(Self::new)
    }
}

/// Patterns of the routes that product front ends ask.
pub type Gates = Arc<HashSet<&'static str>>;

/// The outermost layer.
pub async fn observe(
    gates: Gates,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let began = Instant::now();
    let app = request
        .app_data::<web::Data<App>>()
        .map(|app| app.get_ref().clone());
    let method = method_of(request.method());
    let trace = trace_of(request.request());
    let reference = Reference::new();
    // Every line of this request carries them, also those that actions write.
    let span = match &trace {
        None => tracing::info_span!(target: TARGET, "request", reference = %reference.0),
        Some(trace) => {
            tracing::info_span!(target: TARGET, "request", reference = %reference.0, traceparent = %trace)
        }
    };
    request.extensions_mut().insert(reference.clone());
    let result = next.call(request).instrument(span).await;
    let (status, route) = match &result {
        Ok(response) => (response.status(), response.request().match_pattern()),
        Err(error) => (error.as_response_error().status_code(), None),
    };
    let route = route.unwrap_or_else(|| NO_ROUTE.to_owned());
    let took = began.elapsed();
    if !QUIET.contains(&route.as_str()) {
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            target: TARGET,
            route,
            method,
            status = status.as_u16(),
            milliseconds,
            reference = %reference.0,
            traceparent = trace,
            "answered"
        );
    }
    if let Some(app) = app {
        if gates.contains(route.as_str()) {
            app.metrics.decision(decision_of(status));
        }
        let status = class_of(status);
        let answered = Answered {
            route,
            method,
            status,
        };
        app.metrics.request(answered, took);
    }
    result.map(ServiceResponse::map_into_boxed_body)
}

/// A method of the portal, or that it is another one: strangers may invent any.
fn method_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn class_of(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

fn decision_of(status: StatusCode) -> Decision {
    if status.is_success() {
        Decision::Open
    } else if status.is_server_error() {
        Decision::Failed
    } else {
        Decision::Closed
    }
}

/// The trace that a proxy or a client names, if it is well-formed; anything else stays out of the
/// log.
fn trace_of(request: &HttpRequest) -> Option<String> {
    let mut named = request.headers().get_all("traceparent");
    let text = named.next()?.to_str().ok()?;
    (named.next().is_none() && is_well_formed(text)).then(|| text.to_owned())
}

/// Version 00 of the W3C's Trace Context: four fields of lower-case hexadecimal digits, of which
/// trace and parent are not all zeros.
fn is_well_formed(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, parent, flags] = parts[..] else {
        return false;
    };
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_some = |part: &str| part.bytes().any(|b| b != b'0');
    version == "00"
        && is_hex(trace, 32)
        && is_hex(parent, 16)
        && is_hex(flags, 2)
        && is_some(trace)
        && is_some(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s82_only_a_well_formed_trace_is_taken_over() {
        let (trace, parent) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
        for (text, ok) in [
            (format!("00-{trace}-{parent}-01"), true),
            (format!("00-{trace}-{parent}-00"), true),
            (format!("01-{trace}-{parent}-01"), false),
            (format!("00-{trace}-{parent}-01-more"), false),
            (format!("00-{}-{parent}-01", trace.to_uppercase()), false),
            (format!("00-{}-{parent}-01", "0".repeat(32)), false),
            (format!("00-{trace}-{}-01", "0".repeat(16)), false),
            (format!("00-{trace}-{parent}-1"), false),
            ("info@kunde.example".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_well_formed(&text), ok, "{text}");
        }
    }

    #[test]
    fn s82_strangers_invent_no_methods() {
        assert_eq!(method_of(&Method::GET), "GET");
        assert_eq!(method_of(&Method::TRACE), "other");
        let invented = Method::from_bytes(b"KUNDE4711");
        assert!(invented.is_ok_and(|method| method_of(&method) == "other"));
    }
}
