//! Search by the beginning of words.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{From, ListPage, ListQuery, Row, SEARCH_CAP, page, place, read, scoped, words_of};
use crate::domain::case::Status;
use crate::domain::viewer::Scope;
use crate::storage::QueryResult;
use crate::storage::schema::{case_rows, case_words};

/// Finds candidates by the longest word, then narrows and pages in memory: never more than
/// [`SEARCH_CAP`] rows are read, however common the word.
pub(super) fn search(
    conn: &mut PgConnection,
    query: &ListQuery,
    key: &str,
    now: DateTime<Utc>,
) -> QueryResult<ListPage> {
    let mut terms: Vec<&str> = key.split(' ').collect();
    terms.sort_by_key(|term| std::cmp::Reverse(term.len()));
    let longest = terms.first().copied().unwrap_or_default();
    let mut select = case_words::table.into_boxed();
    select = match query.scope {
        Scope::All => select,
        Scope::Partner(id) => select.filter(case_words::partner_id.eq(id.0)),
        Scope::SubPartner(id) => select.filter(case_words::sub_partner_id.eq(id.0)),
        Scope::Customer(number) => select.filter(case_words::number.eq(number.0)),
    };
    let numbers: Vec<i64> = select
        .filter(case_words::word.ge(longest))
        .filter(case_words::word.lt(format!("{longest}\u{10FFFF}")))
        .order((case_words::word, case_words::number))
        .limit(i64::try_from(SEARCH_CAP + 1).unwrap_or(i64::MAX))
        .select(case_words::number)
        .load(conn)?;
    let too_many = numbers.len() > SEARCH_CAP;
    let rows: Vec<Row> = scoped(query.scope)
        .filter(case_rows::number.eq_any(numbers))
        .select(Row::as_select())
        .load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let words = words_of(&row.company, row.number);
        if terms
            .iter()
            .all(|term| words.iter().any(|word| word.starts_with(term)))
        {
            found.push(read(row, now)?);
        }
    }
    let counts = Status::ALL
        .into_iter()
        .map(|status| {
            (
                status,
                found
                    .iter()
                    .filter(|row| row.standing.status == status)
                    .count()
                    .try_into()
                    .unwrap_or(0),
            )
        })
        .collect();
    found.retain(|row| {
        query
            .status
            .is_none_or(|status| row.standing.status == status)
    });
    found.retain(|row| match &query.from {
        From::Start => true,
        From::After(cursor) => place(row, cursor, query.sort).is_gt(),
        From::Before(cursor) => place(row, cursor, query.sort).is_lt(),
    });
    page(found, query, Some(counts), too_many)
}
