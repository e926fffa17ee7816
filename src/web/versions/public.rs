//! The contract text for everybody (C-01, C-02, C-07, C-08): without any customer's or partner's data.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, versions};
use crate::app::App;
use crate::contract::values::CoveredProduct;
use crate::contract::{Contract, Values, html as contract_html, neutral_values};
use crate::domain::calendar::{self, day};
use crate::domain::product::Product;
use crate::paths;
use crate::storage::catalogue::{find_operator, list_products};
use crate::storage::contract_versions::{Published, find_in_force, list_published};
use crate::web::consent::wanted_language;
use crate::web::error::PageError;
use crate::web::page::{PublicShell, html, reader_language};

#[derive(Template)]
#[template(path = "web/versions/public.html")]
struct Page {
    shell: PublicShell,
    number: String,
    date: String,
    valid_from: String,
    /// In force, earlier, or to come.
    state: State,
    note: String,
    toc: String,
    article: String,
    versions: Vec<Line>,
    /// The binding language is another one than this.
    translation: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    InForce,
    ToCome,
    Earlier,
}

struct Line {
    number: String,
    href: String,
    valid_from: String,
    here: bool,
}

/// The text in force.
pub async fn current(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    page(&app, &request, None).await
}

/// Any published text.
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    number: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    page(&app, &request, Some(number.into_inner())).await
}

/// What the page reads.
struct Read {
    all: Vec<Published>,
    in_force: String,
    contract: Arc<Contract>,
    values: Values,
}

async fn page(
    app: &web::Data<App>,
    request: &HttpRequest,
    wanted: Option<String>,
) -> Result<HttpResponse, PageError> {
    let language = wanted_language(request).unwrap_or_else(|| reader_language(request));
    let (own, today, number) = (app.clone(), day(app.clock.now()), wanted.clone());
    let read = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let in_force = find_in_force(conn, today)?.ok_or(ActionError::NotFound)?;
            let number = number.clone().unwrap_or_else(|| in_force.clone());
            let contract = versions::contract(conn, &own, &number)?;
            let mut values = neutral_values(language);
            values.operator = find_operator(conn)?.unwrap_or_default();
            values.products = covered(&contract, list_products(conn)?);
            Ok(Read {
                all: list_published(conn)?,
                in_force,
                contract,
                values,
            })
        })
        .await?;
    let meta = &read.contract.meta;
    let document = read.contract.resolve(&read.values, language);
    let date = |date| calendar::long_date(date, language);
    let own = read.all.iter().find(|one| one.number == meta.number);
    let valid_from = own.map(|one| one.valid_from).unwrap_or(meta.valid_from);
    let path = match &wanted {
        Some(number) => paths::contract(number),
        None => paths::CONTRACT.to_owned(),
    };
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
            .map(|one| Line {
                href: paths::contract(&one.number),
                valid_from: date(one.valid_from),
                here: one.number == meta.number,
                number: one.number.clone(),
            })
            .collect(),
        translation: document.language != meta.binding,
    })
}

/// Every product the text has an annex for, by its name in the catalogue.
fn covered(contract: &Contract, products: Vec<Product>) -> Vec<CoveredProduct> {
    let codes = contract.product_codes();
    products
        .into_iter()
        .filter(|product| codes.contains(&product.code.as_str()))
        .map(|product| CoveredProduct {
            name: product.booked_name(product.has_ums_option()),
            name_en: product.booked_name_en(product.has_ums_option()),
            code: product.code,
        })
        .collect()
}
