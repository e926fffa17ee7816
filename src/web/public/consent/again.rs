//! What a link can still do after its contract was concluded (C5): ask for a login, and mail the
//! contract once more. Both only use the stored address.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::arrival::{About, Arrival};
use crate::actions::Actor;
use crate::actions::access::{self, Access, Asking};
use crate::app::App;
use crate::domain::Language;
use crate::domain::case::LinkState;
use crate::web::kit::client::source;
use crate::web::kit::error::PageError;
use crate::web::kit::form::PublicForm;
use crate::web::kit::page::{PublicShell, html, see_other};

#[derive(Template)]
#[template(path = "web/public/consent/sent.html")]
struct Page {
    shell: PublicShell,
    about: About,
    said: Said,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// The contract is mailed once more, if it is in force.
    Contract,
    /// A login was asked for; what became of it, is not told.
    Access,
    /// The invitation to a new login is on its way.
    Invited,
    /// There is a login already.
    HasAccess,
}

/// POST: asks for a login, which is mailed to the stored address. As long as the success page is there, it is
/// made for whoever concluded, and what became of it is told.
pub async fn request_access(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let arrival = arrive(&app, &request, &token, form.get("sprache")).await?;
    let LinkState::Concluded {
        agreement,
        success_page,
    } = arrival.state()?
    else {
        return Ok(see_other(arrival.page()));
    };
    let signatory = success_page.then(|| agreement.person.clone());
    let (own, place) = (app.clone(), source(&app, &request));
    let (link, customer, now) = (arrival.link, arrival.case.customer.number, arrival.now);
    let made = app
        .db
        .transaction(move |conn| {
            let asking = signatory
                .as_deref()
                .map_or(Asking::Anybody, Asking::Signatory);
            let by = Actor::Link { id: link };
            access::request(conn, &own, (customer, asking), by, &place, now)
        })
        .await?;
    let said = match made {
        Access::Made if success_page => Said::Invited,
        Access::There if success_page => Said::HasAccess,
        _ => Said::Access,
    };
    answer(&app, &arrival, said).await
}

/// POST: mails the concluded contract once more.
pub async fn send_copy(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let arrival = arrive(&app, &request, &token, form.get("sprache")).await?;
    if !matches!(arrival.state()?, LinkState::Concluded { .. }) {
        return Ok(see_other(arrival.page()));
    }
    let (own, link, now) = (app.clone(), arrival.link, arrival.now);
    app.db
        .transaction(move |conn| access::send_copy(conn, &own, link, now))
        .await?;
    answer(&app, &arrival, Said::Contract).await
}

async fn arrive(
    app: &App,
    request: &HttpRequest,
    token: &str,
    code: &str,
) -> Result<Arrival, PageError> {
    Arrival::open(app, request, token, Language::from_code(code)).await
}

async fn answer(app: &App, arrival: &Arrival, said: Said) -> Result<HttpResponse, PageError> {
    let shell = PublicShell::load(app, arrival.language).await?;
    html(&Page {
        about: arrival.about(&shell),
        said,
        shell,
    })
}
