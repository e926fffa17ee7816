//! The customer list: one indexed range of `case_rows` per page, whatever the page, filter or search.

mod numbers;
mod queue;
mod search;
mod shape;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz};

use super::schema::{case_rows, case_words, partners};
use super::{QueryResult, text};
use crate::domain::case::{
    Agreement, Case, Standing, Status, next_change, next_step_due, standing,
};
use crate::domain::viewer::Scope;
use crate::domain::{CustomerNumber, PartnerId, name};

pub use numbers::find_numbers;
pub use queue::{Place, Waiting, claim, list_late};
use search::search;
pub use shape::{CaseRow, Cursor, From, ListPage, ListQuery, Sort};

/// Rows on one page of the list.
pub const PAGE: usize = 50;
/// Counts beside the filter stop here: "1.000+".
pub const COUNT_CAP: i32 = 1000;
/// A search looks at no more candidates than this; a broader one is asked to be narrower.
pub const SEARCH_CAP: usize = 1000;

#[derive(Queryable, Selectable, Insertable, AsChangeset, PartialEq)]
#[diesel(table_name = case_rows, treat_none_as_null = true)]
struct Row {
    number: i64,
    company: String,
    company_key: String,
    city: String,
    partner_id: Option<i64>,
    sub_partner_id: Option<i64>,
    products: String,
    status: String,
    reminders: i16,
    moment: Option<DateTime<Utc>>,
    next_at: Option<DateTime<Utc>>,
    next_status: Option<String>,
    next_moment: Option<DateTime<Utc>>,
    due_at: Option<DateTime<Utc>>,
    on_paper: bool,
}

type Boxed<'a> = case_rows::BoxedQuery<'a, diesel::pg::Pg>;

diesel::define_sql_function! {
    /// The counts beside the filter; see the migration.
    fn status_counts(whose: Text, who: BigInt, statuses: Array<Text>, cap: Integer, moment: Timestamptz) -> Array<BigInt>;
}

/// One page of the list.
pub fn list_rows(
    conn: &mut PgConnection,
    query: &ListQuery,
    now: DateTime<Utc>,
) -> QueryResult<ListPage> {
    let mut page = match query
        .search
        .as_deref()
        .map(name::sort_key)
        .filter(|key| !key.is_empty())
    {
        Some(key) => search(conn, query, &key, now)?,
        None => browse(conn, query, now)?,
    };
    if query.with_partner {
        name_partners(conn, &mut page.rows)?;
    }
    Ok(page)
}

/// How many customers have each status, capped at [`COUNT_CAP`] + 1.
pub fn count_statuses(
    conn: &mut PgConnection,
    scope: Scope,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(Status, i64)>> {
    let (whose, who) = match scope {
        Scope::All => ("all", 0),
        Scope::Partner(id) => ("partner", id.0),
        Scope::SubPartner(id) => ("sub", id.0),
        Scope::Customer(_) => return Ok(Vec::new()),
    };
    let keys: Vec<&str> = Status::ALL.iter().map(|status| status.key()).collect();
    let counts: Vec<i64> =
        diesel::select(status_counts(whose, who, keys, COUNT_CAP, now)).get_result(conn)?;
    Ok(Status::ALL.into_iter().zip(counts).collect())
}

/// Writes the row of a case as the facts say it at `now`. A deleted customer is in no list (row 51).
pub fn save_row(conn: &mut PgConnection, case: &Case, now: DateTime<Utc>) -> QueryResult<()> {
    let number = case.customer.number.0;
    if case.customer.deleted_at.is_some() {
        diesel::delete(case_rows::table.find(number)).execute(conn)?;
        diesel::delete(case_words::table.filter(case_words::number.eq(number))).execute(conn)?;
        return Ok(());
    }
    let row = row_of(case, now)?;
    diesel::insert_into(case_rows::table)
        .values(&row)
        .on_conflict(case_rows::number)
        .do_update()
        .set(&row)
        .execute(conn)?;
    Ok(())
}

/// Whether the stored row says what the facts say at `now`. For tests and repair.
pub fn row_agrees(conn: &mut PgConnection, case: &Case, now: DateTime<Utc>) -> QueryResult<bool> {
    let stored: Option<Row> = case_rows::table
        .find(case.customer.number.0)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    match stored {
        // Time has changed it and the scheduler has not been there yet: only the status counts.
        Some(row) if row.next_at.is_some_and(|at| at <= now) => {
            Ok(read(row, now)?.standing == standing(case, now))
        }
        Some(row) => Ok(row == row_of(case, now)?),
        None => Ok(case.customer.deleted_at.is_some()),
    }
}

/// Writes the words by which a customer is found.
pub fn save_words(conn: &mut PgConnection, case: &Case) -> QueryResult<()> {
    let number = case.customer.number.0;
    diesel::delete(case_words::table.filter(case_words::number.eq(number))).execute(conn)?;
    let rows: Vec<_> = words_of(&case.customer.party.name, number)
        .into_iter()
        .map(|word| {
            (
                case_words::word.eq(word),
                case_words::number.eq(number),
                case_words::partner_id.eq(case.partner.as_ref().map(|partner| partner.id.0)),
                case_words::sub_partner_id.eq(case.sub_partner.as_ref().map(|sub| sub.id.0)),
            )
        })
        .collect();
    diesel::insert_into(case_words::table)
        .values(&rows)
        .execute(conn)?;
    Ok(())
}

/// The words of a company name and its number, each once.
pub fn words_of(company: &str, number: i64) -> Vec<String> {
    let mut words: Vec<String> = name::sort_key(company)
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.push(number.to_string());
    words.sort();
    words.dedup();
    words
}

fn row_of(case: &Case, now: DateTime<Utc>) -> QueryResult<Row> {
    let current = standing(case, now);
    let next = next_change(case, now)
        .into_iter()
        .chain(next_products(case, now))
        .min_by_key(|(at, _)| *at);
    let products: Vec<String> = case
        .active_products(now)
        .iter()
        .map(|(product, ums)| product.booked_short_name(*ums))
        .collect();
    Ok(Row {
        number: case.customer.number.0,
        company: case.customer.party.name.clone(),
        company_key: name::sort_key(&case.customer.party.name),
        city: case.customer.party.city.clone(),
        partner_id: case.partner.as_ref().map(|partner| partner.id.0),
        sub_partner_id: case.sub_partner.as_ref().map(|sub| sub.id.0),
        products: products.join(", "),
        status: current.status.key().to_owned(),
        reminders: i16::from(current.reminders),
        moment: current.moment,
        next_at: next.map(|(at, _)| at),
        next_status: next.map(|(_, then)| then.status.key().to_owned()),
        next_moment: next.and_then(|(_, then)| then.moment),
        due_at: next_step_due(case),
        on_paper: case.agreement().is_some_and(Agreement::on_paper),
    })
}

/// When the line will name other products, which may leave the status as it is.
fn next_products(case: &Case, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Standing)> {
    case.bookings
        .iter()
        .filter_map(|booking| booking.ends_at)
        .filter(|at| *at > now && case.active_products(*at) != case.active_products(now))
        .min()
        .map(|at| (at, standing(case, at)))
}

fn browse(conn: &mut PgConnection, query: &ListQuery, now: DateTime<Utc>) -> QueryResult<ListPage> {
    let mut rows = load(conn, query, query.status.map(|status| (status, false)), now)?;
    // Rows that time has changed since they were written are few and have their own index.
    if let Some(status) = query.status {
        rows.extend(load(conn, query, Some((status, true)), now)?);
    }
    page(rows, query, None, false)
}

fn load(
    conn: &mut PgConnection,
    query: &ListQuery,
    status: Option<(Status, bool)>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<CaseRow>> {
    let mut select: Boxed<'_> = scoped(query.scope);
    select = match status {
        Some((status, false)) => select
            .filter(case_rows::status.eq(status.key()))
            .filter(case_rows::next_at.is_null().or(case_rows::next_at.gt(now))),
        Some((status, true)) => select
            .filter(case_rows::next_status.eq(status.key()))
            .filter(case_rows::next_at.le(now)),
        None => select,
    };
    select = ordered(select, query);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let rows: Vec<Row> = select.limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(|row| read(row, now)).collect()
}

fn scoped<'a>(scope: Scope) -> Boxed<'a> {
    let select = case_rows::table.into_boxed();
    match scope {
        Scope::All => select,
        Scope::Partner(id) => select.filter(case_rows::partner_id.eq(id.0)),
        Scope::SubPartner(id) => select.filter(case_rows::sub_partner_id.eq(id.0)),
        Scope::Customer(number) => select.filter(case_rows::number.eq(number.0)),
    }
}

/// Range and order of a keyset page. The first comparison is the one the index can use.
fn ordered<'a>(select: Boxed<'a>, query: &'a ListQuery) -> Boxed<'a> {
    use case_rows::{company_key, number};
    let (cursor, backwards) = match &query.from {
        From::Start => (None, false),
        From::After(cursor) => (Some(cursor), false),
        From::Before(cursor) => (Some(cursor), true),
    };
    let up = query.sort.descending == backwards;
    match (query.sort.by_number, up, cursor) {
        (true, true, None) => select.order(number.asc()),
        (true, true, Some(c)) => select.filter(number.gt(c.number)).order(number.asc()),
        (true, false, None) => select.order(number.desc()),
        (true, false, Some(c)) => select.filter(number.lt(c.number)).order(number.desc()),
        (false, true, None) => select.order((company_key.asc(), number.asc())),
        (false, true, Some(c)) => select
            .filter(company_key.ge(&c.key))
            .filter(company_key.gt(&c.key).or(number.gt(c.number)))
            .order((company_key.asc(), number.asc())),
        (false, false, None) => select.order((company_key.desc(), number.desc())),
        (false, false, Some(c)) => select
            .filter(company_key.le(&c.key))
            .filter(company_key.lt(&c.key).or(number.lt(c.number)))
            .order((company_key.desc(), number.desc())),
    }
}

fn page(
    mut rows: Vec<CaseRow>,
    query: &ListQuery,
    found: Option<Vec<(Status, i64)>>,
    too_many: bool,
) -> QueryResult<ListPage> {
    rows.sort_by(|a, b| {
        let cursor = Cursor {
            key: b.company_key.clone(),
            number: b.number.0,
        };
        place(a, &cursor, query.sort)
    });
    let more = rows.len() > PAGE;
    let backwards = matches!(query.from, From::Before(_));
    if more && backwards {
        rows.drain(..rows.len() - PAGE);
    } else {
        rows.truncate(PAGE);
    }
    let (has_previous, has_next) = match query.from {
        From::Start => (false, more),
        From::After(_) => (true, more),
        From::Before(_) => (more, true),
    };
    Ok(ListPage {
        rows,
        has_previous,
        has_next,
        found,
        too_many,
    })
}

fn place(row: &CaseRow, cursor: &Cursor, sort: Sort) -> std::cmp::Ordering {
    let up = if sort.by_number {
        row.number.0.cmp(&cursor.number)
    } else {
        (row.company_key.as_str(), row.number.0).cmp(&(cursor.key.as_str(), cursor.number))
    };
    if sort.descending { up.reverse() } else { up }
}

fn read(row: Row, now: DateTime<Utc>) -> QueryResult<CaseRow> {
    let late = row.next_at.is_some_and(|at| at <= now);
    // A booking may end without a change of status.
    let changed = late && row.next_status.as_ref() != Some(&row.status);
    let (status, moment) = if late {
        (row.next_status.unwrap_or(row.status), row.next_moment)
    } else {
        (row.status, row.moment)
    };
    let status = Status::from_key(&status).ok_or_else(|| text::unreadable("status"))?;
    // A status that time made has no reminders to count, except that "abgelaufen" keeps its three.
    let reminders = u8::try_from(row.reminders).map_err(|_| text::unreadable("reminders"))?;
    let reminders = if changed && status != Status::Expired {
        0
    } else {
        reminders
    };
    Ok(CaseRow {
        number: CustomerNumber(row.number),
        company: row.company,
        company_key: row.company_key,
        city: row.city,
        partner: row.partner_id.map(PartnerId),
        partner_name: None,
        products: row.products,
        on_paper: row.on_paper && rests_on_agreement(status),
        standing: Standing {
            status,
            reminders,
            moment,
        },
    })
}

/// Whether customers with this status have an agreement in force that the list speaks of.
fn rests_on_agreement(status: Status) -> bool {
    matches!(
        status,
        Status::Concluded | Status::UpdatePending | Status::RenewalRequired
    )
}

fn name_partners(conn: &mut PgConnection, rows: &mut [CaseRow]) -> QueryResult<()> {
    let mut ids: Vec<i64> = rows
        .iter()
        .filter_map(|row| row.partner.map(|id| id.0))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let names: std::collections::HashMap<i64, String> = partners::table
        .filter(partners::id.eq_any(ids))
        .select((partners::id, partners::name))
        .load::<(i64, String)>(conn)?
        .into_iter()
        .collect();
    for row in rows {
        row.partner_name = row.partner.and_then(|id| names.get(&id.0).cloned());
    }
    Ok(())
}
