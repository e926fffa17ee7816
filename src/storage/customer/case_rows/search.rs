//! Finding customers by words: candidates come from the rarest word, never more than a few thousand,
//! and are then held against all words of the search. Whatever somebody types costs the same.

use chrono::{DateTime, Utc};
use diesel::dsl::{array, exists};
use diesel::prelude::*;

use super::{
    Boxed, CaseRow, CaseRowRecord, From, ListPage, ListQuery, PAGE, Placed, SEARCH_CAP, page,
    place, read, scoped,
};
use crate::domain::CustomerNumber;
use crate::domain::case::Status;
use crate::domain::search::{self, MAIL, Term};
use crate::domain::viewer::Scope;
use crate::storage::schema::{agreements, case_rows, case_words, word_parts};
use crate::storage::{QueryResult, text};

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

/// The first of these numbers that somebody has.
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

/// One page of what is found.
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
    // What looked like a host may have been two words with a full stop between them.
    let apart = search::terms(&typed.replace(['.', '@'], " "));
    if apart == terms {
        return paged(conn, query, found, now);
    }
    let found = find(conn, query, &apart)?;
    paged(conn, query, found, now)
}

/// What a thousand candidates are judged, counted and sorted by; the lines of one page are read whole.
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
    /// Whether not everything was looked at.
    is_part: bool,
}

fn find(conn: &mut PgConnection, query: &ListQuery, terms: &[Term]) -> QueryResult<Found> {
    let mut terms: Vec<&Term> = terms.iter().collect();
    terms.sort_by_key(|term| std::cmp::Reverse(term.length()));
    let candidates = candidates(conn, query, &terms)?;
    let mut is_part = candidates.is_cut;
    let select = scoped(query.scope).filter(case_rows::id.eq_any(candidates.all));
    let limit = i64::try_from(SEARCH_CAP + 1).unwrap_or(i64::MAX);
    // Whoever has the only word there is, is meant.
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

/// Only a first sieve: which word begins with a term is asked of the rows that are left.
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

/// Customers among whom all that are meant can be found: those with one word that is rare enough, or
/// with the two rarest of common ones. Otherwise a part of them.
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
        From::Before(_) => hits.len().saturating_sub(PAGE + 1),
        From::Start | From::After(_) => 0,
    };
    let shown = hits.iter().skip(skipped).take(PAGE + 1);
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

/// Customers with a word that the term may mean, at most `most`.
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

/// The customers of the words by their rows, one more than `most` of them; as one value, because tens of
/// thousands of rows cost more on the way than in the database.
fn rows(conn: &mut PgConnection, words: Words<'_>, most: usize) -> QueryResult<Vec<i64>> {
    let limit = i64::try_from(most + 1).unwrap_or(i64::MAX);
    let rows = words.limit(limit).select(case_words::row_id);
    diesel::select(array(rows)).get_result(conn)
}

/// Customers by their rows, in the order of those, each once.
#[derive(Default)]
struct Rows {
    all: Vec<i64>,
    /// Whether there are more.
    is_cut: bool,
}

impl Rows {
    /// Adds what was found when at most `most` + 1 were asked for.
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
