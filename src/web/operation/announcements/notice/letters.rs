//! The letters and mails of a recorded dissent: adding them afterwards, and downloading them.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use super::{Typed, find, page};
use crate::actions::{ActionError, notices};
use crate::app::App;
use crate::domain::{FileId, NoticeId};
use crate::paths;
use crate::storage::dissent_files;
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::upload::{SignedUpload, file_answer};

/// Addresses of the files of a notice, and when each was uploaded.
pub(super) async fn list(app: &App, notice: NoticeId) -> Result<Vec<(String, When)>, PageError> {
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok(dissent_files::list_of_notice(conn, notice)?)
        })
        .await?;
    let one = |(file, at)| (paths::dissent_proof(notice, file), When::clock(at));
    Ok(found.into_iter().map(one).collect())
}

/// POST: adds a file.
pub async fn add(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<String>,
    SignedUpload { mut files, .. }: SignedUpload,
) -> Result<HttpResponse, PageError> {
    let found = find(&app, &id).await?;
    let (id, viewer, now) = (found.notice.id, me.viewer.clone(), app.clock.now());
    let wrong = match files.take("nachweis") {
        Ok(Some(proof)) => {
            app.db
                .transaction(move |conn| notices::add_proof(conn, &viewer, id, &proof, now))
                .await?;
            return Ok(session.succeeded("Der Nachweis ist hinzugefügt.", paths::notice(id)));
        }
        Ok(None) => "Wählen Sie die Datei des Nachweises",
        Err(bad) => bad.sentence(),
    };
    let mut errors = FieldErrors::default();
    errors.add("nachweis", wrong);
    invalid(&page(&app, &me, &found, Typed::default(), errors).await?)
}

/// GET: downloads a file.
pub async fn file(
    app: web::Data<App>,
    me: Me,
    path: web::Path<(NoticeId, FileId)>,
) -> Result<HttpResponse, PageError> {
    let (notice, file) = path.into_inner();
    let viewer = me.viewer.clone();
    let found = app
        .db
        .read(move |conn| notices::find_proof(conn, &viewer, notice, file))
        .await?;
    Ok(file_answer("einspruch", found))
}
