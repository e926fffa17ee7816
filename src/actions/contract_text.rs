//! Published contract versions for readers without a customer (C-01, C-07, C-08): filled in with
//! the roles of the parties instead of their names.

use std::sync::Arc;

use super::{ActionError, versions};
use crate::app::App;
use crate::contract::tree::Document;
use crate::contract::values::{CoveredProduct, Values};
use crate::contract::{Contract, neutral_values};
use crate::domain::Language;
use crate::domain::case::Covered;
use crate::domain::product::option_key;
use crate::domain::product::{Options, Product};
use crate::storage::PgConnection;
use crate::storage::catalogue::{find_operator, list_products};
use crate::storage::contract_versions::{Published, find_published};

/// A published version with the values that its general text is filled in with.
#[derive(Debug, Clone)]
pub struct General {
    /// Number of the version and the day from which it is offered.
    pub version: Published,
    /// The parsed contract text.
    pub contract: Arc<Contract>,
    values: Values,
}

impl General {
    /// The general text in a language.
    pub fn document(&self, language: Language) -> Document {
        self.contract.resolve(&self.values, language)
    }
}

/// The general text of a published version; one that is not published does not exist.
pub fn general(
    conn: &mut PgConnection,
    app: &App,
    number: &str,
    language: Language,
) -> Result<General, ActionError> {
    let version = find_published(conn, number)?.ok_or(ActionError::NotFound)?;
    let contract = versions::contract(conn, app, number)?;
    let mut values = neutral_values(language);
    values.retention_years = app.config.retention_years;
    values.operator = find_operator(conn)?.unwrap_or_default();
    values.products = covered(&contract, list_products(conn)?);
    Ok(General {
        version,
        contract,
        values,
    })
}

/// Every product the text has an annex for, by its name in the catalogue, with the options that the
/// annex mentions.
fn covered(contract: &Contract, products: Vec<Product>) -> Vec<CoveredProduct> {
    let keys = contract.product_codes();
    let covered = |product: &Product| {
        let is_whole = keys.contains(&product.code.as_str());
        let speaks_of =
            |option: &str| is_whole || keys.contains(&option_key(&product.code, option).as_str());
        let at_most = product.needed_at_most().unwrap_or_else(|| Covered {
            product: product.code.clone(),
            options: Options::new(),
        });
        let options: Options = at_most
            .options
            .into_iter()
            .filter(|option| speaks_of(option))
            .collect();
        (is_whole || !options.is_empty()).then(|| {
            let product_code = product.code.clone();
            CoveredProduct::of(
                product,
                &Covered {
                    product: product_code,
                    options,
                },
            )
        })
    };
    products.iter().filter_map(covered).collect()
}
