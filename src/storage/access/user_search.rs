//! Finding users by words of their name, their address or their company. Candidates come from the rarest
//! word of a search, never more than a few thousand, and are then compared with all of its words, so that
//! every search costs the same however many users there are.

use std::collections::BTreeSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::domain::search::{MAIL, Term, terms, words_of, words_of_user};
use crate::domain::{CustomerNumber, UserId, name};
use crate::storage::QueryResult;
use crate::storage::schema::{case_rows, case_words, partners, user_words, users};
use crate::storage::user_list::{Company, UserLine};

/// At most this many candidates are compared with the search.
const WALK: i64 = 2000;
/// The users of at most this many companies of each kind are candidates.
const COMPANIES: i64 = 500;

/// Candidates of a search.
#[derive(Debug, Clone)]
pub(in crate::storage) struct Found {
    /// Their keys.
    pub ids: Vec<i64>,
    /// The words of the search, all of which have to be found.
    pub terms: Vec<Term>,
    /// Whether there may be more candidates.
    pub is_cut: bool,
}

/// The candidates of a search; `None` if there is nothing to search for.
pub(in crate::storage) fn candidates(
    conn: &mut PgConnection,
    search: &str,
) -> QueryResult<Option<Found>> {
    let terms = terms(search);
    let mut fewest: Option<(BTreeSet<i64>, bool)> = None;
    for term in &terms {
        let found = of_term(conn, term)?;
        let is_better = fewest
            .as_ref()
            .is_none_or(|(ids, is_cut)| (found.1, found.0.len()) < (*is_cut, ids.len()));
        if is_better {
            fewest = Some(found);
        }
    }
    Ok(fewest.map(|(ids, is_cut)| Found {
        ids: ids.into_iter().collect(),
        terms,
        is_cut,
    }))
}

/// The users one of whose words, or of whose company's, begins with the term; and whether there may be
/// more.
fn of_term(conn: &mut PgConnection, term: &Term) -> QueryResult<(BTreeSet<i64>, bool)> {
    let mut lists: Vec<(Vec<i64>, i64)> = Vec::new();
    let mut is_cut = false;
    let marked = |form: &String| format!("{MAIL}{form}");
    for beginning in term
        .forms
        .iter()
        .flat_map(|form| [form.clone(), marked(form)])
    {
        lists.push((with_word(conn, &beginning)?, WALK));
    }
    for form in &term.forms {
        let companies = customers_named(conn, form)?;
        is_cut |= is_full(companies.len(), COMPANIES);
        let of_customers = users::table
            .filter(users::customer_number.eq_any(companies.iter().map(CustomerNumber::as_str)))
            .limit(WALK)
            .select(users::id);
        lists.push((of_customers.load(conn)?, WALK));
        let companies = partners_named(conn, form)?;
        is_cut |= is_full(companies.len(), COMPANIES);
        let of_partners = users::table
            .filter(users::partner_id.eq_any(&companies))
            .limit(WALK)
            .select(users::id);
        lists.push((of_partners.load(conn)?, WALK));
    }
    is_cut |= lists.iter().any(|(ids, cap)| is_full(ids.len(), *cap));
    Ok((lists.into_iter().flat_map(|(ids, _)| ids).collect(), is_cut))
}

fn is_full(found: usize, cap: i64) -> bool {
    i64::try_from(found).is_ok_and(|found| found >= cap)
}

/// Users with a word that begins like this.
fn with_word(conn: &mut PgConnection, beginning: &str) -> QueryResult<Vec<i64>> {
    user_words::table
        .filter(user_words::word.ge(beginning))
        .filter(user_words::word.lt(format!("{beginning}\u{10FFFF}")))
        .order((user_words::word, user_words::user_id))
        .limit(WALK)
        .select(user_words::user_id)
        .load(conn)
}

/// Customers one of whose words begins like this.
fn customers_named(conn: &mut PgConnection, form: &str) -> QueryResult<Vec<CustomerNumber>> {
    let rows: Vec<i64> = case_words::table
        .filter(case_words::word.ge(form))
        .filter(case_words::word.lt(format!("{form}\u{10FFFF}")))
        .order((case_words::word, case_words::row_id))
        .limit(COMPANIES)
        .select(case_words::row_id)
        .load(conn)?;
    case_rows::table
        .filter(case_rows::id.eq_any(rows))
        .select(case_rows::number)
        .load(conn)
}

/// Partners with a word in their name, or in that of their Mandant, that begins like this.
fn partners_named(conn: &mut PgConnection, form: &str) -> QueryResult<Vec<i64>> {
    // A sort key contains only letters, digits and spaces, so no wildcard of LIKE.
    let key = name::sort_key(form);
    if key.is_empty() {
        return Ok(Vec::new());
    }
    partners::table
        .filter(
            sql::<Bool>("(' ' || partners.list_key) LIKE ").bind::<Text, _>(format!("% {key}%")),
        )
        .limit(COMPANIES)
        .select(partners::id)
        .load(conn)
}

impl UserLine {
    /// Whether all of these words are found in name, address and company.
    pub(in crate::storage) fn is_found(&self, terms: &[Term]) -> bool {
        let mut words = words_of_user(&self.name, &self.email);
        match &self.company {
            Company::Operator => {}
            Company::Partner { name, .. } => words.extend(words_of(name)),
            Company::Customer { number, name, .. } => {
                words.extend(words_of(name));
                words.push(number.as_str().to_lowercase());
            }
        }
        let is_in = |term: &Term| term.finds(words.iter().map(String::as_str), true);
        terms.iter().all(is_in)
    }
}

/// Writes the words by which a user is found.
pub(in crate::storage) fn save_words(
    conn: &mut PgConnection,
    user: UserId,
    name: &str,
    email: &str,
) -> QueryResult<()> {
    delete_words(conn, user)?;
    let rows: Vec<_> = words_of_user(name, email)
        .into_iter()
        .map(|word| (user_words::word.eq(word), user_words::user_id.eq(user.0)))
        .collect();
    diesel::insert_into(user_words::table)
        .values(&rows)
        .execute(conn)
        .map(|_| ())
}

/// Removes them.
pub(in crate::storage) fn delete_words(conn: &mut PgConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(user_words::table.filter(user_words::user_id.eq(user.0)))
        .execute(conn)
        .map(|_| ())
}
