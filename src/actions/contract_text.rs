//! Published contract versions as anybody may read them: filled in with what the parties are called,
//! not with who they are.

use super::{ActionError, versions};
use crate::app::App;
use crate::contract::tree::Document;
use crate::contract::values::{CoveredProduct, Values};
use crate::domain::{CustomerNumber, Language, Operator, Party};
use crate::storage::contract_versions::{Published, find_published};
use crate::storage::{PgConnection, catalogue};

/// A published version with the general text of it.
#[derive(Debug, Clone)]
pub struct General {
    /// Number and day from which it is offered.
    pub version: Published,
    /// The text.
    pub document: Document,
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
    let operator = catalogue::find_operator(conn)?.ok_or(ActionError::NotFound)?;
    let products = catalogue::list_products(conn)?
        .into_iter()
        .filter_map(|product| {
            // With an option or without it, the annex is the same.
            let ums = [false, true]
                .into_iter()
                .find(|ums| product.needs_agreement(*ums));
            ums.map(|ums| CoveredProduct {
                code: product.code.clone(),
                name: product.booked_name(ums),
                name_en: product.booked_name_en(ums),
            })
        })
        .collect();
    let values = values(operator, products, language);
    let document = contract.resolve(&values, language);
    Ok(General { version, document })
}

/// Nobody's names: what the parties are.
fn values(operator: Operator, products: Vec<CoveredProduct>, language: Language) -> Values {
    let named = |german: &str, english: &str| Party {
        name: match language {
            Language::De => german.to_owned(),
            Language::En => english.to_owned(),
        },
        ..Party::default()
    };
    Values {
        operator,
        customer: named("[Ihr Unternehmen]", "[your company]"),
        customer_number: CustomerNumber(0),
        partner: Some(named("[Ihr Vertriebspartner]", "[your sales partner]")),
        sub_partner: Some(named(
            "[Untervertriebspartner, wenn einer benannt ist]",
            "[sub-partner, if one is named]",
        )),
        products,
        conclusion: None,
    }
}
