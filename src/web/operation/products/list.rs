//! The products: names, areas, need, the state of the annex, and how many customers have each.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{annex, customers};
use crate::actions::ActionError;
use crate::actions::products::{Annexes, find_annexes};
use crate::app::App;
use crate::domain::export::ExportedList;
use crate::domain::product::{Product, ProductOption};
use crate::paths;
use crate::storage::catalogue::list_products;
use crate::storage::products::count_all;
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, answer};
use crate::web::kit::page::{Me, Shell, html};

#[derive(Template)]
#[template(path = "web/operation/products/list.html")]
struct Page {
    shell: Shell,
    /// Number of the contract version in force.
    in_force: Option<String>,
    /// Name of the draft that was changed last.
    draft: Option<String>,
    lines: Vec<ProductRow>,
}

struct ProductRow {
    href: String,
    name: String,
    code: String,
    is_retired: bool,
    /// Whether the product itself needs an AVV, and why not.
    need: &'static str,
    module: Area,
    options: Vec<OptionLine>,
    annex: (&'static str, String),
    draft: Option<(&'static str, String)>,
    customers: String,
}

struct Area {
    name: String,
    is_gated: bool,
}

struct OptionLine {
    name: String,
    needs: bool,
    is_retired: bool,
    module: Option<Area>,
}

/// GET: the catalogue.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let (products, annexes, counts) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let products = list_products(conn)?;
            let annexes = find_annexes(conn, &products, now)?;
            Ok((products, annexes, count_all(conn, now)?))
        })
        .await?;
    html(&Page {
        shell: Shell::load(&app, &me, paths::PRODUCTS).await?,
        lines: products
            .iter()
            .map(|product| line(product, &annexes, &counts))
            .collect(),
        in_force: annexes.in_force.map(|(number, _)| number),
        draft: annexes.draft.map(|(name, _)| name),
    })
}

fn line(product: &Product, annexes: &Annexes, counts: &HashMap<String, i64>) -> ProductRow {
    let of = |lacking: &HashMap<String, Vec<String>>| {
        annex(
            product,
            lacking.get(&product.code).map_or(&[], Vec::as_slice),
        )
    };
    ProductRow {
        href: paths::product(&product.code),
        name: product.name.clone(),
        code: product.code.clone(),
        is_retired: product.retired,
        need: need(product),
        module: area(&product.module),
        options: product.options.iter().map(option_line).collect(),
        annex: match &annexes.in_force {
            Some((_, lacking)) => of(lacking),
            None => ("", "keine Fassung gilt".to_owned()),
        },
        draft: annexes.draft.as_ref().map(|(_, lacking)| of(lacking)),
        customers: customers(counts.get(&product.code).copied().unwrap_or_default()),
    }
}

fn need(product: &Product) -> &'static str {
    if product.needs_by_itself() {
        "ja"
    } else if product.portal_administered == Some(false) {
        "nein, wird nicht im Portal verwaltet"
    } else if product.personal_data == Some(false) {
        "nein, ohne personenbezogene Daten"
    } else if product.needed_at_most().is_some() {
        "nur mit Option"
    } else {
        "nein"
    }
}

fn area(module: &crate::domain::product::Module) -> Area {
    Area {
        name: module.name.clone(),
        is_gated: module.gated,
    }
}

fn option_line(option: &ProductOption) -> OptionLine {
    OptionLine {
        name: option.name.clone(),
        needs: option.requires_avv,
        is_retired: option.retired,
        module: option.module.as_ref().map(area),
    }
}

/// GET: the catalogue as CSV, each option in a row behind its product.
pub async fn sheet(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let export = Export {
        list: ExportedList::Products,
        narrowed: false,
        head: vec![
            "Schlüssel",
            "Option",
            "Name",
            "AVV nötig",
            "Modul",
            "Ohne Vertrag gesperrt",
            "Wird verkauft",
        ],
        first: (),
    };
    // A catalogue is short: it is read at once.
    answer(&app, &me, &request, export, |conn, (), sheet| {
        let yes = |is: bool| if is { "ja" } else { "nein" };
        for product in list_products(conn)? {
            sheet.row([
                product.code.as_str(),
                "",
                &product.name,
                need(&product),
                &product.module.name,
                yes(product.module.gated),
                yes(!product.retired),
            ]);
            for option in &product.options {
                let module = option.module.as_ref();
                sheet.row([
                    product.code.as_str(),
                    &option.code,
                    &option.name,
                    yes(option.requires_avv),
                    module.map_or("", |module| &module.name),
                    module.map_or("", |module| yes(module.gated)),
                    yes(!option.retired && !product.retired),
                ]);
            }
        }
        Ok(None)
    })
    .await
}
