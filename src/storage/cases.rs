//! A case as rows: load it whole, write the changes of a decision.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::parties::CustomerParty;
use super::schema::{agreements, bookings, customers, links, requests};
use super::{QueryResult, catalogue, partners, text};
use crate::domain::case::{Agreement, Booking, Case, Change, Customer, Link, Request};
use crate::domain::{AgreementId, CustomerNumber, Language, LinkId, PartnerId, RequestId};

/// Locks the customer, which is the lock of the case, and loads all facts.
/// `current_version` is the contract version a new request would offer.
pub fn lock_case(
    conn: &mut PgConnection,
    number: CustomerNumber,
    current_version: &str,
) -> QueryResult<Option<Case>> {
    let row: Option<CustomerRow> = customers::table
        .find(number.0)
        .select(CustomerRow::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    row.map(|row| load(conn, row, current_version)).transpose()
}

/// Loads all facts for reading.
pub fn find_case(
    conn: &mut PgConnection,
    number: CustomerNumber,
    current_version: &str,
) -> QueryResult<Option<Case>> {
    let row: Option<CustomerRow> = customers::table
        .find(number.0)
        .select(CustomerRow::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| load(conn, row, current_version)).transpose()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = customers)]
struct CustomerRow {
    number: i64,
    #[diesel(embed)]
    party: CustomerParty,
    language: String,
    partner_id: Option<i64>,
    sub_partner_id: Option<i64>,
    deleted_at: Option<DateTime<Utc>>,
}

type BookingRow = (
    String,
    bool,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = requests)]
struct RequestRow {
    id: Uuid,
    customer_number: i64,
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
    customer_number: i64,
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

fn load(conn: &mut PgConnection, row: CustomerRow, current_version: &str) -> QueryResult<Case> {
    let number = row.number;
    let booked: Vec<BookingRow> = bookings::table
        .filter(bookings::customer_number.eq(number))
        .order(bookings::id)
        .select((
            bookings::product_code,
            bookings::ums,
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
    Ok(Case {
        customer: Customer {
            number: CustomerNumber(number),
            party: row.party.into(),
            language: Language::from_code(&row.language)
                .ok_or_else(|| text::unreadable("language"))?,
            deleted_at: row.deleted_at,
        },
        catalogue: catalogue::list_products(conn)?,
        bookings: booked
            .into_iter()
            .map(|(product, ums, booked_at, ends_at, settled_at)| Booking {
                product,
                ums,
                booked_at,
                ends_at,
                settled_at,
            })
            .collect(),
        partner,
        sub_partner,
        current_version: current_version.to_owned(),
        agreements: load_agreements(conn, number)?,
        requests: load_requests(conn, number)?,
    })
}

fn load_agreements(conn: &mut PgConnection, number: i64) -> QueryResult<Vec<Agreement>> {
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

fn load_requests(conn: &mut PgConnection, number: i64) -> QueryResult<Vec<Request>> {
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

/// Writes the changes of a decision, in their order, except the mails, which have their own table.
pub fn save_changes(
    conn: &mut PgConnection,
    number: CustomerNumber,
    changes: &[Change],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    changes
        .iter()
        .try_for_each(|change| save_change(conn, number, change, now))
}

fn save_change(
    conn: &mut PgConnection,
    number: CustomerNumber,
    change: &Change,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    match change {
        Change::AddBooking {
            product,
            ums,
            ends_at,
        } => diesel::insert_into(bookings::table)
            .values((
                bookings::customer_number.eq(number.0),
                bookings::product_code.eq(product),
                bookings::ums.eq(ums),
                bookings::booked_at.eq(now),
                bookings::ends_at.eq(ends_at),
            ))
            .execute(conn),
        Change::EndBooking(place, ends_at) => {
            diesel::update(bookings::table.find(booking_at(conn, number, *place)?))
                .set(bookings::ends_at.eq(ends_at))
                .execute(conn)
        }
        Change::SettleBooking(place) => {
            diesel::update(bookings::table.find(booking_at(conn, number, *place)?))
                .set(bookings::settled_at.eq(now))
                .execute(conn)
        }
        Change::SetPartner(partner) => diesel::update(customers::table.find(number.0))
            .set(customers::partner_id.eq(partner.as_ref().map(|partner| partner.id.0)))
            .execute(conn),
        Change::SetSubPartner(partner) => diesel::update(customers::table.find(number.0))
            .set(customers::sub_partner_id.eq(partner.as_ref().map(|partner| partner.id.0)))
            .execute(conn),
        Change::SetEmail(email) => diesel::update(customers::table.find(number.0))
            .set(customers::email.eq(email.as_str()))
            .execute(conn),
        Change::SetParty(party) => diesel::update(customers::table.find(number.0))
            .set(CustomerParty::from(party.as_ref()))
            .execute(conn),
        Change::DeleteCustomer => diesel::update(customers::table.find(number.0))
            .set(customers::deleted_at.eq(now))
            .execute(conn),
        Change::OpenRequest(request) => return create_request(conn, number, request),
        Change::CloseRequest(id, outcome) => diesel::update(requests::table.find(id.0))
            .set((
                requests::closed_at.eq(now),
                requests::outcome.eq(text::word(outcome)?),
            ))
            .execute(conn),
        Change::Remind(id, link) => {
            diesel::update(requests::table.find(id.0))
                .set(requests::reminders.eq(i16::from(link.number)))
                .execute(conn)?;
            return create_link(conn, *id, link);
        }
        Change::MarkUndeliverable(id) => diesel::update(requests::table.find(id.0))
            .set(requests::undeliverable_at.eq(now))
            .execute(conn),
        Change::EndLink(id, how) => diesel::update(links::table.find(id.0))
            .set((links::ended_at.eq(now), links::how.eq(text::word(how)?)))
            .execute(conn),
        Change::Conclude(agreement) => return create_agreement(conn, number, agreement),
        Change::LeaveSubPartner(id) => diesel::update(agreements::table.find(id.0))
            .set(agreements::sub_partner_left_at.eq(now))
            .execute(conn),
        Change::EndAgreement(id, how) => diesel::update(agreements::table.find(id.0))
            .set((
                agreements::ended_at.eq(now),
                agreements::how.eq(text::word(how)?),
            ))
            .execute(conn),
        Change::Queue(_) => Ok(1),
    }
    .map(|_| ())
}

/// The row of the booking at a place in [`Case::bookings`]; bookings are never taken away, so the
/// place stays.
fn booking_at(conn: &mut PgConnection, number: CustomerNumber, place: usize) -> QueryResult<i64> {
    bookings::table
        .filter(bookings::customer_number.eq(number.0))
        .order(bookings::id)
        .offset(i64::try_from(place).unwrap_or(i64::MAX))
        .limit(1)
        .select(bookings::id)
        .first(conn)
}

/// Adds a round with its links.
pub fn create_request(
    conn: &mut PgConnection,
    number: CustomerNumber,
    request: &Request,
) -> QueryResult<()> {
    let row = RequestRow {
        id: request.id.0,
        customer_number: number.0,
        reason: text::word(&request.reason)?,
        opened_at: request.opened_at,
        offer: text::json(&request.offer)?,
        reminders: i16::from(request.reminders),
        undeliverable_at: request.undeliverable_at,
        closed_at: request.closed.map(|(at, _)| at),
        outcome: request
            .closed
            .map(|(_, outcome)| text::word(&outcome))
            .transpose()?,
    };
    diesel::insert_into(requests::table)
        .values(&row)
        .execute(conn)?;
    request
        .links
        .iter()
        .try_for_each(|link| create_link(conn, request.id, link))
}

fn create_link(conn: &mut PgConnection, request: RequestId, link: &Link) -> QueryResult<()> {
    let row = LinkRow {
        id: link.id.0,
        request_id: request.0,
        number: i16::from(link.number),
        sent_at: link.sent_at,
        valid_until: link.valid_until,
        ended_at: link.end.map(|(at, _)| at),
        how: link.end.map(|(_, how)| text::word(&how)).transpose()?,
    };
    diesel::insert_into(links::table)
        .values(&row)
        .execute(conn)
        .map(|_| ())
}

fn create_agreement(
    conn: &mut PgConnection,
    number: CustomerNumber,
    agreement: &Agreement,
) -> QueryResult<()> {
    let row = AgreementRow {
        id: agreement.id.0,
        customer_number: number.0,
        number: agreement.number.clone(),
        concluded_at: agreement.concluded_at,
        person: agreement.person.clone(),
        function: agreement.function.clone(),
        request_id: agreement.request.map(|id| id.0),
        link_id: agreement.link.map(|id| id.0),
        offer: text::json(&agreement.offer)?,
        sub_partner_left_at: agreement.sub_partner_left,
        ended_at: agreement.end.map(|(at, _)| at),
        how: agreement.end.map(|(_, how)| text::word(&how)).transpose()?,
    };
    diesel::insert_into(agreements::table)
        .values(&row)
        .execute(conn)
        .map(|_| ())
}
