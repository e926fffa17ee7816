//! "Zugang anfordern" for customers that concluded by mail and have no login (C5). The answer is
//! the same whether there is such a customer or not.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::Actor;
use crate::actions::access::{self, Asking};
use crate::app::App;
use crate::domain::{CustomerNumber, Language};
use crate::paths;
use crate::web::kit::client::source;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, PublicForm};
use crate::web::kit::language::chosen_language;
use crate::web::kit::page::{PublicShell, html, invalid};
use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::ACCESS, Who::Visitor, || view().to(show)),
    post(paths::ACCESS, Who::Visitor, || web::post().to(ask)),
];

#[derive(Template)]
#[template(path = "web/public/access/ask.html")]
struct Page {
    shell: PublicShell,
    number: String,
    errors: FieldErrors,
    /// Whether a mail was sent, or would have been if there were such a customer.
    asked: bool,
}

impl Page {
    async fn load(app: &App, language: Language) -> Result<Self, PageError> {
        Ok(Self {
            shell: PublicShell::load(app, language)
                .await?
                .with_switch(paths::ACCESS),
            number: String::new(),
            errors: FieldErrors::default(),
            asked: false,
        })
    }
}

async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    html(&Page::load(&app, chosen_language(&request)).await?)
}

async fn ask(
    app: web::Data<App>,
    request: HttpRequest,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let language =
        Language::from_code(form.get("sprache")).unwrap_or_else(|| chosen_language(&request));
    let mut page = Page::load(&app, language).await?;
    page.number = form.get("kundennummer").trim().to_owned();
    let Ok(customer) = page.number.parse::<CustomerNumber>() else {
        page.errors.add(
            "kundennummer",
            match language {
                Language::De => "Geben Sie die Kundennummer aus unserer E-Mail an",
                Language::En => "Enter the customer number from our e-mail",
            },
        );
        return invalid(&page);
    };
    let (own, place, now) = (app.clone(), source(&app, &request), app.clock.now());
    app.db
        .transaction(move |conn| {
            let asked = (customer, Asking::Anybody);
            access::request(conn, &own, asked, Actor::Portal, &place, now)
        })
        .await?;
    page.asked = true;
    html(&page)
}
