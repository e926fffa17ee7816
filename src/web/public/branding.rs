//! The provider's colour and logo, for every page.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::Operator;
use crate::storage::branding::find_logo;
use crate::web::kit::error::PageError;
use crate::web::kit::route::{Row, Who, get, view};
use crate::web::kit::upload::harmless;

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/erscheinungsbild/{stand}/farben.css", Who::Anyone, || {
        view().to(colors)
    }),
    get("/erscheinungsbild/{stand}/logo", Who::Anyone, || {
        view().to(logo)
    }),
];

/// For good: another colour or logo has another address.
const FOR_GOOD: (header::HeaderName, &str) =
    (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
/// Asked for with the address of another one, perhaps by a page of a moment ago.
const FOR_NOW: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// GET: the colour as a style sheet; empty where the portal has its own.
async fn colors(app: web::Data<App>, stand: web::Path<String>) -> Result<HttpResponse, PageError> {
    let accent = operator(&app).await?.branding.accent;
    let is_it = accent.is_some_and(|accent| accent.key() == *stand);
    let sheet = accent.map(|accent| accent.style_sheet());
    Ok(HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(if is_it { FOR_GOOD } else { FOR_NOW })
        .body(sheet.unwrap_or_default()))
}

/// GET: the logo.
async fn logo(app: web::Data<App>, stand: web::Path<String>) -> Result<HttpResponse, PageError> {
    let known = operator(&app).await?.branding.logo;
    let known = known.ok_or(PageError::NotFound)?;
    let bytes = app
        .db
        .read(|conn| -> Result<_, ActionError> { Ok(find_logo(conn)?) })
        .await?
        .ok_or(PageError::NotFound)?;
    let is_it = known.sha256.starts_with(stand.as_str()) && stand.len() >= 12;
    let mut answer = HttpResponse::Ok()
        .content_type(known.format.content_type())
        .insert_header(if is_it { FOR_GOOD } else { FOR_NOW })
        .body(bytes);
    harmless(&mut answer);
    Ok(answer)
}

async fn operator(app: &App) -> Result<Operator, PageError> {
    Ok(app.operator().await?.unwrap_or_default())
}
