//! Clauses added, moved and removed; and what was typed meanwhile is kept.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use super::clause_fields::{Typed, kept};
use super::clauses::{NewClause, page};
use super::load;
use crate::actions::ActionError;
use crate::actions::versions::clauses::{
    ClauseRef, add_clause, keep_typed, move_clause, remove_clause,
};
use crate::app::App;
use crate::contract::clauses::PartText;
use crate::contract::clauses::order::Direction;
use crate::domain::VersionId;
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::upload::SignedTexts;
use crate::wording::clause as words;

/// Longest heading of a new clause.
const LONGEST_HEADING: usize = 300;

fn clause_of(id: VersionId, form: &Form) -> ClauseRef {
    ClauseRef {
        version: id,
        part: form.get("teil").to_owned(),
        clause: form.get("klausel").to_owned(),
    }
}

/// POST: adds a clause, in every language.
pub async fn add(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let at = ClauseRef {
        clause: form.get("nach").to_owned(),
        ..clause_of(id, &form)
    };
    let new = NewClause {
        behind: at.clause.clone(),
        heading_de: form.get("neu_de").trim().to_owned(),
        heading_en: form.get("neu_en").trim().to_owned(),
    };
    let (version, _) = load(&app, &me, id).await?;
    let part = PartText::of(&version.files, &at.part).ok_or(PageError::NotFound)?;
    let mut errors = FieldErrors::default();
    let mut headings = Vec::new();
    for column in &part.columns {
        let (field, heading) = match column.code {
            "de" => ("neu_de", &new.heading_de),
            _ => ("neu_en", &new.heading_en),
        };
        if heading.is_empty() {
            errors.add(field, words::NO_HEADING);
        } else if heading.chars().count() > LONGEST_HEADING {
            errors.add(
                field,
                format!("Kürzen Sie die Überschrift auf {LONGEST_HEADING} Zeichen"),
            );
        } else if heading.contains(['[', ']', '*', '_', '\\']) {
            errors.add(
                field,
                "Schreiben Sie die Überschrift ohne Klammern, Sterne und Unterstriche",
            );
        }
        headings.push((column.code.to_owned(), heading.clone()));
    }
    if !errors.is_empty() {
        return invalid(&page(&app, &me, id, &at.part, new, errors).await?);
    }
    let part = at.part.clone();
    let done = app
        .db
        .transaction(move |conn| add_clause(conn, &viewer, &at, &headings, now))
        .await;
    let to = match &done {
        Ok(key) => paths::version_clause(id, &part, key),
        Err(_) => paths::version_clauses(id, &part),
    };
    session.respond(
        done,
        |_| "Die Klausel ist angelegt. Schreiben Sie jetzt den Text.",
        to,
    )
}

/// POST: moves a clause up or down. What was typed in its form is kept.
pub async fn shift(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedTexts { form, .. }: SignedTexts,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let direction = match form.get("tun") {
        "hoch" => Direction::Up,
        _ => Direction::Down,
    };
    let (at, order) = (clause_of(id, &form), form.get("reihenfolge").to_owned());
    keep(&app, &me, &at, form).await?;
    let to = paths::version_clause(id, &at.part, &at.clause);
    let done = app
        .db
        .transaction(move |conn| move_clause(conn, &viewer, &at, direction, &order, now))
        .await;
    session.respond(
        done,
        |()| "Die Klausel ist verschoben, in jeder Sprache.",
        to,
    )
}

/// Keeps what was typed in the form of a clause, if anything was.
pub(super) async fn keep(app: &App, me: &Me, at: &ClauseRef, form: Form) -> Result<(), PageError> {
    let fields = kept(form.into());
    let typed = Typed::of(&fields);
    if typed.columns.is_empty() || typed.is_untouched() {
        return Ok(());
    }
    let (now, viewer, at) = (app.clock.now(), me.viewer.clone(), at.clone());
    let done = app
        .db
        .transaction(move |conn| keep_typed(conn, &viewer, &at, &fields, now))
        .await;
    match done {
        // Where nothing can be written there is nothing to keep either; the page says why.
        Ok(()) | Err(ActionError::Version(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// POST: removes a clause with all below it.
pub async fn remove(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let (at, seen) = (clause_of(id, &form), form.get("stand").to_owned());
    let clause = paths::version_clause(id, &at.part, &at.clause);
    if !form.ticked("sicher") {
        return Ok(session.refused(
            "Bestätigen Sie, dass die Klausel entfernt werden soll. Entfernt wurde nichts.",
            clause,
        ));
    }
    let list = paths::version_clauses(id, &at.part);
    let done = app
        .db
        .transaction(move |conn| remove_clause(conn, &viewer, &at, &seen, now))
        .await;
    let to = if done.is_ok() { list } else { clause };
    session.respond(done, |()| "Die Klausel ist entfernt, in jeder Sprache.", to)
}
