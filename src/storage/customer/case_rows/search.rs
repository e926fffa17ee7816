//! Finding customers by words. Candidates come from the rarest word, never more than a few
//! thousand, and are then compared with all words of the search, so that every search costs the
//! same.

use chrono::{DateTime, Utc};
use diesel::dsl::{array, exists};
use diesel::prelude::*;

use super::{
    Boxed, CaseRow, CaseRowRecord, From, ListPage, ListQuery, Placed, SEARCH_CAP, page, place,
    read, scoped,
};
use crate::domain::CustomerNumber;
use crate::domain::case::Status;
use crate::domain::search::{self, MAIL, Term};
use crate::domain::viewer::Scope;
use crate::storage::schema::{agreements, case_rows, case_words, word_parts};
use crate::storage::{QueryResult, text};

/// If all words of a search are common, up to this many customers of each are intersected.
const MANY: usize = 30_000;
/// At most this many candidates are compared with the search.
const WALK: usize = 4000;
/// At most this many words that contain the same inner part are looked at.
const INNER_WORDS: usize = 200;

/// The customer that a search by number means exactly.
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
    let number = match search::agreement_number(typed) {
        Some(agreement) => agreements::table
            .filter(agreements::number.eq(agreement))
            .select(agreements::customer_number)
            .first(conn)
            .optional()?,
        None => as_typed(conn, scope, &search::customer_numbers(typed))?,
    };
    let Some(customer) = number else {
        return Ok(None);
    };
    let own = scoped(scope)
        .filter(case_rows::number.eq(customer))
        .select(case_rows::id);
    let Some(row) = own.first::<i64>(conn).optional()? else {
        return Ok(None);
    };
    let others = words_in(scope)
        .filter(case_words::word.eq(customer.as_str().to_lowercase()))
        .filter(case_words::row_id.ne(row));
    Ok(Some(Exact {
        customer,
        has_others: diesel::select(exists(others)).get_result(conn)?,
    }))
}

/// The first of these numbers that a customer has.
fn as_typed(
    conn: &mut PgConnection,
    scope: Scope,
    numbers: &[CustomerNumber],
) -> QueryResult<Option<CustomerNumber>> {
    let found: Vec<CustomerNumber> = scoped(scope)
        .filter(case_rows::number.eq_any(numbers))
        .select(case_rows::number)
        .load(conn)?;
    Ok(numbers.iter().find(|one| found.contains(one)).copied())
}

/// One page of the results of a search.
pub(super) fn search(
    conn: &mut PgConnection,
    query: &ListQuery,
    typed: &str,
    now: DateTime<Utc>,
) -> QueryResult<ListPage> {
    let terms = search::terms(typed);
    let found = find(conn, query, &terms)?;
    if !found.hits.is_empty() {
        return paged(conn, query, found, now);
    }
    // What looks like a host name may be two words with a full stop between them.
    let apart = search::terms(&typed.replace(['.', '@'], " "));
    if apart == terms {
        return paged(conn, query, found, now);
    }
    let found = find(conn, query, &apart)?;
    paged(conn, query, found, now)
}

/// The columns by which up to a thousand candidates are compared, counted and sorted; only the rows
/// of one page are read whole.
#[derive(Queryable, Selectable)]
#[diesel(table_name = case_rows)]
struct Hit {
    id: i64,
    number: CustomerNumber,
    company_key: String,
    status: String,
    next_at: Option<DateTime<Utc>>,
    next_status: Option<String>,
    stands_at: DateTime<Utc>,
}

impl Hit {
    fn status(&self, now: DateTime<Utc>) -> QueryResult<Status> {
        let is_late = self.next_at.is_some_and(|at| at <= now);
        let next = self.next_status.as_ref().filter(|_| is_late);
        Status::from_key(next.unwrap_or(&self.status)).ok_or_else(|| text::unreadable("status"))
    }

    fn place(&self) -> Placed<'_> {
        (self.company_key.as_str(), self.stands_at, self.number)
    }
}

struct Found {
    hits: Vec<Hit>,
    /// Whether only some of the possible customers were looked at.
    is_part: bool,
}

fn find(conn: &mut PgConnection, query: &ListQuery, terms: &[Term]) -> QueryResult<Found> {
    let mut terms: Vec<&Term> = terms.iter().collect();
    terms.sort_by_key(|term| std::cmp::Reverse(term.length()));
    let candidates = candidates(conn, query, &terms)?;
    let mut is_part = candidates.is_cut;
    let select = scoped(query.scope).filter(case_rows::id.eq_any(candidates.all));
    let limit = i64::try_from(SEARCH_CAP + 1).unwrap_or(i64::MAX);
    // With a single word, the index has given the exact answer already.
    let hits: Vec<Hit> = if terms.len() < 2 {
        select.limit(limit).select(Hit::as_select()).load(conn)?
    } else {
        let sieved: Vec<(Hit, String)> = sieve(select, &terms)
            .limit(limit)
            .select((Hit::as_select(), case_rows::search_text))
            .load(conn)?;
        is_part |= sieved.len() > SEARCH_CAP;
        let is_meant = |text: &String| {
            let finds = |term: &&Term| term.finds(text.split(' '), query.sees_address);
            terms.iter().all(finds)
        };
        let meant = sieved.into_iter().filter(|(_, text)| is_meant(text));
        meant.map(|(hit, _)| hit).collect()
    };
    is_part |= hits.len() > SEARCH_CAP;
    Ok(Found { hits, is_part })
}

/// A rough filter in SQL: whether a word begins with a term is checked on the rows that are left.
fn sieve<'a>(mut select: Boxed<'a>, terms: &[&Term]) -> Boxed<'a> {
    for term in terms {
        let mut forms = term.forms.iter().map(|form| format!("%{}%", escaped(form)));
        let first = case_rows::search_text.like(forms.next().unwrap_or_default());
        select = match forms.next() {
            Some(second) => select.filter(first.or(case_rows::search_text.like(second))),
            None => select.filter(first),
        };
    }
    select
}

/// Customers among whom all matches are found: those with one word that is rare enough, or with the
/// two rarest of common ones. If there are too many of these, only some of them.
fn candidates(conn: &mut PgConnection, query: &ListQuery, terms: &[&Term]) -> QueryResult<Rows> {
    let mut first = Rows::default();
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
    let mut whole: Vec<Rows> = Vec::new();
    for term in terms {
        let found = customers_with(conn, query, term, MANY)?;
        if !found.is_cut {
            whole.push(found);
        }
        if whole.len() == 2 {
            break;
        }
    }
    let mut rows = match (whole.pop(), whole.pop()) {
        (Some(one), Some(other)) => one.both(&other),
        (Some(one), None) => one,
        _ => first,
    };
    rows.cut(WALK);
    Ok(rows)
}

fn paged(
    conn: &mut PgConnection,
    query: &ListQuery,
    found: Found,
    now: DateTime<Utc>,
) -> QueryResult<ListPage> {
    let mut hits = Vec::with_capacity(found.hits.len());
    for hit in found.hits {
        hits.push((hit.status(now)?, hit));
    }
    let of = |status: Status| {
        let with = hits.iter().filter(|(other, _)| *other == status);
        i64::try_from(with.count()).unwrap_or(i64::MAX)
    };
    let counts = Status::ALL
        .into_iter()
        .map(|status| (status, of(status)))
        .collect();
    hits.retain(|(status, hit)| {
        query.status.is_none_or(|wanted| *status == wanted)
            && match &query.from {
                From::Start => true,
                From::After(cursor) => place(hit.place(), cursor.place(), query.sort).is_gt(),
                From::Before(cursor) => place(hit.place(), cursor.place(), query.sort).is_lt(),
            }
    });
    hits.sort_by(|(_, a), (_, b)| place(a.place(), b.place(), query.sort));
    let skipped = match query.from {
        From::Before(_) => hits.len().saturating_sub(query.limit + 1),
        From::Start | From::After(_) => 0,
    };
    let shown = hits.iter().skip(skipped).take(query.limit + 1);
    let shown: Vec<i64> = shown.map(|(_, hit)| hit.id).collect();
    let rows: Vec<CaseRowRecord> = scoped(query.scope)
        .filter(case_rows::id.eq_any(shown))
        .select(CaseRowRecord::as_select())
        .load(conn)?;
    let rows: QueryResult<Vec<CaseRow>> = rows.into_iter().map(|row| read(row, now)).collect();
    page(rows?, query, Some(counts), found.is_part)
}

type Words<'a> = case_words::BoxedQuery<'a, diesel::pg::Pg>;

fn words_in<'a>(scope: Scope) -> Words<'a> {
    let select = case_words::table.into_boxed();
    match scope {
        Scope::All => select,
        Scope::Partner(id) => select.filter(case_words::partner_id.eq(id.0)),
        Scope::SubPartner(id) => select.filter(case_words::sub_partner_id.eq(id.0)),
        Scope::Customer(number) => {
            let own = case_rows::table.find(number).select(case_rows::id);
            select.filter(case_words::row_id.eq_any(own))
        }
    }
}

/// Customers with a word that matches the term, at most `most`.
fn customers_with(
    conn: &mut PgConnection,
    query: &ListQuery,
    term: &Term,
    most: usize,
) -> QueryResult<Rows> {
    let mut found = Rows::default();
    for beginning in beginnings(term, query.sees_address) {
        let select = words_in(query.scope);
        let select = match beginning {
            Beginning::Whole(word) => select.filter(case_words::word.eq(word)),
            Beginning::Of(word) => {
                let end = format!("{word}\u{10FFFF}");
                select
                    .filter(case_words::word.ge(word))
                    .filter(case_words::word.lt(end))
            }
        }
        .order((case_words::word, case_words::row_id));
        found.add(rows(conn, select, most)?, most);
        if found.is_cut {
            return Ok(found);
        }
    }
    if term.is_inner {
        let words = words_around(conn, term, query.sees_address)?;
        found.is_cut |= words.len() >= INNER_WORDS;
        if !words.is_empty() {
            let select = words_in(query.scope).filter(case_words::word.eq_any(words));
            found.add(rows(conn, select, most)?, most);
        }
    }
    Ok(found)
}

/// The row ids of the customers that have these words, at most `most` + 1. They are fetched as one
/// value, because sending tens of thousands of rows costs more than finding them.
fn rows(conn: &mut PgConnection, words: Words<'_>, most: usize) -> QueryResult<Vec<i64>> {
    let limit = i64::try_from(most + 1).unwrap_or(i64::MAX);
    let rows = words.limit(limit).select(case_words::row_id);
    diesel::select(array(rows)).get_result(conn)
}

/// Row ids of customers, ascending, each once.
#[derive(Default)]
struct Rows {
    all: Vec<i64>,
    /// Whether there are more than these.
    is_cut: bool,
}

impl Rows {
    /// Adds the result of a query that asked for at most `most` + 1 rows.
    fn add(&mut self, rows: Vec<i64>, most: usize) {
        self.is_cut |= rows.len() > most;
        self.all.extend(rows);
        self.all.sort();
        self.all.dedup();
        self.cut(most);
    }

    fn cut(&mut self, most: usize) {
        self.is_cut |= self.all.len() > most;
        self.all.truncate(most);
    }

    fn both(mut self, other: &Self) -> Self {
        let mut others = other.all.iter().peekable();
        self.all.retain(|row| {
            while others.next_if(|other| *other < row).is_some() {}
            others.peek() == Some(&row)
        });
        self
    }
}

enum Beginning {
    Whole(String),
    Of(String),
}

fn beginnings(term: &Term, sees_address: bool) -> Vec<Beginning> {
    let mut all = Vec::new();
    // Every word is also stored in its coarser form, which begins with the coarser form of what was
    // typed.
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

/// Words that contain the term anywhere inside.
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

/// Escapes a text for LIKE, so that it contains no wildcard.
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
