//! What a link can still do after its contract was concluded (C5): ask for a login, and mail the
//! contract once more. Both only use the stored address.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::arrival::{About, Arrival};
use crate::actions::{Actor, access};
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
    /// Whether a login was asked for, and not the contract.
    is_access: bool,
}

/// POST: asks for a login, which is mailed to the stored address.
pub async fn request_access(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let arrival = arrive(&app, &request, &token, form.get("sprache")).await?;
    if !matches!(arrival.state()?, LinkState::Concluded { .. }) {
        return Ok(see_other(arrival.page()));
    }
    let (own, place) = (app.clone(), source(&app, &request));
    let (link, customer, now) = (arrival.link, arrival.case.customer.number, arrival.now);
    app.db
        .transaction(move |conn| {
            access::request(conn, &own, customer, Actor::Link { id: link }, &place, now)
        })
        .await?;
    answer(&app, &arrival, true).await
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
    answer(&app, &arrival, false).await
}

async fn arrive(
    app: &App,
    request: &HttpRequest,
    token: &str,
    code: &str,
) -> Result<Arrival, PageError> {
    Arrival::open(app, request, token, Language::from_code(code)).await
}

async fn answer(app: &App, arrival: &Arrival, is_access: bool) -> Result<HttpResponse, PageError> {
    let shell = PublicShell::load(app, arrival.language).await?;
    html(&Page {
        about: arrival.about(&shell),
        is_access,
        shell,
    })
}
