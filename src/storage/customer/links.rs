//! Consent links as rows, found by the id inside their token.

use diesel::prelude::*;

use crate::domain::{CustomerNumber, LinkId};
use crate::storage::QueryResult;
use crate::storage::schema::{links, requests};

/// The customer a link was sent to; `None` for an id that was never issued.
pub fn find_customer(conn: &mut PgConnection, id: LinkId) -> QueryResult<Option<CustomerNumber>> {
    links::table
        .inner_join(requests::table)
        .filter(links::id.eq(id.0))
        .select(requests::customer_number)
        .first(conn)
        .optional()
}

/// Counts that the page of a link was fetched; true if it was for the first time. Mail scanners
/// fetch it too, so the figure proves only that the link arrived (S-03).
pub fn count_opening(conn: &mut PgConnection, id: LinkId) -> QueryResult<bool> {
    let opened: i32 = diesel::update(links::table.find(id.0))
        .set(links::opened.eq(links::opened + 1))
        .returning(links::opened)
        .get_result(conn)?;
    Ok(opened == 1)
}
