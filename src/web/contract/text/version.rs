//! The contract text on a page that needs no sign-in (C-01, C-02, C-07, C-08): without any
//! customer's or partner's data.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::ActionError;
use crate::actions::contract_text::{General, general};
use crate::app::App;
use crate::contract::html as contract_html;
use crate::domain::calendar::{self, day};
use crate::paths;
use crate::storage::contract_versions::{Published, find_in_force, list_published};
use crate::web::kit::error::PageError;
use crate::web::kit::language::chosen_language;
use crate::web::kit::page::{PublicShell, html};

#[derive(Template)]
#[template(path = "web/contract/text/version.html")]
struct Page {
    shell: PublicShell,
    number: String,
    date: String,
    valid_from: String,
    /// Whether the version is in force, earlier, or to come.
    state: State,
    note: String,
    toc: String,
    article: String,
    versions: Vec<VersionLink>,
    /// Whether another language than this one is binding.
    translation: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    InForce,
    ToCome,
    Earlier,
}

struct VersionLink {
    number: String,
    href: String,
    valid_from: String,
    here: bool,
    /// Address of the comparison with the version of the page, the older one first.
    comparison: String,
}

/// GET: the text in force.
pub async fn current(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    page(&app, &request, None).await
}

/// GET: any published text.
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    number: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    page(&app, &request, Some(number.into_inner())).await
}

/// What the page shows, as it was read.
struct Read {
    all: Vec<Published>,
    in_force: String,
    text: General,
}

async fn page(
    app: &web::Data<App>,
    request: &HttpRequest,
    wanted: Option<String>,
) -> Result<HttpResponse, PageError> {
    let language = chosen_language(request);
    let (own, today, number) = (app.clone(), day(app.clock.now()), wanted.clone());
    let read = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let in_force = find_in_force(conn, today)?.ok_or(ActionError::NotFound)?;
            let number = number.clone().unwrap_or_else(|| in_force.clone());
            Ok(Read {
                all: list_published(conn)?,
                in_force,
                text: general(conn, &own, &number, language)?,
            })
        })
        .await?;
    let meta = &read.text.contract.meta;
    let document = read.text.document(language);
    let date = |date| calendar::long_date(date, language);
    let valid_from = read.text.version.valid_from;
    let path = match &wanted {
        Some(number) => paths::contract(number),
        None => paths::CONTRACT.to_owned(),
    };
    let place = read.all.iter().position(|one| one.number == meta.number);
    html(&Page {
        shell: PublicShell::load(app, language).await?.with_switch(&path),
        number: meta.number.clone(),
        date: date(meta.date),
        valid_from: date(valid_from),
        state: if meta.number == read.in_force {
            State::InForce
        } else if valid_from > today {
            State::ToCome
        } else {
            State::Earlier
        },
        note: meta.change_note.get(document.language).to_owned(),
        toc: contract_html::toc(&document),
        article: contract_html::article(&document),
        versions: read
            .all
            .iter()
            .enumerate()
            .map(|(line, one)| VersionLink {
                // The list begins with the newest version.
                comparison: if Some(line) > place {
                    paths::comparison(&one.number, &meta.number)
                } else {
                    paths::comparison(&meta.number, &one.number)
                },
                href: paths::contract(&one.number),
                valid_from: date(one.valid_from),
                here: one.number == meta.number,
                number: one.number.clone(),
            })
            .collect(),
        translation: document.language != meta.binding,
    })
}
