//! A case as rows: load it whole, write the changes of a decision.

mod entered;
mod save;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::calendar::day;
use crate::domain::case::{Agreement, BookedOption, Booking, Case, Customer, Link, Request};
use crate::domain::product::Product;
use crate::domain::{AgreementId, CustomerNumber, Language, LinkId, PartnerId, RequestId};
use crate::storage::contract_versions::find_text_in_force;
use crate::storage::parties::CustomerParty;
use crate::storage::schema::{agreements, bookings, customers, links, requests};
use crate::storage::{QueryError, QueryResult, catalogue, partners, text};

pub use entered::find_entered;
pub use save::{create_request, save_arrivals, save_changes};

/// Locks the customer, which is the lock of the case, and loads all facts.
/// The contract version a new request would offer is the one in force at `now`, read in the same
/// transaction.
pub fn lock_case(
    conn: &mut PgConnection,
    number: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<Option<Case>> {
    let row: Option<CustomerRow> = customers::table
        .find(number)
        .select(CustomerRow::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    row.map(|row| load(conn, row, now)).transpose()
}

/// Loads all facts for reading, as they are at `now`.
pub fn find_case(
    conn: &mut PgConnection,
    number: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<Option<Case>> {
    let row: Option<CustomerRow> = customers::table
        .find(number)
        .select(CustomerRow::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| load(conn, row, now)).transpose()
}

/// The same of several customers, in the order of their numbers; who is not there is left out.
pub fn find_cases(
    conn: &mut PgConnection,
    numbers: &[CustomerNumber],
    now: DateTime<Utc>,
) -> QueryResult<Vec<Case>> {
    let rows: Vec<CustomerRow> = customers::table
        .filter(customers::number.eq_any(numbers))
        .order(customers::number)
        .select(CustomerRow::as_select())
        .load(conn)?;
    load_all(conn, rows, now)
}

/// [`lock_case`] for several customers, in the order of their numbers. `waits`: whether it waits for those
/// that another transaction has locked; otherwise they are left out.
pub fn lock_cases(
    conn: &mut PgConnection,
    numbers: &[CustomerNumber],
    waits: bool,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Case>> {
    let select = customers::table
        .filter(customers::number.eq_any(numbers))
        .order(customers::number)
        .select(CustomerRow::as_select())
        .for_update();
    let rows: Vec<CustomerRow> = match waits {
        true => select.load(conn)?,
        false => select.skip_locked().load(conn)?,
    };
    load_all(conn, rows, now)
}

/// The case of a customer that is about to be added: without bookings and without a partner.
pub fn make_case(
    conn: &mut PgConnection,
    customer: Customer,
    now: DateTime<Utc>,
) -> QueryResult<Case> {
    let offered = find_text_in_force(conn, day(now))?.unwrap_or_default();
    Ok(Case {
        customer,
        catalogue: catalogue::list_products(conn)?,
        bookings: Vec::new(),
        partner: None,
        sub_partner: None,
        current_version: offered.number,
        annexes: offered.annexes,
        holidays: catalogue::find_holidays(conn)?,
        agreements: Vec::new(),
        requests: Vec::new(),
        entered: Vec::new(),
    })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = customers)]
struct CustomerRow {
    number: CustomerNumber,
    #[diesel(embed)]
    party: CustomerParty,
    language: String,
    partner_id: Option<i64>,
    sub_partner_id: Option<i64>,
    deleted_at: Option<DateTime<Utc>>,
}

type BookingRow = (
    String,
    Value,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = requests)]
struct RequestRow {
    id: Uuid,
    customer_number: CustomerNumber,
    reason: String,
    opened_at: DateTime<Utc>,
    offer: Value,
    reminders: i16,
    undeliverable_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = links)]
struct LinkRow {
    id: Uuid,
    request_id: Uuid,
    number: i16,
    sent_at: DateTime<Utc>,
    valid_until: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    how: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = agreements)]
struct AgreementRow {
    id: Uuid,
    customer_number: CustomerNumber,
    number: String,
    concluded_at: DateTime<Utc>,
    person: String,
    function: String,
    request_id: Option<Uuid>,
    link_id: Option<Uuid>,
    offer: Value,
    sub_partner_left_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    how: Option<String>,
}

fn load(conn: &mut PgConnection, row: CustomerRow, now: DateTime<Utc>) -> QueryResult<Case> {
    let found = load_all(conn, vec![row], now)?;
    found.into_iter().next().ok_or(QueryError::NotFound)
}

/// Loads the facts of several customers with as many statements as those of one.
fn load_all(
    conn: &mut PgConnection,
    rows: Vec<CustomerRow>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Case>> {
    let numbers: Vec<CustomerNumber> = rows.iter().map(|row| row.number).collect();
    let booked: Vec<(CustomerNumber, BookingRow)> = bookings::table
        .filter(bookings::customer_number.eq_any(&numbers))
        .order(bookings::id)
        .select((
            bookings::customer_number,
            (
                bookings::product_code,
                bookings::options,
                bookings::booked_at,
                bookings::ends_at,
                bookings::settled_at,
            ),
        ))
        .load(conn)?;
    let mut booked = by_customer(booked);
    let partners = partners::list_partners_by_id(
        conn,
        rows.iter()
            .flat_map(|row| [row.partner_id, row.sub_partner_id])
            .flatten(),
    )?;
    let partner = |id: Option<i64>| id.and_then(|id| partners.get(&PartnerId(id)).cloned());
    let catalogue = catalogue::list_products(conn)?;
    let offered = find_text_in_force(conn, day(now))?.unwrap_or_default();
    let holidays = catalogue::find_holidays(conn)?;
    let mut agreements = load_agreements(conn, &numbers)?;
    let mut requests = load_requests(conn, &numbers)?;
    let mut entered = entered::load(conn, &numbers)?;
    rows.into_iter()
        .map(|row| {
            let number = row.number;
            let bookings: Vec<Booking> = booked
                .remove(&number)
                .unwrap_or_default()
                .into_iter()
                .map(|row| read_booking(row, &catalogue, number))
                .collect::<QueryResult<_>>()?;
            Ok(Case {
                customer: Customer {
                    number,
                    party: row.party.into(),
                    language: Language::from_code(&row.language)
                        .ok_or_else(|| text::unreadable("language"))?,
                    deleted_at: row.deleted_at,
                },
                catalogue: catalogue.clone(),
                bookings,
                partner: partner(row.partner_id),
                sub_partner: partner(row.sub_partner_id),
                current_version: offered.number.clone(),
                annexes: offered.annexes.clone(),
                holidays,
                agreements: agreements.remove(&number).unwrap_or_default(),
                requests: requests.remove(&number).unwrap_or_default(),
                entered: entered.remove(&number).unwrap_or_default(),
            })
        })
        .collect()
}

/// Rows of several customers, each with its own, in their order.
fn by_customer<R>(rows: Vec<(CustomerNumber, R)>) -> HashMap<CustomerNumber, Vec<R>> {
    let mut all: HashMap<CustomerNumber, Vec<R>> = HashMap::new();
    for (number, row) in rows {
        all.entry(number).or_default().push(row);
    }
    all
}

/// A booking of a product or an option that is not in the catalogue is an error (F11), so that it
/// is never taken for one that needs no AVV.
fn read_booking(
    row: BookingRow,
    catalogue: &[Product],
    number: CustomerNumber,
) -> QueryResult<Booking> {
    let (product, options, booked_at, ends_at, settled_at) = row;
    let options: Vec<BookedOption> = text::from_json(options)?;
    let known = catalogue.iter().find(|known| known.code == product);
    let has = |one: &BookedOption| known.is_some_and(|known| known.option(&one.code).is_some());
    if known.is_none() || !options.iter().all(has) {
        return Err(text::unreadable(&format!(
            "product {product} of customer {number}"
        )));
    }
    Ok(Booking {
        product,
        options,
        booked_at,
        ends_at,
        settled_at,
    })
}

fn load_agreements(
    conn: &mut PgConnection,
    numbers: &[CustomerNumber],
) -> QueryResult<HashMap<CustomerNumber, Vec<Agreement>>> {
    let rows: Vec<AgreementRow> = agreements::table
        .filter(agreements::customer_number.eq_any(numbers))
        .order(agreements::position)
        .select(AgreementRow::as_select())
        .load(conn)?;
    let read = |row: AgreementRow| {
        let agreement = Agreement {
            id: AgreementId(row.id),
            number: row.number,
            concluded_at: row.concluded_at,
            person: row.person,
            function: row.function,
            request: row.request_id.map(RequestId),
            link: row.link_id.map(LinkId),
            offer: text::from_json(row.offer)?,
            sub_partner_left: row.sub_partner_left_at,
            end: row.ended_at.zip(row.how.map(text::from_word).transpose()?),
        };
        Ok((row.customer_number, agreement))
    };
    let all = rows.into_iter().map(read).collect::<QueryResult<_>>()?;
    Ok(by_customer(all))
}

fn load_requests(
    conn: &mut PgConnection,
    numbers: &[CustomerNumber],
) -> QueryResult<HashMap<CustomerNumber, Vec<Request>>> {
    let rows: Vec<RequestRow> = requests::table
        .filter(requests::customer_number.eq_any(numbers))
        .order(requests::position)
        .select(RequestRow::as_select())
        .load(conn)?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let sent: Vec<LinkRow> = if ids.is_empty() {
        Vec::new()
    } else {
        links::table
            .filter(links::request_id.eq_any(&ids))
            .order((links::sent_at, links::number))
            .select(LinkRow::as_select())
            .load(conn)?
    };
    let mut of_request: HashMap<Uuid, Vec<LinkRow>> = HashMap::new();
    for link in sent {
        of_request.entry(link.request_id).or_default().push(link);
    }
    let mut read = |row: RequestRow| {
        let (number, sent) = (row.customer_number, of_request.remove(&row.id));
        Ok((number, read_request(row, sent.unwrap_or_default())?))
    };
    let all = rows
        .into_iter()
        .map(&mut read)
        .collect::<QueryResult<_>>()?;
    Ok(by_customer(all))
}

fn read_request(row: RequestRow, sent: Vec<LinkRow>) -> QueryResult<Request> {
    let links = sent
        .into_iter()
        .map(|link| {
            Ok(Link {
                id: LinkId(link.id),
                number: u8::try_from(link.number).map_err(|_| text::unreadable("link number"))?,
                sent_at: link.sent_at,
                valid_until: link.valid_until,
                end: link
                    .ended_at
                    .zip(link.how.map(text::from_word).transpose()?),
            })
        })
        .collect::<QueryResult<_>>()?;
    Ok(Request {
        id: RequestId(row.id),
        reason: text::from_word(row.reason)?,
        opened_at: row.opened_at,
        offer: text::from_json(row.offer)?,
        reminders: u8::try_from(row.reminders).map_err(|_| text::unreadable("reminders"))?,
        undeliverable_at: row.undeliverable_at,
        closed: row
            .closed_at
            .zip(row.outcome.map(text::from_word).transpose()?),
        links,
    })
}
