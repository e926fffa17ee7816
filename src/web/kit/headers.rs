//! Headers of every answer, and the host check before everything else (S-10, S-20, S-60 … S-65).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;

use super::error::PageError;
use super::guard::is_loopback;
use super::upload::FILE_CSP;
use crate::app::App;

const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// What the HTML part of a mail may do on its page: show its inline styles and nothing else.
pub const HTML_PART_CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; \
    frame-ancestors 'none'; base-uri 'none'";

const ALWAYS: [(&str, &str); 6] = [
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    // Not `no-referrer`: browsers would then send `Origin: null` with the consent form, and the
    // origin check would refuse every real customer (S-08, S-62).
    ("referrer-policy", "strict-origin"),
];

/// Refuses foreign hosts and adds the headers to every answer.
pub async fn headers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = request
        .app_data::<web::Data<App>>()
        .map(|app| app.get_ref().clone());
    let path = request.path().to_owned();
    let known = app.as_ref().is_none_or(|app| is_known_host(app, &request)) || is_probe(&path);
    let mut response = if known {
        next.call(request).await?.map_into_boxed_body()
    } else {
        use actix_web::ResponseError as _;
        request.into_response(PageError::ForeignHost.error_response())
    };
    let out = response.headers_mut();
    // The page with the HTML part of a mail needs its inline styles, and an uploaded file is locked
    // down completely (S-77): both set a policy of their own.
    let has_own_rules = out
        .get(header::CONTENT_SECURITY_POLICY)
        .is_some_and(|own| own == HTML_PART_CSP || own == FILE_CSP);
    for (name, value) in ALWAYS {
        if has_own_rules && name == "content-security-policy" {
            continue;
        }
        out.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if let Some(web) = app.map(|app| app.config.web.clone())
        && web.base_url.scheme() == "https"
    {
        let value = match web.hsts_subdomains {
            true => "max-age=31536000; includeSubDomains",
            false => "max-age=31536000",
        };
        out.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(value),
        );
    }
    if !out.contains_key(header::CACHE_CONTROL) {
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !path.starts_with("/static/") {
        out.insert(
            HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("noindex, nofollow"),
        );
    }
    Ok(response)
}

fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

fn is_known_host(app: &App, request: &ServiceRequest) -> bool {
    let Some(host) = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
    else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    // Host names are case-insensitive and may end with a dot.
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let name = name.as_str();
    app.config.web.base_url.host_str() == Some(name)
        || (!app.config.environment.is_production() && is_loopback(name))
}
