//! Erscheinungsbild: logo, colour, and whose words the legal pages have.

mod typed;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::ActionError;
use crate::actions::branding::{self, LogoChange};
use crate::actions::form_version::{self, Shown};
use crate::app::App;
use crate::document::logo::read_logo;
use crate::domain::Branding;
use crate::domain::branding::{Accent, Logo};
use crate::paths;
use crate::places::Kind;
use crate::storage::branding::find_branding;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::upload::SignedTexts;
use typed::{PAGES, PageTyped, Typed, logo_fault};

#[derive(Template)]
#[template(path = "web/operation/branding/branding.html")]
struct Page {
    shell: Shell,
    typed: Typed,
    /// The logo that is stored.
    logo: Option<Logo>,
    /// The colours that are stored, for the samples.
    accent: Option<Accent>,
    /// Stamp of what the form showed first.
    stand: String,
    proof: Proof,
    errors: FieldErrors,
}

impl Page {
    /// The legal pages in the order of the form.
    fn pages(
        &self,
    ) -> impl Iterator<Item = (&'static str, &'static str, &'static str, &PageTyped)> {
        PAGES
            .iter()
            .map(|(page, key, title, path)| (*key, *title, *path, self.typed.page(*page)))
    }
}

/// The form, filled with what is stored.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let stored = stored(&app).await?;
    let (typed, stand) = (Typed::of(&stored), form_version::of(&stored));
    html(&page(&app, &me, &stored, typed, stand, FieldErrors::default()).await?)
}

/// Changes how the portal looks.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedTexts { form, mut files }: SignedTexts,
) -> Result<HttpResponse, PageError> {
    let typed = Typed::read(&form);
    let (wanted, mut errors) = typed.branding();
    let chosen = files.pop().map(|file| file.bytes);
    let logo = match chosen {
        _ if typed.removes_logo => LogoChange::Remove,
        None => LogoChange::Keep,
        Some(bytes) => {
            let work = move || read_logo(&bytes);
            match me.turn.take(&app, Kind::SignedIn, work).await? {
                Ok(read) => LogoChange::Replace(Box::new(read)),
                Err(bad) => {
                    errors.add("logo", logo_fault(bad));
                    LogoChange::Keep
                }
            }
        }
    };
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    let stand = form.get("stand").to_owned();
    if !errors.is_empty() {
        let stored = stored(&app).await?;
        return invalid(&page(&app, &me, &stored, typed, stand, errors).await?);
    }
    let (now, viewer, handles) = (app.clock.now(), me.viewer.clone(), app.clone());
    let done = app
        .db
        .transaction(move |conn| {
            form_version::check(conn, &handles, Shown::Branding, &stand)?;
            branding::save(conn, &viewer, wanted, logo, now)
        })
        .await;
    match done {
        Ok(()) => {}
        Err(ActionError::Changed) => {
            let stored = stored(&app).await?;
            let mut errors = FieldErrors::default();
            errors.add_changed(Typed::of(&stored).beside(&typed));
            let stand = form_version::of(&stored);
            return invalid(&page(&app, &me, &stored, typed, stand, errors).await?);
        }
        Err(error) => return Err(error.into()),
    }
    app.forget_operator();
    Ok(session.succeeded(
        "Das Erscheinungsbild ist gespeichert. Seiten und neue E-Mails haben es ab sofort.",
        paths::BRANDING,
    ))
}

async fn stored(app: &App) -> Result<Branding, PageError> {
    app.db
        .read(|conn| -> Result<_, ActionError> { Ok(find_branding(conn)?) })
        .await
        .map_err(Into::into)
}

async fn page(
    app: &App,
    me: &Me,
    stored: &Branding,
    typed: Typed,
    stand: String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    Ok(Page {
        shell: Shell::load(app, me, paths::BRANDING).await?,
        typed,
        logo: stored.logo.clone(),
        accent: stored.accent,
        stand,
        proof: proof_of(app, me).await?,
        errors,
    })
}
