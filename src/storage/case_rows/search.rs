//! Finding customers by words: candidates come from the rarest word, never more than a few thousand,
//! and are then held against all words of the search. Whatever somebody types costs the same.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::{From, ListPage, ListQuery, Row, SEARCH_CAP, page, place, read, scoped};
use crate::domain::CustomerNumber;
use crate::domain::case::Status;
use crate::domain::search::{self, MAIL, Term};
use crate::domain::viewer::Scope;
use crate::storage::QueryResult;
use crate::storage::schema::{agreements, case_rows, case_words, word_parts};

/// Where all words of a search are common, so many customers of each are held against each other.
const MANY: usize = 30_000;
/// What is left is looked at up to here.
const WALK: usize = 4000;
/// Words that hold the same inner part are looked at up to here.
const INNER_WORDS: usize = 200;

/// What a search can only mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    /// The customer with this number, or with the agreement of this number.
    pub customer: CustomerNumber,
    /// Whether others are found by the same figures, such as a postcode.
    pub has_others: bool,
}

/// The customer whose number, or whose agreement's number, is typed in full.
pub fn find_exact(
    conn: &mut PgConnection,
    scope: Scope,
    typed: &str,
) -> QueryResult<Option<Exact>> {
    let number = match (
        search::customer_number(typed),
        search::agreement_number(typed),
    ) {
        (Some(number), _) => Some(number),
        (None, Some(agreement)) => agreements::table
            .filter(agreements::number.eq(agreement))
            .select(agreements::customer_number)
            .first(conn)
            .optional()?,
        (None, None) => None,
    };
    let Some(number) = number else {
        return Ok(None);
    };
    let own = scoped(scope).filter(case_rows::number.eq(number));
    if !diesel::select(exists(own)).get_result::<bool>(conn)? {
        return Ok(None);
    }
    let others = words_in(scope)
        .filter(case_words::word.eq(number.to_string()))
        .filter(case_words::number.ne(number));
    Ok(Some(Exact {
        customer: CustomerNumber(number),
        has_others: diesel::select(exists(others)).get_result(conn)?,
    }))
}

/// One page of what is found.
pub(super) fn search(
    conn: &mut PgConnection,
    query: &ListQuery,
    typed: &str,
    now: DateTime<Utc>,
) -> QueryResult<ListPage> {
    let terms = search::terms(typed);
    let found = find(conn, query, &terms)?;
    if !found.rows.is_empty() {
        return paged(query, found, now);
    }
    // What looked like a host may have been two words with a full stop between them.
    let apart = search::terms(&typed.replace(['.', '@'], " "));
    if apart == terms {
        return paged(query, found, now);
    }
    let found = find(conn, query, &apart)?;
    paged(query, found, now)
}

struct Found {
    rows: Vec<Row>,
    /// Whether not everything was looked at.
    is_part: bool,
}

fn find(conn: &mut PgConnection, query: &ListQuery, terms: &[Term]) -> QueryResult<Found> {
    let mut terms: Vec<&Term> = terms.iter().collect();
    terms.sort_by_key(|term| std::cmp::Reverse(term.length()));
    let candidates = candidates(conn, query, &terms)?;
    let (numbers, mut is_part) = (candidates.all, candidates.is_cut);
    let mut select = scoped(query.scope).filter(case_rows::number.eq_any(numbers));
    if terms.len() > 1 {
        for term in &terms {
            // Only a first sieve: which word begins with it is asked of the rows that are left.
            let mut forms = term.forms.iter().map(|form| format!("%{}%", escaped(form)));
            let first = forms.next().unwrap_or_default();
            select = match forms.next() {
                Some(second) => select.filter(
                    case_rows::search_text
                        .like(first)
                        .or(case_rows::search_text.like(second)),
                ),
                None => select.filter(case_rows::search_text.like(first)),
            };
        }
    }
    let limit = i64::try_from(SEARCH_CAP + 1).unwrap_or(i64::MAX);
    let mut rows: Vec<Row> = select.limit(limit).select(Row::as_select()).load(conn)?;
    is_part |= rows.len() > SEARCH_CAP;
    rows.retain(|row| {
        terms
            .iter()
            .all(|term| term.finds(row.search_text.split(' '), query.sees_address))
    });
    Ok(Found { rows, is_part })
}

/// Customers among whom all that are meant can be found: those with one word that is rare enough, or
/// with the two rarest of common ones. Otherwise a part of them.
fn candidates(conn: &mut PgConnection, query: &ListQuery, terms: &[&Term]) -> QueryResult<Numbers> {
    let mut first = Numbers::default();
    for (at, term) in terms.iter().enumerate() {
        let found = customers_with(conn, query, term, SEARCH_CAP)?;
        if !found.is_cut {
            return Ok(found);
        }
        if at == 0 {
            first = found;
        }
    }
    if terms.len() < 2 {
        return Ok(first);
    }
    let mut whole: Vec<Numbers> = Vec::new();
    for term in terms {
        let found = customers_with(conn, query, term, MANY)?;
        if !found.is_cut {
            whole.push(found);
        }
        if whole.len() == 2 {
            break;
        }
    }
    let mut numbers = match (whole.pop(), whole.pop()) {
        (Some(one), Some(other)) => one.both(&other),
        (Some(one), None) => one,
        _ => first,
    };
    numbers.cut(WALK);
    Ok(numbers)
}

fn paged(query: &ListQuery, found: Found, now: DateTime<Utc>) -> QueryResult<ListPage> {
    let mut rows = Vec::with_capacity(found.rows.len());
    for row in found.rows {
        rows.push(read(row, now)?);
    }
    let of = |status: Status| {
        let with = rows.iter().filter(|row| row.standing.status == status);
        i64::try_from(with.count()).unwrap_or(i64::MAX)
    };
    let counts = Status::ALL
        .into_iter()
        .map(|status| (status, of(status)))
        .collect();
    rows.retain(|row| {
        query
            .status
            .is_none_or(|status| row.standing.status == status)
    });
    rows.retain(|row| match &query.from {
        From::Start => true,
        From::After(cursor) => place(row, cursor, query.sort).is_gt(),
        From::Before(cursor) => place(row, cursor, query.sort).is_lt(),
    });
    page(rows, query, Some(counts), found.is_part)
}

type Words<'a> = case_words::BoxedQuery<'a, diesel::pg::Pg>;

fn words_in<'a>(scope: Scope) -> Words<'a> {
    let select = case_words::table.into_boxed();
    match scope {
        Scope::All => select,
        Scope::Partner(id) => select.filter(case_words::partner_id.eq(id.0)),
        Scope::SubPartner(id) => select.filter(case_words::sub_partner_id.eq(id.0)),
        Scope::Customer(number) => select.filter(case_words::number.eq(number.0)),
    }
}

/// Customers with a word that the term may mean, at most `most`.
fn customers_with(
    conn: &mut PgConnection,
    query: &ListQuery,
    term: &Term,
    most: usize,
) -> QueryResult<Numbers> {
    let limit = i64::try_from(most + 1).unwrap_or(i64::MAX);
    let mut found = Numbers::default();
    for beginning in beginnings(term, query.sees_address) {
        let select = words_in(query.scope);
        let numbers: Vec<i64> = match beginning {
            Beginning::Whole(word) => select.filter(case_words::word.eq(word)),
            Beginning::Of(word) => {
                let end = format!("{word}\u{10FFFF}");
                select
                    .filter(case_words::word.ge(word))
                    .filter(case_words::word.lt(end))
            }
        }
        .order((case_words::word, case_words::number))
        .limit(limit)
        .select(case_words::number)
        .load(conn)?;
        found.add(numbers, most);
        if found.is_cut {
            return Ok(found);
        }
    }
    if term.is_inner {
        let words = words_around(conn, term, query.sees_address)?;
        found.is_cut |= words.len() >= INNER_WORDS;
        if !words.is_empty() {
            let numbers = words_in(query.scope)
                .filter(case_words::word.eq_any(words))
                .limit(limit)
                .select(case_words::number)
                .load(conn)?;
            found.add(numbers, most);
        }
    }
    Ok(found)
}

/// Numbers in the order they were found, each once.
#[derive(Default)]
struct Numbers {
    all: Vec<i64>,
    seen: HashSet<i64>,
    /// Whether there are more.
    is_cut: bool,
}

impl Numbers {
    /// Adds what was found when at most `most` + 1 were asked for.
    fn add(&mut self, numbers: Vec<i64>, most: usize) {
        self.is_cut |= numbers.len() > most;
        for number in numbers {
            if self.seen.insert(number) {
                self.all.push(number);
            }
        }
        self.cut(most);
    }

    fn cut(&mut self, most: usize) {
        self.is_cut |= self.all.len() > most;
        self.all.truncate(most);
    }

    fn both(mut self, other: &Self) -> Self {
        self.all.retain(|number| other.seen.contains(number));
        self
    }
}

enum Beginning {
    Whole(String),
    Of(String),
}

fn beginnings(term: &Term, sees_address: bool) -> Vec<Beginning> {
    let mut all = Vec::new();
    // Every word is kept in its coarser form, too, which begins with that of what was typed.
    if let Some(form) = term.forms.last() {
        if !form.contains('@') {
            all.push(Beginning::Of(form.clone()));
        }
        let of_address = format!("{MAIL}{form}");
        if sees_address {
            all.push(Beginning::Of(of_address));
        } else if form.contains('@') {
            all.push(Beginning::Whole(of_address));
        }
    }
    all
}

/// Words that hold the term somewhere inside.
fn words_around(
    conn: &mut PgConnection,
    term: &Term,
    sees_address: bool,
) -> QueryResult<Vec<String>> {
    let mut parts = term.forms.clone();
    if sees_address {
        parts.extend(term.forms.iter().map(|form| format!("{MAIL}{form}")));
    }
    let mut words = Vec::new();
    for part in parts {
        let end = format!("{part}\u{10FFFF}");
        let found: Vec<String> = word_parts::table
            .filter(word_parts::part.ge(part))
            .filter(word_parts::part.lt(end))
            .order(word_parts::part)
            .limit(i64::try_from(INNER_WORDS).unwrap_or(i64::MAX))
            .select(word_parts::word)
            .load(conn)?;
        words.extend(found);
    }
    words.sort();
    words.dedup();
    Ok(words)
}

/// A text in which LIKE reads no sign.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
