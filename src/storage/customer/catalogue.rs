//! Product catalogue and operator: data every case is read with.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::domain::product::Product;
use crate::domain::{Holidays, Operator};
use crate::storage::schema::{operator, products};
use crate::storage::{QueryResult, text};

/// All products in the catalogue's order. A product that cannot be read is left out and reported in
/// the log and on the operator's page (F11). Customers without it are not concerned, and the case
/// of a customer that has booked it is refused as a whole, so that the product is never taken for
/// one that needs no AVV.
pub fn list_products(conn: &mut PgConnection) -> QueryResult<Vec<Product>> {
    let rows: Vec<(String, serde_json::Value)> = products::table
        .order(products::position)
        .select((products::code, products::facts))
        .load(conn)?;
    let read = rows.into_iter().filter_map(|(code, facts)| {
        text::from_json(facts)
            .inspect_err(|error| tracing::error!(%code, %error, "a product cannot be read"))
            .ok()
    });
    Ok(read.collect())
}

/// Puts a product into the catalogue, or replaces the one with its code.
pub fn save_product(conn: &mut PgConnection, position: i16, product: &Product) -> QueryResult<()> {
    diesel::insert_into(products::table)
        .values((
            products::code.eq(&product.code),
            products::position.eq(position),
            products::facts.eq(text::json(product)?),
        ))
        .on_conflict(products::code)
        .do_update()
        .set((
            products::position.eq(excluded(products::position)),
            products::facts.eq(excluded(products::facts)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The provider's details; `None` until they were entered.
pub fn find_operator(conn: &mut PgConnection) -> QueryResult<Option<Operator>> {
    let facts: Option<serde_json::Value> = operator::table
        .select(operator::facts)
        .first(conn)
        .optional()?;
    facts.map(text::from_json).transpose()
}

/// The public holidays the provider keeps; those of all of Germany unless it has chosen a state
/// (F10).
pub fn find_holidays(conn: &mut PgConnection) -> QueryResult<Holidays> {
    let code: Option<Option<String>> = operator::table
        .select(operator::facts.retrieve_as_text("holidays").nullable())
        .first(conn)
        .optional()?;
    code.flatten()
        .map_or(Ok(Holidays::default()), text::from_word)
}

/// The provider's details, locked for a change.
pub fn lock_operator(conn: &mut PgConnection) -> QueryResult<Option<Operator>> {
    let facts: Option<serde_json::Value> = operator::table
        .select(operator::facts)
        .for_no_key_update()
        .first(conn)
        .optional()?;
    facts.map(text::from_json).transpose()
}

/// Replaces the provider's details.
pub fn save_operator(conn: &mut PgConnection, value: &Operator) -> QueryResult<()> {
    diesel::insert_into(operator::table)
        .values((
            operator::id.eq(1_i16),
            operator::facts.eq(text::json(value)?),
        ))
        .on_conflict(operator::id)
        .do_update()
        .set(operator::facts.eq(excluded(operator::facts)))
        .execute(conn)?;
    Ok(())
}
