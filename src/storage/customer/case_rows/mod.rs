//! The customer list: one indexed range of `case_rows` per page, whatever the page, filter or search;
//! and beside it the row that the gate in front of the products reads.

mod check;
mod gates;
mod numbers;
mod programs;
mod queue;
mod search;
mod shape;
mod totals;
mod words;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::case::{
    Agreement, Booking, Case, CaseStatus, Status, next_change, next_step_due, status_of,
};
use crate::domain::viewer::Scope;
use crate::domain::{CustomerNumber, PartnerId, name, search as sought};
use crate::storage::schema::{case_rows, partners};
use crate::storage::{QueryResult, text};

pub use check::{Agreement as RowAgreement, compare, compare_locked, mend};
pub use gates::{HeldSession, KnownGate, find_gate, find_gate_for, has_module};
pub use numbers::find_numbers;
pub use programs::{ChangedPage, find_begin, list_by_number, list_changed};
pub use queue::{QueueCursor, Waiting, claim, list_late};
use search::search;
pub use search::{Exact, find_exact};
pub use shape::{CaseRow, Cursor, From, ListPage, ListQuery, Sort, SortBy};
pub use totals::{count_statuses, fold, recount};
pub(in crate::storage) use words::add_parts;
use words::forget_words;
pub use words::{add_words, save_words};

/// Rows on one page of the list.
pub const PAGE: usize = 50;
/// A search looks at no more candidates than this; if there are more, the user is asked to narrow
/// it.
pub const SEARCH_CAP: usize = 1000;

#[derive(Queryable, Selectable, Insertable, AsChangeset, Clone, PartialEq)]
#[diesel(table_name = case_rows, treat_none_as_null = true)]
struct CaseRowRecord {
    number: CustomerNumber,
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
    stands_at: DateTime<Utc>,
    search_text: String,
}

type Boxed<'a> = case_rows::BoxedQuery<'a, diesel::pg::Pg>;

/// One page of the list.
pub fn list_rows(
    conn: &mut PgConnection,
    query: &ListQuery,
    now: DateTime<Utc>,
) -> QueryResult<ListPage> {
    let mut page = match query
        .search
        .as_deref()
        .filter(|search| !sought::terms(search).is_empty())
    {
        Some(words) => search(conn, query, words, now)?,
        None => browse(conn, query, now)?,
    };
    name_partners(conn, &mut page.rows)?;
    Ok(page)
}

/// Writes the row of a case from its facts at `now`, and what the gate decides by. A deleted customer
/// is in no list (row 51).
pub fn save_row(conn: &mut PgConnection, case: &Case, now: DateTime<Utc>) -> QueryResult<()> {
    let number = case.customer.number;
    if case.customer.deleted_at.is_some() {
        return forget_row(conn, number);
    }
    let row = row_of(case, now)?;
    diesel::insert_into(case_rows::table)
        .values(&row)
        .on_conflict(case_rows::number)
        .do_update()
        .set(&row)
        .execute(conn)?;
    gates::save(conn, case)
}

/// [`save_row`] for customers that are new in this transaction.
pub fn add_rows(conn: &mut PgConnection, cases: &[&Case], now: DateTime<Utc>) -> QueryResult<()> {
    let rows: Vec<CaseRowRecord> = cases
        .iter()
        .map(|case| row_of(case, now))
        .collect::<QueryResult<_>>()?;
    diesel::insert_into(case_rows::table)
        .values(&rows)
        .execute(conn)?;
    gates::add(conn, cases)
}

/// Takes a customer out of the list and the search, and shuts the gate.
pub fn forget_row(conn: &mut PgConnection, number: CustomerNumber) -> QueryResult<()> {
    gates::forget(conn, number)?;
    forget_words(conn, number)?;
    diesel::delete(case_rows::table.find(number)).execute(conn)?;
    Ok(())
}

/// Whether the stored row, and that of the gate, agree with the facts at `now`. For tests and repair.
pub fn row_agrees(conn: &mut PgConnection, case: &Case, now: DateTime<Utc>) -> QueryResult<bool> {
    if !gates::agrees(conn, case)? {
        return Ok(false);
    }
    let stored: Option<CaseRowRecord> = case_rows::table
        .find(case.customer.number)
        .select(CaseRowRecord::as_select())
        .first(conn)
        .optional()?;
    match stored {
        // The status has changed by time alone and the scheduler has not written it yet: only the
        // status is compared.
        Some(row) if row.next_at.is_some_and(|at| at <= now) => {
            Ok(read(row, now)?.case_status == status_of(case, now))
        }
        Some(row) => Ok(row == row_of(case, now)?),
        None => Ok(case.customer.deleted_at.is_some()),
    }
}

fn row_of(case: &Case, now: DateTime<Utc>) -> QueryResult<CaseRowRecord> {
    let current = status_of(case, now);
    let next = next_change(case, now)
        .into_iter()
        .chain(next_products(case, now))
        .min_by_key(|(at, _)| *at);
    let products: Vec<String> = case
        .active_products(now)
        .iter()
        .map(|(product, options)| product.booked_short_name(options))
        .collect();
    Ok(CaseRowRecord {
        number: case.customer.number,
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
        due_at: next_step_due(case, now),
        on_paper: case.agreement().is_some_and(Agreement::on_paper),
        stands_at: current.moment.unwrap_or_else(never),
        search_text: words::of(case).join(" "),
    })
}

/// The place of a row without a date in the order by date: behind all others.
fn never() -> DateTime<Utc> {
    DateTime::from_timestamp(253_370_764_800, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// When the row will name other products, although the status may stay the same.
fn next_products(case: &Case, now: DateTime<Utc>) -> Option<(DateTime<Utc>, CaseStatus)> {
    case.bookings
        .iter()
        .flat_map(Booking::ends)
        .filter(|at| *at > now && case.active_products(*at) != case.active_products(now))
        .min()
        .map(|at| (at, status_of(case, at)))
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
    let limit = i64::try_from(query.limit + 1).unwrap_or(i64::MAX);
    let rows: Vec<CaseRowRecord> = select
        .limit(limit)
        .select(CaseRowRecord::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| read(row, now)).collect()
}

fn scoped<'a>(scope: Scope) -> Boxed<'a> {
    let select = case_rows::table.into_boxed();
    match scope {
        Scope::All => select,
        Scope::Partner(id) => select.filter(case_rows::partner_id.eq(id.0)),
        Scope::SubPartner(id) => select.filter(case_rows::sub_partner_id.eq(id.0)),
        Scope::Customer(number) => select.filter(case_rows::number.eq(number)),
    }
}

/// Range and order of a keyset page. The first comparison is the one the index can use.
fn ordered<'a>(select: Boxed<'a>, query: &'a ListQuery) -> Boxed<'a> {
    use case_rows::{company_key, number, stands_at};
    let (cursor, backwards) = match &query.from {
        From::Start => (None, false),
        From::After(cursor) => (Some(cursor), false),
        From::Before(cursor) => (Some(cursor), true),
    };
    let up = query.sort.descending == backwards;
    match query.sort.by {
        SortBy::Number => match (up, cursor) {
            (true, None) => select.order(number.asc()),
            (true, Some(c)) => select.filter(number.gt(c.number)).order(number.asc()),
            (false, None) => select.order(number.desc()),
            (false, Some(c)) => select.filter(number.lt(c.number)).order(number.desc()),
        },
        SortBy::Company => match (up, cursor.map(|c| (&c.key, c.number))) {
            (true, None) => select.order((company_key.asc(), number.asc())),
            (true, Some((key, n))) => select
                .filter(company_key.ge(key))
                .filter(company_key.gt(key).or(number.gt(n)))
                .order((company_key.asc(), number.asc())),
            (false, None) => select.order((company_key.desc(), number.desc())),
            (false, Some((key, n))) => select
                .filter(company_key.le(key))
                .filter(company_key.lt(key).or(number.lt(n)))
                .order((company_key.desc(), number.desc())),
        },
        SortBy::Date => match (
            up,
            cursor.map(|c| (c.date().unwrap_or_else(never), c.number)),
        ) {
            (true, None) => select.order((stands_at.asc(), number.asc())),
            (true, Some((at, n))) => select
                .filter(stands_at.ge(at))
                .filter(stands_at.gt(at).or(number.gt(n)))
                .order((stands_at.asc(), number.asc())),
            (false, None) => select.order((stands_at.desc(), number.desc())),
            (false, Some((at, n))) => select
                .filter(stands_at.le(at))
                .filter(stands_at.lt(at).or(number.lt(n)))
                .order((stands_at.desc(), number.desc())),
        },
    }
}

fn page(
    mut rows: Vec<CaseRow>,
    query: &ListQuery,
    found: Option<Vec<(Status, i64)>>,
    too_many: bool,
) -> QueryResult<ListPage> {
    rows.sort_by(|a, b| place(a.place(), b.place(), query.sort));
    let more = rows.len() > query.limit;
    let backwards = matches!(query.from, From::Before(_));
    if more && backwards {
        rows.drain(..rows.len() - query.limit);
    } else {
        rows.truncate(query.limit);
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

/// The values a row is ordered by: sort key, date, number.
type Placed<'a> = (&'a str, DateTime<Utc>, CustomerNumber);

impl CaseRow {
    fn place(&self) -> Placed<'_> {
        (self.company_key.as_str(), self.stands_at, self.number)
    }
}

impl Cursor {
    fn place(&self) -> Placed<'_> {
        (
            self.key.as_str(),
            self.date().unwrap_or_else(never),
            self.number,
        )
    }
}

fn place(one: Placed<'_>, other: Placed<'_>, sort: Sort) -> std::cmp::Ordering {
    let up = match sort.by {
        SortBy::Number => one.2.cmp(&other.2),
        SortBy::Company => (one.0, one.2).cmp(&(other.0, other.2)),
        SortBy::Date => (one.1, one.2).cmp(&(other.1, other.2)),
    };
    if sort.descending { up.reverse() } else { up }
}

fn read(row: CaseRowRecord, now: DateTime<Utc>) -> QueryResult<CaseRow> {
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
        number: row.number,
        company: row.company,
        company_key: row.company_key,
        city: row.city,
        partner: row.partner_id.map(PartnerId),
        partner_name: None,
        sub_partner: row.sub_partner_id.map(PartnerId),
        sub_partner_name: None,
        products: row.products,
        on_paper: row.on_paper && rests_on_agreement(status),
        stands_at: row.stands_at,
        case_status: CaseStatus {
            status,
            reminders,
            moment,
        },
    })
}

/// Whether customers with this status have an agreement in force that the list shows.
fn rests_on_agreement(status: Status) -> bool {
    matches!(
        status,
        Status::Concluded | Status::UpdatePending | Status::AmendmentOpen | Status::RenewalRequired
    )
}

/// Adds the names of Mandant and Submandant to the rows, with one query for the page.
fn name_partners(conn: &mut PgConnection, rows: &mut [CaseRow]) -> QueryResult<()> {
    let mut ids: Vec<i64> = rows
        .iter()
        .flat_map(|row| [row.partner, row.sub_partner])
        .filter_map(|partner| partner.map(|id| id.0))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let names: std::collections::HashMap<i64, String> = partners::table
        .filter(partners::id.eq_any(ids))
        .select((partners::id, partners::name))
        .load::<(i64, String)>(conn)?
        .into_iter()
        .collect();
    let name = |partner: Option<PartnerId>| partner.and_then(|id| names.get(&id.0).cloned());
    for row in rows {
        row.partner_name = name(row.partner);
        row.sub_partner_name = name(row.sub_partner);
    }
    Ok(())
}
