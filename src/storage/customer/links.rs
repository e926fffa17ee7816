//! Consent links as rows, found by the id inside their token.

use diesel::prelude::*;

use crate::domain::{CustomerNumber, LinkId};
use crate::storage::QueryResult;
use crate::storage::schema::{links, requests};

/// The customer a link was sent to; `None` for an id that was never given away.
pub fn find_customer(conn: &mut PgConnection, id: LinkId) -> QueryResult<Option<CustomerNumber>> {
    links::table
        .inner_join(requests::table)
        .filter(links::id.eq(id.0))
        .select(requests::customer_number)
        .first(conn)
        .optional()
}

/// Counts that the page of a link was fetched, and says whether it was for the first time.
/// Scanners fetch too: the figure proves nothing but that the address arrived (S-03).
pub fn count_opening(conn: &mut PgConnection, id: LinkId) -> QueryResult<bool> {
    let opened: i32 = diesel::update(links::table.find(id.0))
        .set(links::opened.eq(links::opened + 1))
        .returning(links::opened)
        .get_result(conn)?;
    Ok(opened == 1)
}
