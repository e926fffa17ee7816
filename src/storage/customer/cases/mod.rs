//! A case as rows: load it whole, write the changes of a decision.

mod entered;
mod save;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::calendar::day;
use crate::domain::case::{Agreement, BookedOption, Booking, Case, Customer, Link, Request};
use crate::domain::product::Product;
use crate::domain::{AgreementId, CustomerNumber, Language, LinkId, PartnerId, RequestId};
use crate::storage::parties::CustomerParty;
use crate::storage::schema::{agreements, bookings, customers, links, requests};
use crate::storage::{QueryResult, catalogue, contract_versions, partners, text};

pub use entered::find_entered;
pub use save::{create_request, save_changes};

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

/// The case of a customer that is about to be added: without bookings and without a partner.
pub fn make_case(
    conn: &mut PgConnection,
    customer: Customer,
    now: DateTime<Utc>,
) -> QueryResult<Case> {
    Ok(Case {
        customer,
        catalogue: catalogue::list_products(conn)?,
        bookings: Vec::new(),
        partner: None,
        sub_partner: None,
        current_version: version_in_force(conn, now)?,
        holidays: catalogue::find_holidays(conn)?,
        agreements: Vec::new(),
        requests: Vec::new(),
        entered: Vec::new(),
    })
}

/// The contract version a new request would offer.
fn version_in_force(conn: &mut PgConnection, now: DateTime<Utc>) -> QueryResult<String> {
    contract_versions::find_in_force(conn, day(now))?
        .ok_or_else(|| text::unreadable("contract version: none is published"))
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
    let number = row.number;
    let booked: Vec<BookingRow> = bookings::table
        .filter(bookings::customer_number.eq(number))
        .order(bookings::id)
        .select((
            bookings::product_code,
            bookings::options,
            bookings::booked_at,
            bookings::ends_at,
            bookings::settled_at,
        ))
        .load(conn)?;
    let partner = row
        .partner_id
        .map(|id| partners::find_partner(conn, PartnerId(id)))
        .transpose()?
        .flatten();
    let sub_partner = row
        .sub_partner_id
        .map(|id| partners::find_partner(conn, PartnerId(id)))
        .transpose()?
        .flatten();
    let catalogue = catalogue::list_products(conn)?;
    let bookings: Vec<Booking> = booked
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
        catalogue,
        bookings,
        partner,
        sub_partner,
        current_version: version_in_force(conn, now)?,
        holidays: catalogue::find_holidays(conn)?,
        agreements: load_agreements(conn, number)?,
        requests: load_requests(conn, number)?,
        entered: entered::load(conn, number)?,
    })
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

fn load_agreements(conn: &mut PgConnection, number: CustomerNumber) -> QueryResult<Vec<Agreement>> {
    let rows: Vec<AgreementRow> = agreements::table
        .filter(agreements::customer_number.eq(number))
        .order(agreements::position)
        .select(AgreementRow::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(Agreement {
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
            })
        })
        .collect()
}

fn load_requests(conn: &mut PgConnection, number: CustomerNumber) -> QueryResult<Vec<Request>> {
    let rows: Vec<RequestRow> = requests::table
        .filter(requests::customer_number.eq(number))
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
    rows.into_iter()
        .map(|row| read_request(row, &sent))
        .collect()
}

fn read_request(row: RequestRow, sent: &[LinkRow]) -> QueryResult<Request> {
    let links = sent
        .iter()
        .filter(|link| link.request_id == row.id)
        .map(|link| {
            Ok(Link {
                id: LinkId(link.id),
                number: u8::try_from(link.number).map_err(|_| text::unreadable("link number"))?,
                sent_at: link.sent_at,
                valid_until: link.valid_until,
                end: link
                    .ended_at
                    .zip(link.how.clone().map(text::from_word).transpose()?),
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
