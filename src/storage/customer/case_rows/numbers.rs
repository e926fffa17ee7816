//! Customers by number and name, for the searches of other lists.

use diesel::prelude::*;

use super::SEARCH_CAP;
use crate::domain::{CustomerNumber, name};
use crate::storage::QueryResult;
use crate::storage::schema::{case_rows, case_words};

/// At most this many words of a search are used.
const TERMS: usize = 6;

/// Customers whose words begin with every term of `text`, at most [`SEARCH_CAP`]; `None` if the
/// search is empty. The longest term is looked up in the index, the others are compared with what
/// it found.
pub fn find_numbers(
    conn: &mut PgConnection,
    text: &str,
) -> QueryResult<Option<Vec<CustomerNumber>>> {
    let key = name::sort_key(text);
    let mut terms: Vec<&str> = key.split(' ').filter(|term| !term.is_empty()).collect();
    terms.sort_by_key(|term| std::cmp::Reverse(term.len()));
    let mut found: Option<Vec<i64>> = None;
    for term in terms.into_iter().take(TERMS) {
        let mut select = case_words::table
            .filter(case_words::word.ge(term))
            .filter(case_words::word.lt(format!("{term}\u{10FFFF}")))
            .limit(i64::try_from(SEARCH_CAP).unwrap_or(i64::MAX))
            .select(case_words::row_id)
            .distinct()
            .into_boxed();
        if let Some(rows) = found {
            select = select.filter(case_words::row_id.eq_any(rows));
        }
        found = Some(select.load(conn)?);
    }
    let Some(rows) = found else {
        return Ok(None);
    };
    case_rows::table
        .filter(case_rows::id.eq_any(rows))
        .select(case_rows::number)
        .load(conn)
        .map(Some)
}
