//! Publishing an approved version: choosing its first day, with the password once more.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::found::Found;
use super::show::seen;
use super::{Subject, load};
use crate::actions::ActionError;
use crate::actions::versions::approval::publish as publish_version;
use crate::actions::versions::review::review;
use crate::app::App;
use crate::contract::Meta;
use crate::domain::calendar::day;
use crate::domain::version::Stage;
use crate::domain::{Language, VersionId};
use crate::paths;
use crate::places::Kind;
use crate::storage::contract_versions::list_outdated;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::wording::dates;

/// Open requests are counted up to here.
const CAP: i64 = 1000;

#[derive(Template)]
#[template(path = "web/contract/versions/publish.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    is_approved: bool,
    found: Found,
    /// The number of customers that will be asked anew, in words.
    open: String,
    date: String,
    email: Proof,
    errors: FieldErrors,
}

/// GET: the form with the consequences.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, *id, None, FieldErrors::default()).await?)
}

async fn page(
    app: &App,
    me: &Me,
    id: VersionId,
    typed: Option<String>,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (version, around) = load(app, me, id).await?;
    let today = day(app.clock.now());
    let proposed = version
        .files
        .get(crate::contract::meta::FILE)
        .and_then(|toml| Meta::parse(toml).ok())
        .map_or(today, |meta| meta.valid_from.max(today));
    let number = version.head.number.clone().unwrap_or_default();
    let open = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok(list_outdated(conn, &number, None, CAP + 1)?.len())
        })
        .await?;
    let (own, files) = (app.clone(), version.files.clone());
    let reviewed = me
        .turn
        .take(app, Kind::SignedIn, move || {
            review(&own, &files, &around, None, &[])
        })
        .await?;
    // The day is chosen on this page; the one that the file proposes does not count.
    let mut found = Found::of(&reviewed, id);
    found.blocking.retain(|line| line.check != "LC-46");
    Ok(Page {
        shell: Shell::load(app, me, paths::VERSIONS).await?,
        is_approved: version.head.stage() == Stage::Approved,
        subject: Subject::of(&version, me.viewer.role),
        found,
        open: match open {
            0 => "Zurzeit ist keine Anforderung offen.".to_owned(),
            1 => "Ein Kunde mit offener Anforderung".to_owned(),
            many if many as i64 > CAP => "Mehr als 1.000 Kunden mit offener Anforderung".to_owned(),
            many => format!("{many} Kunden mit offener Anforderung"),
        },
        date: typed.unwrap_or_else(|| proposed.to_string()),
        email: proof_of(app, me).await?,
        errors,
    })
}

/// POST: publishes the version.
pub async fn publish(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (id, now) = (*id, app.clock.now());
    let seen = seen(id, &form)?;
    let mut errors = FieldErrors::default();
    let chosen = form.get("datum").parse::<NaiveDate>().ok();
    match chosen {
        None => errors.add("datum", "Geben Sie den Tag ein, ab dem die Fassung gilt"),
        Some(date) if date < day(now) => {
            errors.add("datum", "Eine Fassung gilt frühestens ab heute")
        }
        Some(_) => {}
    }
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    let Some(valid_from) = chosen.filter(|_| errors.is_empty()) else {
        let typed = Some(form.get("datum").to_owned());
        return invalid(&page(&app, &me, id, typed, errors).await?);
    };
    let (own, viewer) = (app.clone(), me.viewer.clone());
    let done = app
        .db
        .transaction(move |conn| publish_version(conn, &own, &viewer, seen, valid_from, now))
        .await;
    let date = dates::long_date(valid_from, Language::De);
    let said = |()| format!("Die Fassung ist veröffentlicht und gilt ab dem {date}.");
    session.respond(done, said, paths::version(id, ""))
}
