//! The announcement as customers will get it, and the confirmation with the password (S-40):
//! sending cannot be undone.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::find;
use crate::actions::ActionError;
use crate::actions::announcements::{self, days, faults, first_start};
use crate::actions::delivery::preview;
use crate::app::App;
use crate::domain::Language;
use crate::domain::sub_processor::Entry;
use crate::mail::RenderedMail;
use crate::paths;
use crate::storage::announcements::{Announcement, count_in_force};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid, see_other};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::sub_processors::Lists;
use crate::wording::dates;

#[derive(Template)]
#[template(path = "web/operation/announcements/preview.html")]
struct Page {
    shell: Shell,
    back: String,
    email: Proof,
    /// What is still to be mended before it can be sent.
    faults: Vec<String>,
    recipients: i64,
    days: u32,
    starts: String,
    reason: String,
    lists: Lists,
    mails: [(&'static str, RenderedMail); 2],
    errors: FieldErrors,
}

/// GET: the mail in both languages, the lists, and the question.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let (draft, entries) = find(&app, &id).await?;
    if draft.confirmed_at.is_some() {
        return Ok(see_other(paths::announcement(draft.id)));
    }
    html(&page(&app, &me, draft, &entries, FieldErrors::default()).await?)
}

/// POST: starts sending.
pub async fn confirm(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (draft, entries) = find(&app, &id).await?;
    let back = paths::announcement(draft.id);
    if draft.confirmed_at.is_some() {
        // This is the second click of a double click.
        return Ok(see_other(back));
    }
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&page(&app, &me, draft, &entries, errors).await?);
    }
    let (handles, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| announcements::confirm(conn, &handles, &viewer, draft.id, now))
        .await?;
    session.respond(done, |()| "Die Änderungsmitteilung ist bestätigt. Der Versand läuft; diese Seite zeigt, wie weit er ist.", back)
}

async fn page(
    app: &App,
    me: &Me,
    mut draft: Announcement,
    entries: &[Entry],
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (now, shell) = (
        app.clock.now(),
        Shell::load(app, me, paths::ANNOUNCEMENTS).await?,
    );
    let handles = app.clone();
    let (days, first, recipients) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let days = days(conn, &handles, now)?;
            let first = first_start(conn, days, now)?;
            Ok((days, first, count_in_force(conn)?))
        })
        .await?;
    draft.days = days;
    let mut faults = faults(entries, &draft);
    if draft.changes.is_empty() {
        faults.push("Der Entwurf ändert noch nichts.".to_owned());
    }
    if draft.reason.is_empty() || draft.reason_en.is_empty() {
        faults.push("Der Grund fehlt noch, in beiden Sprachen.".to_owned());
    }
    if draft.starts_on < first {
        faults.push(format!(
            "Der Beginn liegt vor dem Ende der Frist. Der erste mögliche Tag ist der {}.",
            dates::short_date(first, Language::De)
        ));
    }
    let mail = |language| preview(app, &shell.operator, &draft, language, now);
    let mails = [
        ("E-Mail auf Deutsch", mail(Language::De)?),
        ("E-Mail auf Englisch", mail(Language::En)?),
    ];
    Ok(Page {
        email: proof_of(app, me).await?,
        back: paths::announcement(draft.id),
        faults,
        recipients,
        days,
        starts: dates::long_date(draft.starts_on, Language::De),
        reason: draft.reason.clone(),
        lists: Lists::of(&draft, Language::De),
        mails,
        errors,
        shell,
    })
}
