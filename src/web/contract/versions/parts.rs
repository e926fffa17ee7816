//! Adding, renaming and removing annexes, products and measures; the page is that of [`super::composition`].

use actix_session::Session;
use actix_web::{HttpResponse, web};

use crate::actions::versions::draft;
use crate::app::App;
use crate::contract::parts::{MEASURES, PartKind};
use crate::domain::{VersionId, name};
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::page::Me;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// Longest heading of a new part.
const LONGEST_TITLE: usize = 200;

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
