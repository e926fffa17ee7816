//! Style sheet and script, compiled in and named by a hash of their content, so that browsers can
//! cache them for ever.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::error::PageError;
use crate::actions::documents::sha256;

const CSS: &str = include_str!("../../../static/portal.css");
const JS: &str = include_str!("../../../static/portal.js");

/// Address of the style sheet.
pub static CSS_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/static/{}/portal.css", &sha256(CSS.as_bytes())[..12]));
/// Address of the script.
pub static JS_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/static/{}/portal.js", &sha256(JS.as_bytes())[..12]));

/// A static file. The hash in the address only makes browsers fetch a new version; an old page gets
/// the present file.
pub async fn file(path: web::Path<(String, String)>) -> Result<HttpResponse, PageError> {
    let (content_type, body) = match path.1.as_str() {
        "portal.css" => ("text/css; charset=utf-8", CSS),
        "portal.js" => ("text/javascript; charset=utf-8", JS),
        _ => return Err(PageError::NotFound),
    };
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(body))
}
