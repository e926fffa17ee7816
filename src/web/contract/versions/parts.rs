//! Adding, renaming and removing annexes, products and measures.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Subject, load, names};
use crate::actions::versions::draft;
use crate::app::App;
use crate::contract::parts::{MEASURES, PartKind, stems};
use crate::domain::{VersionId, name};
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// Longest heading of a new part.
const LONGEST_TITLE: usize = 200;

#[derive(Template)]
#[template(path = "web/contract/versions/parts_page.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    /// Parts that can be renamed or removed: file name, and name for readers.
    parts: Vec<(String, String)>,
}

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    let (version, _) = load(&app, &me, *id).await?;
    let mut parts = stems(&version.files);
    parts.retain(|part| part != "vertrag");
    html(&Page {
        shell: Shell::load(&app, &me, paths::VERSIONS).await?,
        subject: Subject::of(&version, me.viewer.role),
        parts: parts
            .into_iter()
            .map(|stem| (stem.clone(), names::part(&version.files, &stem, "de")))
            .collect(),
    })
}

/// POST: does what the pressed button says.
pub async fn change(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let wanted = form.get("tun").to_owned();
    let kind = match form.get("art") {
        "produkt" => PartKind::Product,
        "massnahmen" => PartKind::Measures,
        _ => PartKind::Annex,
    };
    let part = form.get("teil").to_owned();
    let new = match (wanted.as_str(), kind) {
        ("neu", PartKind::Measures) => MEASURES.to_owned(),
        _ => form.get("name").trim().to_owned(),
    };
    let title = name::parse(form.get("titel"), LONGEST_TITLE).unwrap_or_else(|_| new.clone());
    let said = match wanted.as_str() {
        "neu" => format!("„{new}“ ist angelegt, in jeder Sprache. Schreiben Sie jetzt den Text."),
        "umbenennen" => format!("„{part}“ heißt jetzt „{new}“, auch in den Verweisen."),
        "entfernen" => format!("„{part}“ ist entfernt, in jeder Sprache."),
        _ => return Err(PageError::BadForm),
    };
    let done = app
        .db
        .transaction(move |conn| match wanted.as_str() {
            "neu" => draft::add_part(conn, &viewer, id, kind, (&new, &title), now).map(|_| ()),
            "umbenennen" => draft::rename_part(conn, &viewer, id, (&part, &new), now).map(|_| ()),
            _ => draft::remove_part(conn, &viewer, id, &part, now),
        })
        .await;
    session.respond(done, |()| said, paths::version(id, "teile"))
}
