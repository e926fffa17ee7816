//! A version as files: the folder as ZIP, the preview as PDF.

use actix_web::{HttpResponse, web};

use super::load;
use crate::actions::ActionError;
use crate::actions::documents::file_name;
use crate::actions::versions::review::{preview_pdf, review};
use crate::app::App;
use crate::document::folder;
use crate::domain::{Language, VersionId};
use crate::places::Kind;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, attachment};

/// GET: the folder as ZIP.
pub async fn zip(
    app: web::Data<App>,
    me: Me,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    let (version, _) = load(&app, &me, *id).await?;
    let name = format!(
        "avv-{}",
        version.head.number.as_deref().unwrap_or("entwurf")
    );
    let packed = folder::pack(&version.files).map_err(ActionError::Document)?;
    let name = file_name(&name).replace(".pdf", ".zip");
    Ok(attachment("application/zip", &name, packed))
}

/// GET: the preview as PDF with invented parties, marked as a draft.
pub async fn pdf(
    app: web::Data<App>,
    me: Me,
    path: web::Path<(VersionId, String)>,
) -> Result<HttpResponse, PageError> {
    let (id, code) = path.into_inner();
    let language = Language::from_code(&code).ok_or(PageError::NotFound)?;
    let (version, around) = load(&app, &me, id).await?;
    let (own, now) = (app.clone(), app.clock.now());
    let files = version.files;
    let pdf = me
        .turn
        .take(&app, Kind::SignedIn, move || -> Result<_, ActionError> {
            let reviewed = review(&own, &files, &around, None, &[]);
            let contract = reviewed.contract.ok_or(ActionError::NotFound)?;
            preview_pdf(&contract, &around, language, now)
        })
        .await??;
    let name = format!("Vorschau-{}.pdf", language.code());
    Ok(attachment("application/pdf", &name, pdf.bytes))
}
