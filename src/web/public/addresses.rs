//! The page of the link in the mail to a customer's former address, which stops an address that a
//! partner entered (A4). It looks at no session, and nothing but the POST changes anything.

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, addresses};
use crate::app::App;
use crate::domain::calendar::long_moment;
use crate::domain::case::{Case, Verdict};
use crate::domain::{AddressId, Language};
use crate::paths;
use crate::token::{self, Purpose};
use crate::web::kit::error::PageError;
use crate::web::kit::form::PublicForm;
use crate::web::kit::language::wanted_language;
use crate::web::kit::page::{PublicShell, html, see_other};
use crate::web::kit::route::{Row, Who, get, post, view};
use crate::web::kit::unknown_link::unknown;

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/adresse/{token}", Who::Anyone, || view().to(show)),
    get("/adresse/{token}/", Who::Anyone, || view().to(show)),
    post("/adresse/{token}", Who::Anyone, || web::post().to(stop)),
];

/// What can be done with the link now.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stand {
    /// It can be stopped: the new address waits until this moment, or for the operator.
    Waits {
        until: Option<String>,
    },
    /// It can be stopped: the new address is in use, but nothing was concluded with it.
    Used,
    /// It cannot be stopped: something was concluded with it, and the operator decides.
    Concluded,
    Stopped,
    Confirmed,
    /// It cannot be stopped: it was refused, or replaced by another address.
    Gone,
}

#[derive(Template)]
#[template(path = "web/public/addresses/stop.html")]
struct Page {
    shell: PublicShell,
    company: String,
    partner: String,
    masked: String,
    entered: String,
    action: String,
    stand: Stand,
    phone_link: String,
}

impl Page {
    fn can_stop(&self) -> bool {
        matches!(self.stand, Stand::Waits { .. } | Stand::Used)
    }

    fn title(&self) -> &'static str {
        match (&self.stand, self.shell.en()) {
            (Stand::Waits { .. } | Stand::Used, false) => "Neue E-Mail-Adresse stoppen?",
            (Stand::Waits { .. } | Stand::Used, true) => "Stop the new e-mail address?",
            (Stand::Stopped, false) => "Die neue Adresse ist gestoppt",
            (Stand::Stopped, true) => "The new address has been stopped",
            (Stand::Confirmed, false) => "Die neue Adresse ist bestätigt",
            (Stand::Confirmed, true) => "The new address has been confirmed",
            (Stand::Concluded, false) => "Bitte melden Sie sich bei uns",
            (Stand::Concluded, true) => "Please contact us",
            (Stand::Gone, false) => "Diese Adresse gilt nicht",
            (Stand::Gone, true) => "This address is not in use",
        }
    }
}

async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let (id, case) = open(&app, &request, &token).await?;
    let language = wanted_language(&request).unwrap_or(case.customer.language);
    request.extensions_mut().insert(language);
    html(&page(&app, &token, &case, id, language).await?)
}

async fn stop(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let (id, case) = open(&app, &request, &token).await?;
    let own = case.customer.language;
    let language = Language::from_code(form.get("sprache")).unwrap_or(own);
    let (writer, now) = (app.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| addresses::stop(conn, &writer, id, now))
        .await;
    match done {
        // If the rules refuse it, the page explains why.
        Ok(_) | Err(ActionError::Refused(_)) => {}
        Err(ActionError::NotFound) => return Err(PageError::UnknownLink),
        Err(error) => return Err(error.into()),
    }
    let page = paths::stop_address(&token::tidy(&token));
    Ok(see_other(if language == own {
        page
    } else {
        format!("{page}?sprache={}", language.code())
    }))
}

/// Opens a token; all invalid ones get the same answer (S-11).
async fn open(
    app: &web::Data<App>,
    request: &HttpRequest,
    token: &str,
) -> Result<(AddressId, Case), PageError> {
    let now = app.clock.now();
    if let Some(language) = wanted_language(request) {
        request.extensions_mut().insert(language);
    }
    let Some(id) = token::open(&app.config.keys, Purpose::Address, token) else {
        return Err(unknown(app, request, now).await);
    };
    let id = AddressId(id);
    let found = app
        .db
        .read(move |conn| addresses::find(conn, id, now))
        .await;
    match found {
        Ok(case) => Ok((id, case)),
        Err(ActionError::NotFound) => Err(unknown(app, request, now).await),
        Err(error) => Err(error.into()),
    }
}

fn stand(case: &Case, id: AddressId, language: Language) -> Stand {
    let Some(one) = case.entered.iter().find(|one| one.id == id) else {
        return Stand::Gone;
    };
    let is_held = case
        .agreement()
        .and_then(|agreement| case.doubt_about(agreement))
        .is_some_and(|doubt| doubt.id == id);
    match one.verdict {
        Some((_, Verdict::Stopped)) => Stand::Stopped,
        Some((_, Verdict::Confirmed)) => Stand::Confirmed,
        Some((_, Verdict::Refused)) => Stand::Gone,
        None if is_held => Stand::Concluded,
        None if one.is_waiting() => Stand::Waits {
            until: one
                .wait_end()
                .map(|end| long_moment(case.holidays.opens(end), language)),
        },
        None if one.is_used() => Stand::Used,
        None => Stand::Gone,
    }
}

async fn page(
    app: &App,
    token: &str,
    case: &Case,
    id: AddressId,
    language: Language,
) -> Result<Page, PageError> {
    let action = paths::stop_address(&token::tidy(token));
    let shell = PublicShell::load(app, language).await?.with_switch(&action);
    let one = case.entered.iter().find(|one| one.id == id);
    Ok(Page {
        company: case.customer.party.name.clone(),
        partner: case
            .partner
            .as_ref()
            .map(|partner| partner.party.name.clone())
            .unwrap_or_default(),
        masked: one.map(|one| one.email.masked()).unwrap_or_default(),
        entered: one
            .map(|one| long_moment(one.entered_at, language))
            .unwrap_or_default(),
        stand: stand(case, id, language),
        phone_link: shell.operator.party.phone_link(),
        action,
        shell,
    })
}
