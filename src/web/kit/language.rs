//! The language of a page: the one its address asks for, otherwise that of the reader's browser.

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::domain::Language;

/// The language of a public page: the one its address asks for, otherwise that of the reader's
/// browser.
pub fn chosen_language(request: &HttpRequest) -> Language {
    wanted_language(request).unwrap_or_else(|| reader_language(request))
}

/// The language the reader's browser asks for: English only if it comes before German.
pub fn reader_language(request: &HttpRequest) -> Language {
    let wanted = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    wanted
        .split(',')
        .filter_map(|tag| Language::from_code(tag.trim().get(..2)?.to_ascii_lowercase().as_str()))
        .next()
        .unwrap_or_default()
}

/// The language an address asks for with `?sprache=`.
pub fn wanted_language(request: &HttpRequest) -> Option<Language> {
    url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(name, _)| name == "sprache")
        .and_then(|(_, code)| Language::from_code(&code))
}
