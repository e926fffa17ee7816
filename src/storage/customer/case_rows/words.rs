//! The words by which customers are found, and the ends of these words, by which a word is found
//! from its middle. Every list of words is read in the order of an index and up to a limit, however
//! common a word is.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::domain::CustomerNumber;
use crate::domain::case::Case;
use crate::domain::search::{Known, inner_parts, words};
use crate::storage::QueryResult;
use crate::storage::schema::{case_rows, case_words, word_parts};

/// Words that are written by one statement.
const WORDS: usize = 200;

/// The words of a case, as the rules make them from its facts.
pub(super) fn of(case: &Case) -> Vec<String> {
    let party = &case.customer.party;
    let agreements: Vec<&str> = case
        .agreements
        .iter()
        .map(|agreement| agreement.number.as_str())
        .collect();
    words(Known {
        number: case.customer.number,
        company: &party.name,
        postcode: &party.postcode,
        city: &party.city,
        email: case.customer.email().map(|email| email.as_str()),
        agreements: &agreements,
    })
}

/// Writes the search words of a customer that has a row in the list.
pub fn save_words(conn: &mut PgConnection, case: &Case) -> QueryResult<()> {
    let row: i64 = case_rows::table
        .find(case.customer.number)
        .select(case_rows::id)
        .first(conn)?;
    let new = of(case);
    let old: Vec<String> = case_words::table
        .filter(case_words::row_id.eq(row))
        .select(case_words::word)
        .load(conn)?;
    let gone: Vec<String> = old.into_iter().filter(|word| !new.contains(word)).collect();
    wait_for_words(conn, !gone.is_empty())?;
    diesel::delete(case_words::table.filter(case_words::row_id.eq(row))).execute(conn)?;
    let rows: Vec<_> = new
        .iter()
        .map(|word| {
            (
                case_words::word.eq(word),
                case_words::row_id.eq(row),
                case_words::partner_id.eq(case.partner.as_ref().map(|partner| partner.id.0)),
                case_words::sub_partner_id.eq(case.sub_partner.as_ref().map(|sub| sub.id.0)),
            )
        })
        .collect();
    diesel::insert_into(case_words::table)
        .values(&rows)
        .execute(conn)?;
    add_parts(conn, &new)?;
    forget_parts(conn, gone)
}

/// [`save_words`] for customers that are new in this transaction and have rows in the list.
pub fn add_words(conn: &mut PgConnection, cases: &[&Case]) -> QueryResult<()> {
    let numbers: Vec<CustomerNumber> = cases.iter().map(|case| case.customer.number).collect();
    let ids: HashMap<CustomerNumber, i64> = case_rows::table
        .filter(case_rows::number.eq_any(&numbers))
        .select((case_rows::number, case_rows::id))
        .load::<(CustomerNumber, i64)>(conn)?
        .into_iter()
        .collect();
    let (mut rows, mut all) = (Vec::new(), BTreeSet::new());
    for case in cases {
        let Some(id) = ids.get(&case.customer.number) else {
            continue;
        };
        for word in of(case) {
            all.insert(word.clone());
            rows.push((
                case_words::word.eq(word),
                case_words::row_id.eq(*id),
                case_words::partner_id.eq(case.partner.as_ref().map(|partner| partner.id.0)),
                case_words::sub_partner_id.eq(case.sub_partner.as_ref().map(|sub| sub.id.0)),
            ));
        }
    }
    wait_for_words(conn, false)?;
    for rows in rows.chunks(WORDS) {
        diesel::insert_into(case_words::table)
            .values(rows)
            .execute(conn)?;
    }
    let all: Vec<String> = all.into_iter().collect();
    for words in all.chunks(WORDS) {
        add_parts(conn, words)?;
    }
    Ok(())
}

/// [`save_words`] without regard to what was stored before, including all inner parts of the words.
pub(super) fn mend_words(conn: &mut PgConnection, case: &Case) -> QueryResult<()> {
    wait_for_words(conn, true)?;
    save_words(conn, case)?;
    let words = of(case);
    diesel::delete(word_parts::table.filter(word_parts::word.eq_any(&words))).execute(conn)?;
    add_parts(conn, &words)
}

/// Whether the words of a row, and their inner parts, are those of the case.
pub(super) fn agree(conn: &mut PgConnection, row: i64, case: &Case) -> QueryResult<bool> {
    type Word = (String, Option<i64>, Option<i64>);
    let stored: Vec<Word> = case_words::table
        .filter(case_words::row_id.eq(row))
        .select((
            case_words::word,
            case_words::partner_id,
            case_words::sub_partner_id,
        ))
        .load(conn)?;
    let words = of(case);
    let partner = case.partner.as_ref().map(|partner| partner.id.0);
    let sub = case.sub_partner.as_ref().map(|sub| sub.id.0);
    let wanted: BTreeSet<Word> = words
        .iter()
        .map(|word| (word.clone(), partner, sub))
        .collect();
    if stored.into_iter().collect::<BTreeSet<Word>>() != wanted {
        return Ok(false);
    }
    let stored: Vec<(String, String)> = word_parts::table
        .filter(word_parts::word.eq_any(&words))
        .select((word_parts::part, word_parts::word))
        .load(conn)?;
    let parts = |word: &String| {
        let pair = |part| (part, word.clone());
        inner_parts(word).into_iter().map(pair).collect::<Vec<_>>()
    };
    let wanted: BTreeSet<(String, String)> = words.iter().flat_map(parts).collect();
    Ok(stored.into_iter().collect::<BTreeSet<_>>() == wanted)
}

/// Removes a customer's search words. A word that no other customer has is deleted with its parts.
pub(super) fn forget_words(conn: &mut PgConnection, customer: CustomerNumber) -> QueryResult<()> {
    wait_for_words(conn, true)?;
    let row = case_rows::table.find(customer).select(case_rows::id);
    let gone: Vec<String> =
        diesel::delete(case_words::table.filter(case_words::row_id.eq_any(row)))
            .returning(case_words::word)
            .get_results(conn)?;
    forget_parts(conn, gone)
}

/// Takes an advisory lock: shared for transactions that add words, exclusive for one that removes
/// words, so that no part is lost of a word that is added at the same moment.
fn wait_for_words(conn: &mut PgConnection, alone: bool) -> QueryResult<()> {
    let shared = if alone { "" } else { "_shared" };
    diesel::sql_query(format!(
        "SELECT pg_advisory_xact_lock{shared}(hashtextextended(current_schema() || ' word_parts', 0))"
    ))
    .execute(conn)?;
    Ok(())
}

/// Adds the inner parts of words that are not known yet.
pub(in crate::storage) fn add_parts(conn: &mut PgConnection, words: &[String]) -> QueryResult<()> {
    let known: Vec<String> = word_parts::table
        .filter(word_parts::word.eq_any(words))
        .select(word_parts::word)
        .distinct()
        .load(conn)?;
    let rows: Vec<_> = words
        .iter()
        .filter(|word| !known.contains(word))
        .flat_map(|word| inner_parts(word).into_iter().map(move |part| (part, word)))
        .map(|(part, word)| (word_parts::part.eq(part), word_parts::word.eq(word)))
        .collect();
    // Always in the same order, so that two transactions that add the same words wait for each
    // other instead of running into a deadlock.
    diesel::insert_into(word_parts::table)
        .values(&rows)
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

fn forget_parts(conn: &mut PgConnection, words: Vec<String>) -> QueryResult<()> {
    if words.is_empty() {
        return Ok(());
    }
    diesel::delete(
        word_parts::table
            .filter(word_parts::word.eq_any(words))
            .filter(diesel::dsl::sql::<Bool>(
                "NOT EXISTS (SELECT 1 FROM case_words WHERE case_words.word = word_parts.word)",
            )),
    )
    .execute(conn)?;
    Ok(())
}
