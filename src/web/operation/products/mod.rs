//! "Produkte": the catalogue (P-04, P-07). [`list`] shows the products, [`edit`] changes one, and
//! [`confirmation`] asks first if that concerns customers.

mod confirmation;
mod edit;
mod list;
mod values;

use crate::domain::viewer::Duty;
use actix_web::web;

use crate::domain::product::Product;
use crate::paths;
use crate::storage::products::COUNT_CAP;
use crate::web::kit::route::{Row, Who, get, post, view};
use crate::web::kit::words::thousands;

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::PRODUCTS, Who::Operator, || view().to(list::show)),
    get(paths::PRODUCTS_SHEET, Who::Operator, || {
        view().to(list::sheet)
    }),
    get(paths::NEW_PRODUCT, Who::Duty(Duty::Administration), || {
        view().to(edit::new)
    }),
    post(paths::NEW_PRODUCT, Who::Duty(Duty::Administration), || {
        web::post().to(edit::add)
    }),
    get("/betrieb/produkte/{produkt}", Who::Operator, || {
        view().to(edit::show)
    }),
    post(
        "/betrieb/produkte/{produkt}",
        Who::Duty(Duty::Administration),
        || web::post().to(edit::save),
    ),
];

/// A number of customers in words: "kein Kunde", "1 Kunde", "mehr als 10.000 Kunden".
fn customers(count: i64) -> String {
    match count {
        0 => "kein Kunde".to_owned(),
        1 => "1 Kunde".to_owned(),
        more if more > COUNT_CAP => format!("mehr als {} Kunden", thousands(COUNT_CAP)),
        more => format!("{} Kunden", thousands(more)),
    }
}

/// The state of a product's files in the contract: CSS key, and which files are missing, in words.
fn annex(product: &Product, lacking: &[String]) -> (&'static str, String) {
    match (product.needed_at_most(), lacking) {
        (None, _) => ("", "nicht nötig".to_owned()),
        (Some(_), []) => ("", "vorhanden".to_owned()),
        (Some(_), files) => ("warn", format!("fehlt: {}", files.join(", "))),
    }
}
